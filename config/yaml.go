package config

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/deskbell/deskbell/domain/definition"
)

// mostBytes is the size of a file. It is a last resort: the YAML parser takes some 200 bytes of memory for each, and time
// by the square of the keys in one map. 10,000 properties (1.3 MB) take a few seconds, 100,000 take half a minute.
const mostBytes = 64 << 20

const wanted = "schedules, properties, agents, destinations"

// document answers the one document of a file, nil where it found a fault.
func (b *builder) document(src []byte) ast.Node {
	if len(src) > mostBytes {
		b.refuse(1, 1, definition.Fault{Problem: fmt.Sprintf("has %d bytes", len(src)), Allowed: fmt.Sprint("at most ", mostBytes)})
		return nil
	}
	b.source = newSource(src)
	if line, column, found := b.invalid(); found {
		b.refuse(line, column, definition.Fault{Problem: "is no text in UTF-8", Allowed: "UTF-8"})
		return nil
	}
	if b.isCalendar() {
		b.refuse(1, 1, definition.Fault{Value: calendarHead, Problem: "begins an iCalendar file", Allowed: calendarInstead})
		return nil
	}
	if line, found := b.deep(); found {
		b.refuse(line, 1, definition.Fault{Problem: "is nested too deeply", Allowed: fmt.Sprint("at most ", mostDepth, " levels")})
		return nil
	}
	file, err := parse(b.text)
	if err != nil {
		b.syntax(err)
		return nil
	}
	var documents []*ast.DocumentNode
	for _, d := range file.Docs {
		if _, directive := d.Body.(*ast.DirectiveNode); d.Body != nil && !directive {
			documents = append(documents, d)
		}
	}
	switch len(documents) {
	case 0:
		b.refuse(1, 1, definition.Fault{Problem: "is empty", Allowed: wanted})
		return nil
	case 1:
		if _, null := documents[0].Body.(*ast.NullNode); null {
			b.refuse(1, 1, definition.Fault{Problem: "holds nothing but null", Allowed: wanted})
			return nil
		}
		return documents[0].Body
	}
	b.fault(first(documents[1].Body), "", "holds a second document", "one document")
	return nil
}

const (
	calendarHead    = "BEGIN:VCALENDAR"
	calendarInstead = "a deskbell.yaml whose schedule names this file, as in exceptions: [{ical: closures.ics}]"
)

// isCalendar tells an iCalendar file (RFC 5545), whose lines are no YAML.
func (s source) isCalendar() bool {
	text := bytes.TrimSpace(s.text[:min(len(s.text), 1000)])
	return len(text) >= len(calendarHead) && bytes.EqualFold(text[:len(calendarHead)], []byte(calendarHead))
}

// parse reads YAML. Keys may be there twice, for the builder to say where. None of some 400,000 fuzzed files made the
// parser panic, but it is someone else's and large, and a bad file must not stop the process.
func parse(text []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, fmt.Errorf("reading YAML: %v", r)
		}
	}()
	return parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
}

// syntax places the parser's fault. The parser stops at the first.
func (b *builder) syntax(err error) {
	f := definition.Fault{Problem: "is not YAML"}
	var located yaml.Error
	if !errors.As(err, &located) || located.GetToken() == nil {
		b.refuse(1, 1, f)
		return
	}
	problem, allowed := plainly(located.GetMessage())
	f.Problem, f.Allowed = "is not YAML: "+problem, allowed
	at := located.GetToken().Position
	b.refuse(at.Line, at.Column, f)
}

// plainly says the commonest messages of the parser so that they help.
func plainly(message string) (problem, allowed string) {
	switch message {
	case "mapping value is not allowed in this context":
		return "a key that cannot stand here", "one `key: value` on a line, the keys of a map in one column, quotes around texts with a colon"
	case "found character '\t' that cannot start any token", "tab character cannot use as a map key directly":
		return "a tab before a key", "spaces"
	case "could not find end character of double-quoted text", "could not find end character of single-quoted text":
		return "a text whose quotes are not closed", ""
	}
	return message, ""
}

// invalid finds the first byte that is not UTF-8.
func (s source) invalid() (line, column int, found bool) {
	if utf8.Valid(s.text) {
		return 0, 0, false
	}
	i := 0
	for {
		r, size := utf8.DecodeRune(s.text[i:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	before := s.text[:i]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:]), true
}

// deep finds nesting that no person writes, before the parser does, which takes time and memory by the square of the
// depth. It counts brackets wherever they stand, and dashes at the beginning of a line.
func (s source) deep() (line int, found bool) {
	const most = 1000
	depth, dashes, leading := 0, 0, true
	line = 1
	for _, c := range s.text {
		switch c {
		case '\n':
			line++
			dashes, leading = 0, true
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '-', '?':
			if leading {
				dashes++
			}
		}
		leading = leading && (c == '-' || c == '?' || c == ' ')
		if depth > most || dashes > most {
			return line, true
		}
	}
	return 0, false
}
