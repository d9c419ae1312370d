package table

import (
	"slices"
	"strings"
)

// Of says that only objects of one type, or of some, have a use for a key; see ByType.
func (f Field[T]) Of(only ...string) Field[T] {
	f.Only = only
	f.Doc += " For type `" + strings.Join(only, "` and `") + "` only."
	return f
}

// NeededBy says the same, and that they cannot be without it.
func (f Field[T]) NeededBy(only ...string) Field[T] {
	f = f.Of(only...)
	f.Needed = true
	return f
}

// ByType is the kind of an object whose key `type` says which of its other keys are of use. typeOf answers the type,
// or "" where that was a fault; then no key is held against it.
func ByType[T any](k Kind[T], typeOf func(*T) string) Kind[T] {
	k.Schema["allOf"] = typesSchema(k.Keys)
	read := k.Read
	k.Read = func(at Place, tree any) T {
		v := read(at, tree)
		m, _ := tree.(map[string]any)
		if typ := typeOf(&v); typ != "" {
			at.fit(typ, m, k.Keys)
		}
		return v
	}
	return k
}

// fit faults keys that are of no use to a type, and those that it needs and that are not there.
func (p Place) fit(typ string, m map[string]any, entries []Entry) {
	for _, e := range entries {
		_, there := m[e.Key]
		switch {
		case len(e.Only) == 0:
		case there && !slices.Contains(e.Only, typ):
			p.Key(e.Key).Fault(e.Key, "is of no use to type "+typ, "for type "+strings.Join(e.Only, " and ")+" only")
		case !there && e.Needed && slices.Contains(e.Only, typ):
			p.Fault(e.Key, "is missing", e.Shape.Name)
		}
	}
}

// typesSchema says the same to editors.
func typesSchema(entries []Entry) []any {
	var rules []any
	for _, e := range entries {
		if len(e.Only) == 0 {
			continue
		}
		types := make([]any, len(e.Only))
		for i, only := range e.Only {
			types[i] = only
		}
		isType := map[string]any{"properties": map[string]any{"type": map[string]any{"enum": types}}, "required": []any{"type"}}
		rule := map[string]any{"if": isType, "else": map[string]any{"properties": map[string]any{e.Key: false}}}
		if e.Needed {
			rule["then"] = map[string]any{"required": []any{e.Key}}
		}
		rules = append(rules, rule)
	}
	return rules
}
