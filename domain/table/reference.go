package table

// Row is one key for the reference, with the path that leads to it: "properties.ID.widget.no_agents". ID stands for a
// name of one's own, [] for each of a list.
type Row struct {
	Path string
	Entry
}

// Rows is every key of entries below a path, each above the keys within it.
func Rows(under string, entries []Entry) (rows []Row) {
	for _, e := range entries {
		path := under + e.Key
		rows = append(rows, Row{path, e})
		rows = append(rows, Rows(path+e.Shape.Below+".", e.Shape.Keys)...)
	}
	return rows
}
