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

// mostBytes is the size of a file. The YAML reader takes about 200 bytes of memory for each, and longer than linear.
const mostBytes = 64 << 20

const wanted = "schedules, properties, agents, destinations"

// document answers the one document of a file, nil where it found a fault.
func (b *builder) document(src []byte) ast.Node {
	if len(src) > mostBytes {
		return b.refuse(1, 1, definition.Fault{Problem: fmt.Sprintf("has %d bytes", len(src)), Allowed: fmt.Sprint("at most ", mostBytes)})
	}
	b.source = newSource(src)
	if line, column, ok := b.invalid(); ok {
		return b.refuse(line, column, definition.Fault{Problem: "is no text in UTF-8", Allowed: "UTF-8"})
	}
	if line, ok := b.deep(); ok {
		return b.refuse(line, 1, definition.Fault{Problem: "is nested too deeply", Allowed: fmt.Sprint("at most ", mostDepth, " levels")})
	}
	file, err := parse(b.text)
	if err != nil {
		return b.syntax(err)
	}
	var documents []*ast.DocumentNode
	for _, d := range file.Docs {
		if _, directive := d.Body.(*ast.DirectiveNode); d.Body != nil && !directive {
			documents = append(documents, d)
		}
	}
	switch len(documents) {
	case 0:
		return b.refuse(1, 1, definition.Fault{Problem: "is empty", Allowed: wanted})
	case 1:
		return documents[0].Body
	}
	b.fault(first(documents[1].Body), "", "holds a second document", "one document")
	return nil
}

func (b *builder) refuse(line, column int, f definition.Fault) ast.Node {
	b.faults = append(b.faults, b.source.fault(line, column, f))
	return nil
}

// parse reads YAML. Keys may be there twice, for the builder to say where. The parser has met inputs that made it panic,
// and a file from outside must not stop the process.
func parse(text []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, fmt.Errorf("reading YAML: %v", r)
		}
	}()
	return parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
}

// syntax places what the parser found. It stops at its first fault.
func (b *builder) syntax(err error) ast.Node {
	var located yaml.Error
	if !errors.As(err, &located) || located.GetToken() == nil {
		return b.refuse(1, 1, definition.Fault{Problem: "is not YAML"})
	}
	at, problem := located.GetToken().Position, located.GetMessage()
	f := definition.Fault{Problem: "is not YAML: " + problem, Allowed: hint(problem)}
	return b.refuse(at.Line, at.Column, f)
}

// hint says what usually helps against a message of the parser.
func hint(message string) string {
	switch message {
	case "mapping value is not allowed in this context":
		return "one `key: value` on a line, keys of one map in one column, and quotes around texts with a colon"
	case "found character '\t' that cannot start any token", "tab character cannot use as a map key directly":
		return "spaces; YAML takes no tabs before keys"
	}
	return ""
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

// deep finds nesting that nobody writes, before the parser does, which takes time and memory by the square of the depth.
// It counts brackets wherever they stand, and dashes at the beginning of a line.
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
