package trigger

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// Place is where a text is used. It decides which placeholders are allowed.
type Place string

// The places.
const (
	InMessage     Place = "message"      // to a visitor or an agent, about a visit or chat
	InClosingSoon Place = "closing_soon" // to visitors, before hours end
)

// Placeholder is a gap in a text: {{visitor.name}}.
type Placeholder struct {
	Name string
	Only Place // empty: in every text
	Doc  string
}

// Placeholders are all of them.
func Placeholders() []Placeholder {
	return []Placeholder{
		{"visitor.name", "", "The visitor's name."},
		{"agent.name", "", "The name of the agent who has the chat."},
		{"property.name", "", "The property's name."},
		{"department", "", "The name of the chat's department, or else of the one that the visitor chose."},
		{"next_open", "", "When the chat's department opens next, or else the property, in words: tomorrow at 9:00."},
		{"page.title", "", "The title of the page that the visitor is on."},
		{"closes_at", InClosingSoon, "When the property closes, in the property's time: 17:30."},
	}
}

// placeholderNames are those that a text at a place may use.
func placeholderNames(at Place) []string {
	var names []string
	for _, p := range Placeholders() {
		if p.Only == "" || p.Only == at {
			names = append(names, p.Name)
		}
	}
	return names
}

// Text is a text with placeholders. The zero value is the empty text.
type Text struct{ parts []part }

// part is a piece of text, or a placeholder.
type part struct{ text, name, fallback string }

const (
	opening = "{{"
	closing = "}}"
	example = "a placeholder such as {{visitor.name}} or {{visitor.name|there}}"
)

// ParseText reads a text of at most MostText characters. Within {{ and }} stands a placeholder, with a fallback for when
// there is no value, as in {{visitor.name|there}}; blanks around both do not count. Single braces are text, and so are
// URLs. The error is of type table.Faults, every fault with its place in the text.
func ParseText(s string, at Place) (Text, error) {
	p := textParser{names: placeholderNames(at), length: len(s)}
	if n := utf8.RuneCountInString(s); n > MostText {
		p.fault(s, fmt.Sprintf("%d characters", n), "are too many", fmt.Sprintf("at most %d", MostText))
	}
	for rest := s; rest != ""; {
		rest = p.next(rest)
	}
	if len(p.faults) > 0 {
		return Text{}, p.faults
	}
	return Text{p.parts}, nil
}

type textParser struct {
	parts  []part
	names  []string
	length int
	faults table.Faults
}

// next reads one part from the beginning of rest, and answers the remainder.
func (p *textParser) next(rest string) string {
	start := strings.Index(rest, opening)
	if stray := strings.Index(rest, closing); stray >= 0 && (start < 0 || stray < start) {
		p.fault(rest[stray:], closing, "closes no placeholder", example)
		return rest[stray+len(closing):]
	}
	if start != 0 {
		if start < 0 {
			start = len(rest)
		}
		p.parts = append(p.parts, part{text: rest[:start]})
		return rest[start:]
	}
	inner, after, closed := strings.Cut(rest[len(opening):], closing)
	if nested := strings.Index(inner, opening); nested >= 0 || !closed {
		p.fault(rest, table.Clip(rest), "is not closed", example)
		if nested >= 0 {
			return rest[len(opening)+nested:]
		}
		return ""
	}
	p.placeholder(rest, inner)
	return after
}

func (p *textParser) placeholder(rest, inner string) {
	name, fallback, _ := strings.Cut(inner, "|")
	name = strings.TrimSpace(name)
	for _, known := range p.names {
		if name == known {
			p.parts = append(p.parts, part{name: name, fallback: strings.TrimSpace(fallback)})
			return
		}
	}
	p.fault(rest, table.Clip(name), "is not a placeholder", table.Choices(name, p.names))
}

// fault is at the beginning of rest.
func (p *textParser) fault(rest, value, problem, allowed string) {
	p.faults = append(p.faults, table.Fault{Offset: p.length - len(rest), Value: value, Problem: problem, Allowed: allowed})
}

// Render fills in the values by the names of their placeholders. A value of nothing but blanks, or none, gives way to the
// fallback. Values are cut to 200 characters and kept on one line, without control characters and those of the Unicode
// bidirectional algorithm, and are never read as placeholders themselves. A text of
// which nothing but blanks is left is empty.
func (t Text) Render(values map[string]string) string {
	var b strings.Builder
	for _, p := range t.parts {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		b.WriteString(cmp.Or(oneLine(values[p.name]), p.fallback))
	}
	if text := b.String(); strings.TrimSpace(text) != "" {
		return text
	}
	return ""
}

// oneLine keeps the words of somebody else from looking like a message of its own, and from turning the words around them.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if turnsText(r) {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(s); len(runes) > mostValue {
		return string(runes[:mostValue-1]) + "…"
	}
	return s
}

// turnsText tells whether a character is one of those with which a text says in which direction it runs (Bidi_Control in
// Unicode). One in a name would turn the rest of the message. Joiners are none: scripts and emoji need them.
func turnsText(r rune) bool {
	switch {
	case r == '\u061C', r == '\u200E', r == '\u200F', r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
		return true
	}
	return false
}
