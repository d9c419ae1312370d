package definition

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

const (
	mostText = 10_000 // characters of a message
	mostName = 200    // characters of a name
)

// object is the kind of value that a table describes. noun is a fault's word for it: "a property". check may be nil; it
// checks keys together, on a faultless object.
func object[T any](noun string, fields []table.Field[T], check func(at table.Place, v *T)) table.Kind[T] {
	return table.Object[T]{Noun: noun, Fields: fields, Check: check}.Kind()
}

// asText answers the text of a scalar. A number keeps its written form, since people write `name: 2024`.
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
func textual(name, noun, allowed string, schema map[string]any, valid func(table.Place, string) bool) table.Kind[string] {
	return table.NewKind(name, schema, func(at table.Place, tree any) string {
		s, ok := asText(tree)
		switch b, isBool := tree.(bool); {
		case ok && valid(at, s):
			return s
		case isBool:
			at.Fault(table.Show(b), "is no text", fmt.Sprintf("%s; as a text it needs quotes: \"%t\"", allowed, b))
		case tree == nil:
			at.Fault("", "is empty", allowed)
		default:
			at.Fault(table.Show(tree), "is not "+noun, allowed)
		}
		return ""
	})
}

// text is a text that is shown as it is. A placeholder would be shown raw: it is refused.
func text(most int) table.Kind[string] {
	k := raw(most)
	k.Schema["not"] = map[string]any{"type": "string", "pattern": `\{\{`}
	return table.Then(k, func(at table.Place, s string) string {
		if strings.Contains(s, "{{") {
			at.Fault(table.Clip(s), "holds a placeholder", "no placeholders here: they are filled in texts of messages, notes and notices")
		}
		return s
	})
}

// line is a text on one line: a name, or what is shown as one.
func line(most int) table.Kind[string] {
	return table.Then(text(most), func(at table.Place, s string) string {
		if strings.ContainsFunc(s, table.Hidden) {
			at.Fault(table.Clip(s), "has characters that are not seen, such as the end of a line", "visible characters, on one line")
		}
		return s
	})
}

// raw is a text of which nothing is known but its length.
func raw(most int) table.Kind[string] {
	allowed := fmt.Sprintf("at most %d characters", most)
	schema := map[string]any{"type": []any{"string", "number"}, "maxLength": most}
	return textual("text", "a text of "+allowed, allowed, schema, func(_ table.Place, s string) bool {
		return utf8.RuneCountInString(s) <= most
	})
}

// IDAllowed says which names a definition may have.
const IDAllowed = table.IDAllowed

// ValidID tells whether s may be the name of a definition.
func ValidID(s string) bool { return table.ValidID(s) }

// id is the name of something else in the file: "agent".
func id(noun string) table.Kind[string] {
	schema := map[string]any{"type": []any{"string", "number"}, "pattern": table.IDPattern, "minimum": 0}
	return textual("id of "+noun, "an id", IDAllowed, schema, func(_ table.Place, s string) bool { return ValidID(s) })
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

const languagePattern = `^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`

// language is a tag by its shape (BCP 47). Whether there is such a language is not asked.
func language() table.Kind[string] {
	schema := map[string]any{"type": "string", "pattern": languagePattern, "examples": []any{"en", "fr", "pt-BR"}}
	return textual("language tag", "a language tag", "a tag such as fr, pt-BR or zh-Hant", schema, func(_ table.Place, s string) bool {
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

// flag is yes or no.
func flag() table.Kind[bool] { return table.Flag("is not true or false", "true, false") }

// whole is a whole number from least to most, written in digits.
func whole(least, most int64) table.Kind[int64] {
	schema := map[string]any{"type": "integer", "minimum": least, "maximum": most}
	return table.NewKind("whole number", schema, func(at table.Place, tree any) int64 {
		s, _ := asText(tree)
		n, err := strconv.ParseInt(s, 10, 64)
		_, quoted := tree.(string)
		if quoted || err != nil || n < least || n > most {
			at.Fault(table.Show(tree), "is not a number that fits here", fmt.Sprintf("a whole number from %d to %d", least, most))
			return 0
		}
		return n
	})
}
