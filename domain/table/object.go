package table

import (
	"maps"
	"slices"
	"strings"
)

// Object is the table of one kind of object.
type Object[T any] struct {
	Noun   string                      // a fault's word for it: "a page"
	Fields []Field[T]                  // in the order of the reference
	Check  func(at Place, v *T)        // checks keys together, on a faultless object; may be nil
	Stray  func(at Place, name string) // judges a key that the table does not have; nil: each is a fault

	// ByProgram says that programs write it. Many of them write an unknown value as a null or an empty text, so these are
	// the same as an absent key, and a required key needs a value that is not empty. Faults come in the order of the table.
	//
	// Otherwise people write it. A key with nothing behind it (`acme:` and no more) has a null, which is an empty object.
	// Faults come in the order of the alphabet, and missing keys last.
	ByProgram bool
}

// Kind is the kind of value that the table describes.
func (o Object[T]) Kind() Kind[T] {
	entries := Entries(o.Fields)
	if o.Stray == nil {
		keys := Keys(entries)
		o.Stray = func(at Place, name string) {
			at.Fault(Clip(name), "is not a key of "+o.Noun, Choices(name, keys))
		}
	}
	schema := Schema(entries)
	if o.ByProgram {
		refuseEmpty(schema, entries)
	}
	return Kind[T]{Shape{Name: o.Noun, Schema: schema, Keys: entries}, o.read}
}

func (o *Object[T]) read(at Place, tree any) (v T) {
	m, ok := o.members(at, tree)
	if !ok {
		return v
	}
	before := len(at.Faults)
	if o.ByProgram {
		o.inOrder(at, m, &v)
	} else {
		o.byName(at, m, &v)
	}
	if o.Check != nil && len(at.Faults) == before {
		o.Check(at, &v)
	}
	return v
}

func (o *Object[T]) members(at Place, tree any) (map[string]any, bool) {
	m, ok := tree.(map[string]any)
	if ok {
		return m, true
	}
	allowed := "the keys " + strings.Join(Keys(Entries(o.Fields)), ", ")
	if !o.ByProgram {
		return at.Map(tree, allowed)
	}
	at.Fault(Show(tree), "is not an object", allowed)
	return nil, false
}

// byName reads an object that people wrote.
func (o *Object[T]) byName(at Place, m map[string]any, v *T) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if at.Full() {
			return
		}
		if i := o.index(name); i >= 0 {
			o.Fields[i].Read(at.Key(name), m[name], v)
		} else {
			o.Stray(at.Key(name), name)
		}
	}
	for _, f := range o.Fields {
		if _, there := m[f.Key]; f.Required && !there && !o.misspelt(m, f.Key) {
			at.Missing(f.Entry)
		}
	}
}

// misspelt tells whether an unknown key of an object was probably meant for one. It has a fault already.
func (o *Object[T]) misspelt(m map[string]any, key string) bool {
	keys := Keys(Entries(o.Fields))
	for name := range m {
		if o.index(name) < 0 && Nearest(name, keys) == key {
			return true
		}
	}
	return false
}

// inOrder reads an object that a program wrote.
func (o *Object[T]) inOrder(at Place, m map[string]any, v *T) {
	known := 0
	for i := range o.Fields {
		f := &o.Fields[i]
		value, there := m[f.Key]
		if there {
			known++
		}
		before := len(at.Faults)
		if !Absent(value) {
			f.Read(at.Key(f.Key), value, v)
		}
		if f.Required && len(at.Faults) == before && f.empty(v) {
			at.Missing(f.Entry)
		}
	}
	if known == len(m) {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if at.Full() {
			return
		}
		if o.index(name) < 0 {
			o.Stray(at.Key(name), name)
		}
	}
}

func (o *Object[T]) index(name string) int {
	return slices.IndexFunc(o.Fields, func(f Field[T]) bool { return f.Key == name })
}

// Absent tells which values are the same as an absent key, where programs write.
func Absent(tree any) bool { return tree == nil || tree == "" }

// Entries describes the rows of a table.
func Entries[T any](fields []Field[T]) []Entry {
	entries := make([]Entry, len(fields))
	for i, f := range fields {
		entries[i] = f.Entry
	}
	return entries
}

// Keys is the names of entries.
func Keys(entries []Entry) []string {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	return keys
}
