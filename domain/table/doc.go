// Package table makes a decoder, a JSON Schema and a reference out of one table of keys, so that they cannot disagree.
// Definitions and events are written as such tables.
//
// A row of a table is a Field: a key, the Kind of value that may stand there, the variable that the value goes into, and
// a sentence for people. An Object is the table itself, and the kind of value that it describes. Kinds read trees: the
// values that a decoder of YAML or JSON yields, namely map[string]any, []any, string, bool, nil, and json.Number, int,
// int64, uint64 or float64 for numbers.
//
// A Reader collects every fault of a tree. A Place is where in the tree a kind reads. Faults have the same form everywhere:
// the path, the value, the problem, and the allowed values.
package table
