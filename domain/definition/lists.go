package definition

import (
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/table"
)

// mapOf is a map from ids to values of a kind. An empty one is nil: it means the same and is stored the same.
func mapOf[V any](plural string, most int, k table.Kind[V]) table.Kind[map[string]V] {
	return table.Kind[map[string]V]{
		Shape: table.Shape{Name: "map of " + plural, Schema: mapSchema(k.Schema, most), Below: ".ID" + k.Below, Keys: k.Keys},
		Read: func(at table.Place, tree any) map[string]V {
			m, ok := at.Map(tree, plural+" by id")
			if !ok || len(m) == 0 {
				return nil
			}
			ids := slices.Sorted(maps.Keys(m))
			if at.TooMany(len(m), plural, most) {
				ids = ids[:most]
			}
			values := make(map[string]V, len(ids))
			for _, id := range ids {
				if at.Full() {
					break
				}
				if !ValidID(id) {
					at.Key(id).Fault(table.Clip(id), "is not an id", IDAllowed)
				}
				values[id] = k.Read(at.Key(id), m[id])
			}
			return values
		},
	}
}

// listOf is a list of at most so many values. An empty one is nil: it means the same and is stored the same.
func listOf[V any](plural string, most int, k table.Kind[V]) table.Kind[[]V] {
	return table.Kind[[]V]{
		Shape: table.Shape{Name: "list of " + plural, Schema: listSchema(k.Schema, most), Below: "[]" + k.Below, Keys: k.Keys},
		Read: func(at table.Place, tree any) []V {
			list, ok := tree.([]any)
			if !ok && tree != nil {
				at.Fault("", "is not a list of "+plural, "[…], or lines that begin with a dash")
			}
			if at.TooMany(len(list), plural, most) {
				list = list[:most] // a value takes far more memory than its text
			}
			var values []V
			for i, item := range list {
				if at.Full() {
					break
				}
				values = append(values, k.Read(at.Item(i), item))
			}
			return values
		},
	}
}

// setOf is a list of texts of which none is there twice. Its values keep their order and their places; where a fault
// was found stands an empty text. show says as much of a value as may be shown.
func setOf(plural string, most int, k table.Kind[string], show func(string) string) table.Kind[[]string] {
	set := listOf(plural, most, k)
	set.Schema["uniqueItems"] = true
	read := set.Read
	set.Read = func(at table.Place, tree any) []string {
		values := read(at, tree)
		seen := make(map[string]bool, len(values))
		for i, v := range values {
			if v != "" && seen[v] {
				at.Item(i).Fault(show(v), "is listed twice", "each once")
			}
			seen[v] = true
		}
		return values
	}
	return set
}

// oneOrMore is a list of at least one, or a value that stands for a list of itself.
func oneOrMore[V any](k table.Kind[V], list table.Kind[[]V]) table.Kind[[]V] {
	list.Schema["type"], list.Schema["minItems"] = "array", 1
	schema := map[string]any{"anyOf": []any{k.Schema, list.Schema}}
	return table.NewKind(k.Name+", or "+list.Name, schema, func(at table.Place, tree any) []V {
		items, isList := tree.([]any)
		switch {
		case !isList:
			return []V{k.Read(at, tree)}
		case len(items) == 0:
			at.Fault("", "is empty", "at least one")
		}
		return list.Read(at, tree)
	})
}

// explicit tells an empty list from none: an empty one stays empty and is stored.
func explicit[V any](k table.Kind[[]V]) table.Kind[[]V] {
	read := k.Read
	k.Read = func(at table.Place, tree any) []V {
		values := read(at, tree)
		if values == nil && tree != nil {
			return []V{}
		}
		return values
	}
	return k
}
