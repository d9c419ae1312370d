package config

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/table"
)

// source is the text of a file, by lines.
type source struct {
	text   []byte
	lines  []string
	begins []place          // where lines of the parser begin; nil: where lines of the text do
	steps  map[place]string // the rest of long lines from some columns
}

func newSource(text []byte) source {
	text = table.Unmarked(text)
	return source{text: text, lines: strings.Split(string(text), "\n"), steps: map[place]string{}}
}

// otherLines are the beginnings of lines as the parser counts them, where the text has ends of lines that few programs know as such:
// a carriage return alone, and those of Unicode (YAML 1.1, section 5.4). It is nil where it has none.
func (s source) otherLines() []place {
	begins, at, other := []place{{1, 1}}, place{1, 1}, false
	for i, c := range string(s.text) {
		at.column++
		switch {
		case c == '\n':
			at = place{at.line + 1, 1}
			begins = append(begins, at)
		case c == '\r' && !bytes.HasPrefix(s.text[i+1:], []byte("\n")), c == '\u0085', c == '\u2028', c == '\u2029':
			begins, other = append(begins, at), true
		}
	}
	if !other {
		return nil
	}
	return begins
}

// physical is the place in the text for one of the parser.
func (s source) physical(line, column int) (l, c int) {
	if line < 1 || line > len(s.begins) {
		return line, column
	}
	begin := s.begins[line-1]
	return begin.line, begin.column + column - 1
}

// line answers a line from 1, without its end.
func (s source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSuffix(s.lines[n-1], "\r")
}

// from answers the rest of a line from a column. Very long lines are remembered by steps: they may have a thousand faults.
func (s source) from(line, column int) string {
	const step = 1 << 10
	rest, at := s.line(line), 1
	for near := (column - 1) / step; near > 0 && s.steps != nil; near-- {
		if known, ok := s.steps[place{line, near}]; ok {
			rest, at = known, 1+near*step
			break
		}
	}
	for ; at < column && rest != ""; at++ {
		if s.steps != nil && (at-1)%step == 0 {
			s.steps[place{line, (at - 1) / step}] = rest
		}
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
	}
	return rest
}

// draw gives every fault its line. It hides a secret that has a fault, even where it does not look like a URL.
func (s source) draw(faults []LocatedFault) {
	secret := map[int]int{} // line to column
	for _, f := range faults {
		if first, ok := secret[f.Line]; definition.IsSecret(f.Path) && (!ok || f.Column < first) {
			secret[f.Line] = f.Column
		}
	}
	shown := map[int]string{} // a file of one line may have a thousand faults
	for i := range faults {
		n := faults[i].Line
		if _, ok := shown[n]; !ok {
			line := s.line(n)
			if column, ok := secret[n]; ok {
				rest := s.from(n, column)
				line = strings.TrimSuffix(line, rest) + covered(rest)
			}
			shown[n] = printable(hideURLs(line))
		}
		faults[i].Source = shown[n]
	}
}

// printable makes every character of a line one column wide and harmless to a terminal.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, line)
}

// hideURLs covers the text behind the scheme of every URL in a line, since it may hold a password. The characters keep
// their columns. A URL in quotes ends with them; of any other, nothing says where it was meant to end.
func hideURLs(line string) string {
	head, rest, found := strings.Cut(line, "://")
	if !found {
		return line
	}
	before := strings.TrimRightFunc(head, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("+.-", r)
	})
	end := len(rest)
	if strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "'") {
		end = quoted(rest, before[len(before)-1])
	}
	return head + "://" + covered(rest[:end]) + hideURLs(rest[end:])
}

// quoted answers where a text in quotes ends, all of it where they are not closed.
func quoted(s string, quote byte) int {
	for i := 0; i < len(s); i++ {
		switch {
		case quote == '"' && s[i] == '\\', quote == '\'' && strings.HasPrefix(s[i:], "''"):
			i++
		case s[i] == quote:
			return i
		}
	}
	return len(s)
}

func covered(s string) string { return strings.Repeat("*", utf8.RuneCountInString(s)) }
