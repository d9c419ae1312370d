package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"github.com/deskbell/deskbell/domain/definition"
)

// What a file may have. The parser takes time and some 200 bytes of memory for each value, however short that is.
const (
	mostBytes  = 64 << 20
	mostMarks  = 2_000_000 // some 100,000 properties
	mostParsed = 1000      // maps and lists within each other, for the parser; the builder says where fewer are too many
)

const wanted = "schedules, properties, agents, destinations"

// document answers the one document of a file, nil where it found a fault.
func (b *builder) document(src []byte) *yaml.Node {
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
	if line, column, found := b.dense(); found {
		b.refuse(line, column, definition.Fault{
			Problem: "goes on here, after very many values", Allowed: fmt.Sprint("at most ", mostMarks, " lines, commas, colons, dashes and brackets in all"),
		})
		return nil
	}
	if b.isJSON() {
		if root, err := b.json(); err == nil {
			return root
		}
	}
	b.begins = b.otherLines()
	documents, err := parse(b.text)
	if err != nil {
		b.syntax(err)
		return nil
	}
	return b.only(documents)
}

// only is the one document, nil where it found a fault.
func (b *builder) only(documents []*yaml.Node) *yaml.Node {
	switch {
	case len(documents) == 0:
		b.refuse(1, 1, definition.Fault{Problem: "is empty", Allowed: wanted})
		return nil
	case len(documents) > 1:
		b.fault(documents[1], "", "holds a second document", "one document")
		return nil
	case documents[0].Tag == nullTag:
		b.refuse(1, 1, definition.Fault{Problem: "holds nothing but null", Allowed: wanted})
		return nil
	}
	return documents[0]
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

// parse reads YAML: its first two documents that are not empty. Keys may be there twice, and aliases may stand for nothing, for the
// builder to say where. The parser is someone else's and large, and a bad file must not stop the process.
func parse(text []byte) (documents []*yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			documents, err = nil, fmt.Errorf("reading YAML: %v", r)
		}
	}()
	loader, err := yaml.NewLoader(bytes.NewReader(asOfParser(text)), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(mostParsed)), unlinked{}))
	if err != nil {
		return nil, err
	}
	for len(documents) < 2 {
		var document yaml.Node
		if err := loader.Load(&document); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		for _, root := range document.Content {
			if root.Tag != nullTag || root.Value != "" {
				documents = append(documents, root)
			}
		}
	}
	return documents, nil
}

// asOfParser is a text with the version of YAML that the parser knows: it reads 1.2, but refuses files that say so.
func asOfParser(text []byte) []byte {
	const written, read = "%YAML 1.2", "%YAML 1.1"
	for start := 0; ; {
		line, _, more := bytes.Cut(text[start:], []byte("\n"))
		if bytes.HasPrefix(line, []byte(written)) {
			return slices.Concat(text[:start], []byte(read), text[start+len(written):])
		}
		if line = bytes.TrimSpace(line); !more || len(line) > 0 && line[0] != '#' {
			return text
		}
		start += 1 + bytes.IndexByte(text[start:], '\n')
	}
}

// unlinked leaves it to the builder what aliases stand for.
type unlinked struct{}

func (u unlinked) NewAliasDataContext(yaml.AliasDataServices) (yaml.AliasDataContext, error) {
	return u, nil
}
func (unlinked) BeginDocument() error                  { return nil }
func (unlinked) DefineAnchor(string, *yaml.Node) error { return nil }
func (unlinked) EndDocument() error                    { return nil }
func (unlinked) ResolveAlias(string) (*yaml.Node, bool, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag}, true, nil
}

// syntax places the parser's fault. The parser stops at the first.
func (b *builder) syntax(err error) {
	f := definition.Fault{Problem: "is not YAML"}
	var located *yaml.LoadError
	if !errors.As(err, &located) {
		b.refuse(1, 1, f)
		return
	}
	at := located.Mark
	if located.Message == unclosed {
		at = located.ContextMark
	}
	line, column := b.physical(at.Line, at.Column)
	switch problem, allowed := plainly(located.Message); {
	case located.Message == tooDeep():
		f.Problem, f.Allowed = "is nested too deeply", fmt.Sprint("at most ", mostDepth, " levels")
	case located.Message == misplaced && strings.HasPrefix(b.from(line, column), "\t"):
		f.Problem, f.Allowed = "is not YAML: a tab before a key", "spaces"
	case located.Message == secondColon:
		column = b.keyBefore(line, column)
		fallthrough
	default:
		f.Problem, f.Allowed = "is not YAML: "+problem, allowed
	}
	b.refuse(line, column, f)
}

// keyBefore is the column of the key that ends with the colon at a column.
func (s source) keyBefore(line, column int) int {
	before := strings.TrimSuffix(s.line(line), s.from(line, column))
	key := strings.TrimLeft(before[1+strings.LastIndexAny(before, ":{,["):], " -")
	return column - utf8.RuneCountInString(key)
}

// Messages of the parser.
const (
	unclosed    = "found unexpected end of stream" // where a text in quotes has no end
	misplaced   = "found character that cannot start any token"
	secondColon = "mapping values are not allowed in this context"
)

func tooDeep() string { return fmt.Sprint("exceeded max depth of ", mostParsed) }

// plainly says the commonest messages of the parser so that they help.
func plainly(message string) (problem, allowed string) {
	switch message {
	case secondColon, "could not find expected ':'":
		return "a key that cannot stand here", "one `key: value` on a line, the keys of a map in one column, quotes around texts with a colon"
	case misplaced:
		return "a character with which no value begins", "quotes around a text that begins with it"
	case unclosed:
		return "a text whose quotes are not closed", ""
	case "found invalid Unicode character escape code":
		return "half of a character in the way of JSON", `the character itself, or as in "\U0001F600"`
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
	line, column = s.at(i)
	return line, column, true
}

// at is the place of a byte.
func (s source) at(i int) (line, column int) {
	before := s.text[:i]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])
}

// dense finds the place at which a file has more values than anybody needs, by the marks without which no further value begins.
func (s source) dense() (line, column int, found bool) {
	marks := 0
	for i, c := range s.text {
		switch c {
		case '\n', ',', ':', '-', '?', '[', '{':
			if marks++; marks > mostMarks {
				line, column = s.at(i)
				return line, column, true
			}
		}
	}
	return 0, 0, false
}
