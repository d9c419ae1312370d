package table

import (
	"fmt"
	"strings"
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
