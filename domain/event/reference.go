package event

import "strings"

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
	envelope := keyRows("", entriesOf(envelopeFields)) // data come last
	return append(envelope, keyRows("data.", entriesOf(dataFields))...)
}

func keyRows(under string, entries []entry) (rows []KeyRow) {
	for _, e := range entries {
		row := KeyRow{under + e.key, e.shape.name, e.doc}
		if len(e.shape.keys) > 0 {
			row.Type = "object"
		}
		rows = append(rows, row)
		rows = append(rows, keyRows(under+e.key+".", e.shape.keys)...)
	}
	return rows
}
