package config

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/domain/definition"
)

// LocatedFault is a fault and its place in a file.
type LocatedFault struct {
	definition.Fault
	Line   int    // from 1
	Column int    // from 1, in characters
	Source string // the line, without its secrets
}

// FileError is every fault of a file, in the order of the file.
type FileError struct {
	Name   string
	Faults []LocatedFault
}

// Error writes one fault per line, as "deskbell.yaml:12:14: …".
func (e *FileError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = fmt.Sprintf("%s: %s", f.Position(e.Name), f.message())
	}
	return strings.Join(lines, "\n")
}

// Format draws each fault with its line and a caret under the column, as compilers do.
func (e *FileError) Format(w io.Writer, colour bool) {
	bold, red, plain := "", "", ""
	if colour {
		bold, red, plain = "\x1b[1m", "\x1b[31m", "\x1b[0m"
	}
	for _, f := range e.Faults {
		f.format(w, bold+f.Position(e.Name)+":"+plain, red, plain)
	}
}

// Warnings are the values of a file that are taken, and are probably mistakes, in the order of the file.
type Warnings struct {
	Name     string
	Warnings []LocatedFault
}

// Format draws each warning as FileError.Format draws a fault. A nil receiver has none.
func (ws *Warnings) Format(w io.Writer, colour bool) {
	if ws == nil {
		return
	}
	bold, yellow, plain := "", "", ""
	if colour {
		bold, yellow, plain = "\x1b[1m", "\x1b[33m", "\x1b[0m"
	}
	for _, f := range ws.Warnings {
		f.format(w, bold+f.Position(ws.Name)+":"+plain+" "+yellow+"warning:"+plain, yellow, plain)
	}
}

// format draws a fault behind its title. caret and plain switch the colour of the caret on and off.
func (f LocatedFault) format(w io.Writer, title, caret, plain string) {
	source, column := excerpt(f.Source, f.Column)
	fmt.Fprintf(w, "%s %s\n    %s\n    %s%s^%s\n", title, f.message(), source, strings.Repeat(" ", column-1), caret, plain)
}

// Position is where the fault stands in the file of that name, as compilers write it.
func (f LocatedFault) Position(name string) string {
	return fmt.Sprintf("%s:%d:%d", name, f.Line, f.Column)
}

// message is the fault in one sentence. Where no value is to be shown, its key stands for it.
func (f LocatedFault) message() string {
	subject := strconv.Quote(f.Value)
	if f.Value == "" {
		subject = "the file"
	}
	if f.Value == "" && f.Path != "" {
		subject = path.Base(f.Path)
	}
	if f.Allowed == "" {
		return subject + " " + f.Problem
	}
	return subject + " " + f.Problem + "; allowed: " + f.Allowed
}

// sorted puts faults into the order of the file, and says each once: a fault that several aliases repeat is one.
func sorted(faults []LocatedFault) []LocatedFault {
	slices.SortStableFunc(faults, func(a, b LocatedFault) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return slices.CompactFunc(faults, func(a, b LocatedFault) bool {
		return a.Line == b.Line && a.Column == b.Column && a.message() == b.message()
	})
}

// excerpt cuts a long line to the part around the column, and answers the column within it.
func excerpt(line string, column int) (string, int) {
	const before, most = 60, 120
	runes := []rune(line)
	column = max(1, min(column, len(runes)+1))
	if len(runes) <= most {
		return line, column
	}
	from := max(0, min(column-1-before, len(runes)-most))
	return string(runes[from : from+most]), column - from
}
