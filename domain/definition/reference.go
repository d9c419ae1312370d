package definition

import (
	"fmt"

	"github.com/deskbell/deskbell/domain/table"
)

// Row is one key of deskbell.yaml, for people.
type Row struct {
	Path    string // "properties.ID.widget.no_agents"; ID stands for a name of one's own, [] for each of a list
	Type    string // "text", "`away`, `offline`"
	Default string // the meaning of an absent key; empty where Doc says it
	Doc     string
}

// Reference is every key in the order of the tables, each above the keys within it.
func Reference() (rows []Row) {
	for _, r := range table.Rows("", definitionsKind().Keys) {
		row := Row{Path: r.Path, Type: r.Shape.Name, Doc: r.Doc}
		switch {
		case r.Required || r.Needed:
			row.Default = "required"
		case r.Default != nil:
			row.Default = fmt.Sprint(r.Default)
		}
		rows = append(rows, row)
	}
	return rows
}
