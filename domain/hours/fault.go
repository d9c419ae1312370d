package hours

import (
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// Faults is every fault of a definition, in the order of reading. It is the error type of all that
// this package parses and compiles; errors.As finds it.
type Faults = table.Faults

// parser collects the faults of one definition, so that its author sees them all at once.
type parser struct{ faults, warnings Faults }

func (p *parser) fault(path string, offset int, value, problem, allowed string) {
	p.faults = append(p.faults, table.Fault{Path: path, Offset: offset, Value: cut(value), Problem: problem, Allowed: allowed})
}

// warn keeps a warning: a value that is taken, and is probably a mistake.
func (p *parser) warn(path string, offset int, value, problem string) {
	p.warnings = append(p.warnings, table.Fault{Path: path, Offset: offset, Value: cut(value), Problem: problem})
}

// cut keeps a value short enough for an error message, 80 bytes, and whole in its last rune.
func cut(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	end := most - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
