package event

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// object is the kind of value that a table describes. noun is a fault's word for it: "a page".
func object[T any](noun string, fields []table.Field[T]) table.Kind[T] {
	return table.Object[T]{Noun: noun, Fields: fields, ByProgram: true}.Kind()
}

// matching is the kind of text that a pattern describes; valid says the same, and faster. noun and allowed are for
// faults. Whole numbers count as texts where digits says so: many applications count their chats.
func matching(name, noun, allowed, pattern string, valid func(string) bool, digits bool) table.Kind[string] {
	schema := map[string]any{"type": "string", "pattern": pattern}
	if digits {
		schema["type"], schema["minimum"] = []any{"string", "integer"}, 0
	}
	return table.NewKind(name, schema, func(at table.Place, tree any) string {
		s, ok := tree.(string)
		if n, whole := wholeNumber(tree); digits && whole && n >= 0 {
			s, ok = strconv.FormatInt(n, 10), true
		}
		if !ok || !valid(s) {
			at.Fault(table.Show(tree), "is not "+noun, allowed)
			return ""
		}
		return s
	})
}

// definedID is the id of something in the definitions.
func definedID(noun string) table.Kind[string] {
	return matching("id of "+noun, "an id", table.IDAllowed, table.IDPattern, table.ValidID, true)
}

// ownID is an id of the application's own; the package comment argues for its characters.
func ownID(noun string) table.Kind[string] {
	const marks = "-._~!$&'()*+,;=:@"
	return matching("id of "+noun, "an id", "1 to 128 letters, digits and "+marks+" but not . or .. alone",
		`^([A-Za-z0-9._~!$&'()*+,;=:@-]{3,128}|[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9._~!$&'()*+,;=:@-]?|\.[A-Za-z0-9_~!$&'()*+,;=:@-])$`,
		func(s string) bool {
			return s != "" && len(s) <= 128 && s != "." && s != ".." && consists(s, marks)
		}, true)
}

// consists tells whether s has no characters but letters, digits and the given marks.
func consists(s, marks string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune(marks, r) })
}

func alphanumeric(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' }

// formKind is a form, by either of its names.
func formKind() table.Kind[FormKind] {
	kinds := FormKinds()
	shown := make(map[string]FormKind, len(kinds))
	for _, k := range kinds {
		shown[k.Shown()] = k
	}
	return table.Synonyms(table.OneOf("a kind of form", kinds...), shown)
}

// cut is a text of any length, of which the first so many characters are kept.
func cut(most int) table.Kind[string] {
	name := fmt.Sprintf("text, cut after %d characters", most)
	return table.NewKind(name, map[string]any{"type": "string"}, func(at table.Place, tree any) string {
		s, ok := tree.(string)
		if !ok || !utf8.ValidString(s) {
			at.Fault(table.Show(tree), "is not a text", "a text in quotes")
			return ""
		}
		return table.First(s, most)
	})
}

// name is a short text on one line.
func name() table.Kind[string] {
	allowed := fmt.Sprintf("1 to %d characters on one line", mostName)
	schema := map[string]any{"type": "string", "minLength": 1, "maxLength": mostName}
	return table.NewKind("text", schema, func(at table.Place, tree any) string {
		s, _ := tree.(string)
		if !printable(s, mostName) {
			at.Fault(table.Show(tree), "is not a name", allowed)
			return ""
		}
		return s
	})
}

func printable(s string, most int) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, table.Hidden)
}

// tags is a list of names. An empty one is not nil: it says that there are none.
func tags() table.Kind[[]string] {
	tag := name()
	schema := map[string]any{"type": "array", "maxItems": MostTags, "items": tag.Schema}
	return table.NewKind("list of texts", schema, func(at table.Place, tree any) []string {
		list, ok := tree.([]any)
		if !ok || len(list) > MostTags {
			at.Fault(table.Show(tree), "is not a list of tags", fmt.Sprintf("[…] with at most %d tags", MostTags))
			return nil
		}
		all := make([]string, len(list))
		for i, item := range list {
			all[i] = tag.Read(at.Item(i), item)
		}
		return all
	})
}

// flag is yes or no.
func flag() table.Kind[bool] {
	return table.Flag("is neither true nor false", "true, false, without quotes")
}

// count is a whole number from 0. It is kept by reference, since none is not the same as not known.
func count(most int64) table.Kind[*int] {
	schema := map[string]any{"type": "integer", "minimum": 0, "maximum": most}
	return table.NewKind("whole number", schema, func(at table.Place, tree any) *int {
		n, ok := wholeNumber(tree)
		if !ok || n < 0 || n > most {
			at.Fault(table.Show(tree), "is not a number that fits here", fmt.Sprintf("a whole number from 0 to %d", most))
			return nil
		}
		return new(int(n))
	})
}

// seconds is a whole number of seconds.
func seconds(least, most int64) table.Kind[int] {
	schema := map[string]any{"type": "integer", "minimum": least, "maximum": most}
	return table.NewKind("whole number", schema, func(at table.Place, tree any) int {
		n, ok := wholeNumber(tree)
		if !ok || n < least || n > most {
			at.Fault(table.Show(tree), "is not a number of seconds that fits here", fmt.Sprintf("a whole number from %d to %d", least, most))
			return 0
		}
		return int(n)
	})
}

// wholeNumber reads a number as the decoders of JSON and YAML give them. 3.0 and 1e3 are whole; a number too large for
// its type is none.
func wholeNumber(tree any) (int64, bool) {
	switch v := tree.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, true
		}
		f, err := v.Float64()
		return wholeFloat(f, err == nil)
	case float64:
		return wholeFloat(v, true)
	case int:
		return int64(v), true
	case int64:
		return v, true
	case uint64:
		return int64(v), v <= math.MaxInt64
	}
	return 0, false
}

// wholeFloat answers only for floats in which no digit was lost.
func wholeFloat(f float64, ok bool) (int64, bool) {
	const exact = 1 << 53
	if !ok || f != math.Trunc(f) || math.Abs(f) > exact {
		return 0, false
	}
	return int64(f), true
}
