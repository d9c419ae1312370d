package ical

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// line is one content line, unfolded.
type line struct {
	number int    // in the file, from 1
	name   string // in capitals
	params map[string]string
	value  string
}

// lines unfolds a calendar and splits it into its lines. Those that are none are faults.
func (p *parser) lines(src []byte) []line {
	src = table.Unmarked(src)
	var list []line
	number, begun := 0, 0
	var text strings.Builder // a line may be folded at each of its characters
	take := func() {
		if text := text.String(); strings.TrimSpace(text) != "" {
			if l, ok := split(text); ok {
				l.number = begun
				list = append(list, l)
			} else {
				p.fault(begun, "", "is not a line of an iCalendar: "+quote(text), "NAME:value")
			}
		}
		text.Reset()
	}
	for raw := range bytes.SplitSeq(src, []byte("\n")) {
		number++
		physical := bytes.TrimSuffix(raw, []byte("\r"))
		if number > 1 && (bytes.HasPrefix(physical, []byte(" ")) || bytes.HasPrefix(physical, []byte("\t"))) {
			text.Write(physical[1:])
			continue
		}
		take()
		begun = number
		text.Write(physical)
	}
	take()
	return list
}

// split splits "NAME;PARAM=value;PARAM="quoted":value".
func split(text string) (l line, ok bool) {
	end := strings.IndexAny(text, ";:")
	if end <= 0 || !isName(text[:end]) {
		return l, false
	}
	l.name, l.params = strings.ToUpper(text[:end]), map[string]string{}
	for text = text[end:]; text[0] == ';'; {
		text = text[1:]
		equals := strings.IndexAny(text, "=;:")
		if equals < 0 || text[equals] != '=' {
			return l, false
		}
		name := strings.ToUpper(text[:equals])
		value, rest, ok := paramValue(text[equals+1:])
		if !ok {
			return l, false
		}
		l.params[name], text = value, rest
	}
	l.value = text[1:]
	return l, true
}

// paramValue reads values of a parameter, as one text, up to the ';' or ':' after them.
func paramValue(text string) (value, rest string, ok bool) {
	quoted := false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ';' || c == ':'):
			return strings.ReplaceAll(text[:i], `"`, ""), text[i:], true
		}
	}
	return "", "", false
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

// plain undoes the escapes of a text (section 3.3.11).
func plain(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";").Replace(text)
}

// quote shows the beginning of a text in a fault.
func quote(text string) string {
	const most = 40
	text = strings.ToValidUTF8(text, "?")
	if len(text) > most {
		end := most
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + "…"
	}
	return `"` + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, text) + `"`
}
