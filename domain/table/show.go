package table

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Show is a value in a form that is short enough for a fault; "" for nil.
func Show(tree any) string {
	switch v := tree.(type) {
	case nil:
		return ""
	case map[string]any:
		return "{…}"
	case []any:
		return "[…]"
	default:
		return Clip(fmt.Sprint(v))
	}
}

// Hidden tells whether a character is not seen and changes how what stands beside it is seen: a control character, an end of a line
// or a paragraph, or one that turns the direction of what follows (Unicode Technical Report 36, section 2.10). Such characters
// forge lines of logs and terminals, and names.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || r >= '\u2028' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// OneLine is a text with a blank for each Hidden character: for lines of terminals and logs.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if Hidden(r) {
			return ' '
		}
		return r
	}, text)
}

// Clip shortens a text to 60 characters.
func Clip(s string) string {
	const most = 60
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return First(s, most-1) + "…"
}

// First is the first so many characters of a text.
func First(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for i := range s {
		if most == 0 {
			return s[:i]
		}
		most--
	}
	return s
}
