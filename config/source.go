package config

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/definition"
)

// source is the text of a file, by lines.
type source struct {
	text  []byte
	lines []string
	shown map[int]string // lines as faults show them: a file of one line may have a thousand faults
}

func newSource(text []byte) source {
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // a byte order mark is no character of the file
	return source{text, strings.Split(string(text), "\n"), map[int]string{}}
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

func (s source) fault(line, column int, f definition.Fault) LocatedFault {
	shown, ok := s.shown[line]
	if !ok {
		shown = printable(hideURLs(s.line(line)))
		s.shown[line] = shown
	}
	return LocatedFault{Fault: f, Line: max(1, line), Column: max(1, column), Source: shown}
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

// hideURLs covers what follows the scheme of every URL in a line, since it may hold a password. The characters keep their
// columns. In quotes a URL ends with them, otherwise at a blank.
func hideURLs(line string) string {
	var b strings.Builder
	for {
		i := strings.Index(line, "://")
		if i < 0 {
			return b.String() + line
		}
		head, rest := line[:i+len("://")], line[i+len("://"):]
		scheme := strings.TrimRightFunc(line[:i], func(r rune) bool {
			return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("+.-", r)
		})
		ends := " \t"
		if n := len(scheme); n > 0 && (scheme[n-1] == '"' || scheme[n-1] == '\'') {
			ends = scheme[n-1:]
		}
		secret := rest
		if end := strings.IndexAny(rest, ends); end >= 0 {
			secret = rest[:end]
		}
		b.WriteString(head)
		b.WriteString(strings.Repeat("*", utf8.RuneCountInString(secret)))
		line = rest[len(secret):]
	}
}
