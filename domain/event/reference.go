package event

import (
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// Row is one type of event, for people.
type Row struct {
	Type     Type
	Doc      string   // when there is one
	Required []string // keys of its data that must be there
	Optional []string // and that may be there
}

// Reference is every type, in the order of Types.
func Reference() []Row {
	rows := make([]Row, len(catalogue))
	for i, s := range catalogue {
		rows[i] = Row{s.kind, s.doc, strings.Fields(s.required), strings.Fields(s.optional)}
	}
	return rows
}

// KeyRow is one key of an event, for people.
type KeyRow struct {
	Path string // "time", "data.page.url"
	Type string // "text", "`online`, `away`"
	Doc  string
}

// Keys is every key of an event and its data, each above the keys within it.
func Keys() []KeyRow {
	envelope := keyRows("", envelopeFields) // data come last
	return append(envelope, keyRows("data.", dataFields)...)
}

func keyRows[T any](under string, fields []table.Field[T]) (rows []KeyRow) {
	for _, r := range table.Rows(under, table.Entries(fields)) {
		row := KeyRow{r.Path, r.Shape.Name, r.Doc}
		if len(r.Shape.Keys) > 0 {
			row.Type = "object"
		}
		rows = append(rows, row)
	}
	return rows
}
