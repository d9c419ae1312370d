package table

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Entry describes one key of an object, for the schema and the reference.
type Entry struct {
	Key      string
	Doc      string
	Default  any // the meaning of an absent key; nil where the doc says it
	Required bool
	Only     []string // the types of object that have a use for it, see ByType; none: all
	Needed   bool     // by these types
	Shape    Shape
}

// Shape describes the values that may stand somewhere.
type Shape struct {
	Name   string         // for people: "text", "list of agents"
	Schema map[string]any // JSON Schema
	Below  string         // leads from this value to those that Keys describes: ".ID" in a map, "[]" in a list
	Keys   []Entry        // the keys of an object, in the order of the reference
}

// Kind is a shape and its decoder. Read answers the zero value, or the good parts of it, where it found a fault.
type Kind[V any] struct {
	Shape
	Read func(at Place, tree any) V
}

// NewKind makes a kind that has no keys.
func NewKind[V any](name string, schema map[string]any, read func(at Place, tree any) V) Kind[V] {
	return Kind[V]{Shape{Name: name, Schema: schema}, read}
}

// Field is one row of an object's table.
type Field[T any] struct {
	Entry
	Read  func(at Place, tree any, into *T)
	empty func(v *T) bool
}

// Key makes a row: its name, the kind of its value, the variable that the value goes into, and its purpose.
func Key[T, V any](name string, k Kind[V], to func(*T) *V, doc string) Field[T] {
	return Field[T]{
		Entry: Entry{Key: name, Doc: doc, Shape: k.Shape},
		Read:  func(at Place, tree any, into *T) { *to(into) = k.Read(at, tree) },
		empty: func(v *T) bool { return reflect.ValueOf(to(v)).Elem().IsZero() },
	}
}

// ByDefault gives the meaning of an absent key.
func (f Field[T]) ByDefault(value any) Field[T] { f.Default = value; return f }

// Mandatory says that an object must have the key.
func (f Field[T]) Mandatory() Field[T] { f.Required = true; return f }

// Then makes one kind out of another.
func Then[V, W any](k Kind[V], convert func(at Place, v V) W) Kind[W] {
	return Kind[W]{k.Shape, func(at Place, tree any) W { return convert(at, k.Read(at, tree)) }}
}

// Pointer is the kind of a value that is kept by reference.
func Pointer[V any](k Kind[V]) Kind[*V] { return Then(k, func(_ Place, v V) *V { return &v }) }

// OneOf is one of a few words. noun is a fault's word for them: "an author".
func OneOf[W ~string](noun string, words ...W) Kind[W] {
	names, enum := make([]string, len(words)), make([]any, len(words))
	for i, w := range words {
		names[i], enum[i] = string(w), string(w)
	}
	return NewKind("`"+strings.Join(names, "`, `")+"`", map[string]any{"enum": enum}, func(at Place, tree any) W {
		s, _ := tree.(string)
		if !slices.Contains(names, s) {
			at.Fault(Show(tree), "is not "+noun, Choices(s, names))
			return ""
		}
		return W(s)
	})
}

// Synonyms lets other words stand for some of a few: each is read as the one that it means. Those that mean none of them are left
// out. The reference and faults name the words themselves alone.
func Synonyms[W ~string](k Kind[W], meant map[string]W) Kind[W] {
	words, _ := k.Schema["enum"].([]any)
	enum, read := slices.Clone(words), k.Read
	for _, other := range slices.Sorted(maps.Keys(meant)) {
		if slices.Contains(words, any(string(meant[other]))) {
			enum = append(enum, other)
		}
	}
	return NewKind(k.Name, map[string]any{"enum": enum}, func(at Place, tree any) W {
		if s, ok := tree.(string); ok && slices.Contains(enum[len(words):], any(s)) {
			return meant[s]
		}
		return read(at, tree)
	})
}

// Flag is true or false; problem and allowed are the words for anything else.
func Flag(problem, allowed string) Kind[bool] {
	return NewKind("`true`, `false`", map[string]any{"type": "boolean"}, func(at Place, tree any) bool {
		b, ok := tree.(bool)
		if !ok {
			at.Fault(Show(tree), problem, allowed)
		}
		return b
	})
}
