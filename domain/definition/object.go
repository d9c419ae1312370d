package definition

import (
	"maps"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
)

// entry describes one key of an object, for the schema and the reference.
type entry struct {
	key      string
	doc      string
	def      any // what an absent key means; nil where the doc says it
	required bool
	only     string // the one type of object that has a use for it, see byType; empty: all
	needed   bool   // by that type
	shape    shape
}

// shape describes what may stand somewhere.
type shape struct {
	name   string         // for people: "text", "list of agents"
	schema map[string]any // JSON Schema
	below  string         // what leads from this value to those that keys describes: ".ID" in a map, "[]" in a list
	keys   []entry        // the keys of an object, in the order of the reference
}

// kind is a shape and its decoder. read answers the zero value, or what was good of it, where it found a fault.
type kind[V any] struct {
	shape
	read func(at place, tree any) V
}

// field is one row of an object's table.
type field[T any] struct {
	entry
	read func(at place, tree any, into *T)
}

// key makes a row: its name, what may stand there, where it goes, and what it is for.
func key[T, V any](name string, k kind[V], to func(*T) *V, doc string) field[T] {
	return field[T]{
		entry: entry{key: name, doc: doc, shape: k.shape},
		read:  func(at place, tree any, into *T) { *to(into) = k.read(at, tree) },
	}
}

func (f field[T]) byDefault(value any) field[T] { f.def = value; return f }

func (f field[T]) mandatory() field[T] { f.required = true; return f }

// object is the kind of value that a table describes. noun is what a fault calls it: "a property". Nothing at all
// (`acme:` and no more) is an object without keys. check may be nil; it looks at keys together, on a faultless object.
func object[T any](noun string, fields []field[T], check func(at place, v *T)) kind[T] {
	entries, keys := make([]entry, len(fields)), make([]string, len(fields))
	for i, f := range fields {
		entries[i], keys[i] = f.entry, f.key
	}
	names := strings.Join(keys, ", ")
	read := func(at place, tree any) (v T) {
		m, ok := asMap(at, tree, "the keys "+names)
		if !ok {
			return v
		}
		before := len(at.faults)
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if i := slices.Index(keys, name); i >= 0 {
				fields[i].read(at.key(name), m[name], &v)
				continue
			}
			at.key(name).fault(clip(name), "is not a key of "+noun, names+hours.Suggest(name, keys))
		}
		for _, e := range entries {
			if _, there := m[e.key]; e.required && !there {
				at.fault(e.key, "is missing", strings.ReplaceAll(e.shape.name, "`", ""))
			}
		}
		if check != nil && len(at.faults) == before {
			check(at, &v)
		}
		return v
	}
	return kind[T]{shape{name: noun, schema: objectSchema(entries), keys: entries}, read}
}

// asMap answers the keys of an object. What stands there instead is not shown: it may be a secret in a wrong place.
func asMap(at place, tree any, allowed string) (map[string]any, bool) {
	m, ok := tree.(map[string]any)
	if !ok && tree != nil {
		at.fault("", "is not a map", allowed)
		return nil, false
	}
	return m, true
}

// mapOf is a map from ids to values of a kind. An empty one is nil: it means the same and is stored the same.
func mapOf[V any](plural string, most int, k kind[V]) kind[map[string]V] {
	return kind[map[string]V]{
		shape{name: "map of " + plural, schema: mapSchema(k.schema, most), below: ".ID" + k.below, keys: k.keys},
		func(at place, tree any) map[string]V {
			m, ok := asMap(at, tree, plural+" by id")
			if !ok || len(m) == 0 {
				return nil
			}
			at.tooMany(len(m), plural, most)
			values := make(map[string]V, len(m))
			for _, id := range slices.Sorted(maps.Keys(m)) {
				if !validID(id) {
					at.key(id).fault(clip(id), "is not an id", idAllowed)
				}
				values[id] = k.read(at.key(id), m[id])
			}
			return values
		},
	}
}

// then makes one kind out of another.
func then[V, W any](k kind[V], convert func(at place, v V) W) kind[W] {
	return kind[W]{k.shape, func(at place, tree any) W { return convert(at, k.read(at, tree)) }}
}

// pointer is the kind of a value that is kept by reference.
func pointer[V any](k kind[V]) kind[*V] { return then(k, func(_ place, v V) *V { return &v }) }
