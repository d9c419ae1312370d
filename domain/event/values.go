package event

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/table"
)

// values are values of the application's own, by name, with texts of at most so many characters.
func values(mostText int) table.Kind[Values] {
	schema := map[string]any{
		"type": "object", "maxProperties": MostValues,
		"propertyNames":        map[string]any{"minLength": 1, "maxLength": mostKey},
		"additionalProperties": true,
	}
	return table.NewKind("map of values", schema, func(at table.Place, tree any) Values {
		m, ok := tree.(map[string]any)
		if !ok {
			at.Fault(table.Show(tree), "is not an object", `values by name, such as {"plan": "pro", "seats": 5}`)
			return nil
		}
		if len(m) == 0 {
			return nil
		}
		return Values(freeMap(at, m, mostText, mostDepth))
	})
}

// free is one value, with so many levels of lists and maps that it may still have.
func free(at table.Place, tree any, mostText, levels int) any {
	switch v := tree.(type) {
	case nil, bool:
		return v
	case string:
		if !utf8.ValidString(v) || utf8.RuneCountInString(v) > mostText {
			at.Fault(table.Clip(v), "is not a text that fits here", fmt.Sprintf("at most %d characters", mostText))
		}
		return v
	case []any, map[string]any:
		if levels == 0 {
			at.Fault(table.Show(v), "is nested too deeply", fmt.Sprintf("at most %d levels of lists and objects", mostDepth))
			return nil
		}
		if m, ok := v.(map[string]any); ok {
			return freeMap(at, m, mostText, levels)
		}
		return freeList(at, v.([]any), mostText, levels)
	default:
		return number(at, tree)
	}
}

func freeMap(at table.Place, m map[string]any, mostText, levels int) map[string]any {
	if at.TooMany(len(m), "values", MostValues) {
		return nil
	}
	kept := make(map[string]any, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !printable(name, mostKey) {
			at.Key(name).Fault(table.Clip(name), "is not a name", fmt.Sprintf("1 to %d characters on one line", mostKey))
		}
		kept[name] = free(at.Key(name), m[name], mostText, levels-1)
	}
	return kept
}

func freeList(at table.Place, list []any, mostText, levels int) []any {
	if at.TooMany(len(list), "values", MostValues) {
		return nil
	}
	kept := make([]any, len(list))
	for i, item := range list {
		kept[i] = free(at.Item(i), item, mostText, levels-1)
	}
	return kept
}

// number is a number in its one canonical form. A number that would lose digits is refused, except a fraction:
// everybody keeps those as float64.
func number(at table.Place, tree any) any {
	if n, ok := wholeNumber(tree); ok {
		return json.Number(strconv.FormatInt(n, 10))
	}
	written, f, ok := "", 0.0, false
	switch v := tree.(type) {
	case json.Number:
		written = v.String()
		parsed, err := v.Float64()
		f, ok = parsed, err == nil && strings.ContainsAny(written, ".eE")
	case float64:
		f, ok = v, !math.IsInf(v, 0) && !math.IsNaN(v)
	}
	if !ok || len(written) > 40 {
		at.Fault(table.Show(tree), "is not a value that can be kept", "text, true, false, null, lists and objects of these, and numbers of 64 bits; longer ones as texts")
		return nil
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}
