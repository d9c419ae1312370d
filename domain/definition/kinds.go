package definition

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours"
)

const (
	mostText = 10_000 // characters of a message
	mostName = 200    // characters of a name
)

// asText answers the text of a scalar. A number is taken as it was written, since people write `name: 2024`.
func asText(tree any) (string, bool) {
	switch v := tree.(type) {
	case string:
		return v, utf8.ValidString(v)
	case json.Number:
		return v.String(), true
	case float64:
		format := byte('f')
		if math.Abs(v) > 1e15 || v != math.Trunc(v) {
			format = 'g'
		}
		return strconv.FormatFloat(v, format, -1, 64), true
	case int, int64, uint64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// textual is the kind of text that valid accepts. name is for the reference, noun and allowed are for faults.
func textual(name, noun, allowed string, schema map[string]any, valid func(place, string) bool) kind[string] {
	return kind[string]{shape{name: name, schema: schema}, func(at place, tree any) string {
		s, ok := asText(tree)
		switch b, isBool := tree.(bool); {
		case ok && valid(at, s):
			return s
		case isBool:
			at.fault(show(b), "is no text", fmt.Sprintf("%s; as a text it needs quotes: \"%t\"", allowed, b))
		case tree == nil:
			at.fault("", "is empty", allowed)
		default:
			at.fault(show(tree), "is not "+noun, allowed)
		}
		return ""
	}}
}

// text is a text that is shown as it is. A placeholder would be shown raw: it is refused.
func text(most int) kind[string] {
	k := raw(most)
	k.schema["not"] = map[string]any{"type": "string", "pattern": `\{\{`}
	return then(k, func(at place, s string) string {
		if strings.Contains(s, "{{") {
			at.fault(clip(s), "holds a placeholder", "no placeholders here: they are filled in texts of messages, notes and notices")
		}
		return s
	})
}

// raw is a text of which nothing is known but its length.
func raw(most int) kind[string] {
	allowed := fmt.Sprintf("at most %d characters", most)
	schema := map[string]any{"type": []any{"string", "number"}, "maxLength": most}
	return textual("text", "a text of "+allowed, allowed, schema, func(_ place, s string) bool {
		return utf8.RuneCountInString(s) <= most
	})
}

const (
	// IDPattern is what a name of a definition matches.
	IDPattern = `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`
	// IDAllowed says it in words.
	IDAllowed = "a letter or digit, then up to 63 letters, digits, '.', '_' or '-'"
)

// id is the name of something else in the file: "agent".
func id(noun string) kind[string] {
	schema := map[string]any{"type": []any{"string", "number"}, "pattern": IDPattern, "minimum": 0}
	return textual("id of "+noun, "an id", IDAllowed, schema, func(_ place, s string) bool { return ValidID(s) })
}

// ValidID tells whether s may be the name of a definition: IDAllowed.
func ValidID(s string) bool {
	for i := range len(s) {
		if !alphanumeric(s[i]) && (i == 0 || !strings.Contains("._-", s[i:i+1])) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func alphanumeric(c byte) bool { return letter(c) || c >= '0' && c <= '9' }

const languagePattern = `^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`

// language is a tag by its shape (BCP 47). Whether there is such a language is not asked.
func language() kind[string] {
	schema := map[string]any{"type": "string", "pattern": languagePattern, "examples": []any{"en", "fr", "pt-BR"}}
	return textual("language tag", "a language tag", "a tag such as fr, pt-BR or zh-Hant", schema, func(_ place, s string) bool {
		first, rest, more := strings.Cut(s, "-")
		for i := range len(first) {
			if !letter(first[i]) {
				return false
			}
		}
		for more {
			var part string
			part, rest, more = strings.Cut(rest, "-")
			if len(part) > 8 || !ValidID(part) || strings.ContainsAny(part, "._") {
				return false
			}
		}
		return len(first) == 2 || len(first) == 3
	})
}

// oneOf is one of a few words.
func oneOf[W ~string](noun string, words ...W) kind[W] {
	names, enum := make([]string, len(words)), make([]any, len(words))
	for i, w := range words {
		names[i], enum[i] = string(w), string(w)
	}
	return kind[W]{
		shape{name: "`" + strings.Join(names, "`, `") + "`", schema: map[string]any{"enum": enum}},
		func(at place, tree any) W {
			s, _ := asText(tree)
			if !slices.Contains(names, s) {
				at.fault(show(tree), "is not "+noun, strings.Join(names, ", ")+hours.Suggest(s, names))
				return ""
			}
			return W(s)
		},
	}
}

// flag is yes or no.
func flag() kind[bool] {
	return kind[bool]{
		shape{name: "`true`, `false`", schema: map[string]any{"type": "boolean"}},
		func(at place, tree any) bool {
			b, ok := tree.(bool)
			if !ok {
				at.fault(show(tree), "is not true or false", "true, false")
			}
			return b
		},
	}
}

// whole is a whole number from least to most, written in digits.
func whole(least, most int64) kind[int64] {
	return kind[int64]{
		shape{name: "whole number", schema: map[string]any{"type": "integer", "minimum": least, "maximum": most}},
		func(at place, tree any) int64 {
			s, _ := asText(tree)
			n, err := strconv.ParseInt(s, 10, 64)
			_, quoted := tree.(string)
			if quoted || err != nil || n < least || n > most {
				at.fault(show(tree), "is not a number that fits here", fmt.Sprintf("a whole number from %d to %d", least, most))
				return 0
			}
			return n
		},
	}
}
