package event

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
)

// entry describes one key of an object, for the schema and the reference.
type entry struct {
	key      string
	doc      string
	required bool
	shape    shape
}

// shape describes what may stand somewhere.
type shape struct {
	name   string         // for people: "text", "id of agent"
	schema map[string]any // JSON Schema
	keys   []entry        // the keys of an object, in the order of the reference
}

// kind is a shape and its decoder. read answers the zero value, or what was good of it, where it found a fault. It is
// never given a nil or an empty text, which are the same as an absent key.
type kind[V any] struct {
	shape
	read func(at place, tree any) V
}

// field is one row of an object's table.
type field[T any] struct {
	entry
	read  func(at place, tree any, into *T)
	empty func(v *T) bool
}

// key makes a row: its name, what may stand there, where it goes, and what it is for.
func key[T, V any](name string, k kind[V], to func(*T) *V, doc string) field[T] {
	return field[T]{
		entry: entry{key: name, doc: doc, shape: k.shape},
		read:  func(at place, tree any, into *T) { *to(into) = k.read(at, tree) },
		empty: func(v *T) bool { return reflect.ValueOf(to(v)).Elem().IsZero() },
	}
}

func (f field[T]) mandatory() field[T] { f.required = true; return f }

// object is the kind of value that a table describes. noun is what a fault calls it: "a page".
func object[T any](noun string, fields []field[T]) kind[T] {
	entries := entriesOf(fields)
	allowed := namesOf(entries)
	return kind[T]{shape{name: noun, schema: objectSchema(entries), keys: entries}, func(at place, tree any) T {
		return readObject(at, tree, fields, "the keys "+strings.Join(allowed, ", "), func(at place, name string) {
			at.fault(clip(name), "is not a key of "+noun, strings.Join(allowed, ", ")+hours.Suggest(name, allowed))
		})
	}}
}

// readObject reads the keys of a table, in its order, and gives any other to stray, in the order of the alphabet.
func readObject[T any](at place, tree any, fields []field[T], allowed string, stray func(at place, name string)) (v T) {
	m, ok := tree.(map[string]any)
	if !ok {
		at.fault(show(tree), "is not an object", allowed)
		return v
	}
	known := 0
	for _, f := range fields {
		value, there := m[f.key]
		if there {
			known++
		}
		before := len(at.faults)
		if !absent(value) {
			f.read(at.key(f.key), value, &v)
		}
		if f.required && len(at.faults) == before && f.empty(&v) {
			at.missing(f.entry)
		}
	}
	if known == len(m) {
		return v
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !slices.ContainsFunc(fields, func(f field[T]) bool { return f.key == name }) {
			stray(at.key(name), name)
		}
	}
	return v
}

// absent tells what is the same as a key that is not there.
func absent(tree any) bool { return tree == nil || tree == "" }

func entriesOf[T any](fields []field[T]) []entry {
	entries := make([]entry, len(fields))
	for i, f := range fields {
		entries[i] = f.entry
	}
	return entries
}

func namesOf(entries []entry) []string {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.key
	}
	return names
}
