package config

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/table"
)

// source is the text of a file, by lines.
type source struct {
	text  []byte
	lines []string
}

func newSource(text []byte) source {
	text = table.Unmarked(text)
	return source{text, strings.Split(string(text), "\n")}
}

// line answers a line from 1, without its end.
func (s source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSuffix(s.lines[n-1], "\r")
}

// from answers the rest of a line from a column.
func (s source) from(line, column int) string {
	rest := s.line(line)
	for ; column > 1 && rest != ""; column-- {
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
