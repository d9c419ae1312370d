package definition

import (
	"fmt"
	"slices"
)

// Row is one key of deskbell.yaml, for people.
type Row struct {
	Path    string // "properties.ID.widget.no_agents"; ID stands for a name of one's own, [] for each of a list
	Type    string // "text", "`away`, `offline`"
	Default string // what an absent key means; empty where Doc says it
	Doc     string
}

// Reference is every key in the order of the tables, each above the keys within it.
func Reference() []Row { return rows("", definitionsKind().keys) }

func rows(under string, entries []entry) (all []Row) {
	for _, e := range entries {
		path := under + e.key
		row := Row{Path: path, Type: e.shape.name, Doc: e.doc}
		switch {
		case e.required:
			row.Default = "required"
		case e.needed:
			row.Default = "required"
		case e.def != nil:
			row.Default = fmt.Sprint(e.def)
		}
		all = append(all, row)
		all = slices.Concat(all, rows(path+e.shape.below+".", e.shape.keys))
	}
	return all
}
