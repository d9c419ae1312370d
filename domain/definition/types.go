package definition

// of says that only objects of one type have a use for a key; see byType.
func (f field[T]) of(only string) field[T] {
	f.only = only
	f.doc += " For type `" + only + "` only."
	return f
}

// neededBy says the same, and that they cannot be without it.
func (f field[T]) neededBy(only string) field[T] {
	f = f.of(only)
	f.needed = true
	return f
}

// byType is the kind of an object whose key `type` says which of its other keys are of use. typeOf answers what was read
// there: nothing where that was a fault, and then no key is held against it.
func byType[T any](k kind[T], typeOf func(*T) string) kind[T] {
	k.schema["allOf"] = typesSchema(k.keys)
	read := k.read
	k.read = func(at place, tree any) T {
		v := read(at, tree)
		m, _ := tree.(map[string]any)
		typ := typeOf(&v)
		for _, e := range k.keys {
			_, there := m[e.key]
			switch {
			case e.only == "" || typ == "":
			case there && e.only != typ:
				at.key(e.key).fault(e.key, "is of no use to type "+typ, "for type "+e.only+" only")
			case !there && e.only == typ && e.needed:
				at.fault(e.key, "is missing", e.shape.name)
			}
		}
		return v
	}
	return k
}

// typesSchema says the same to editors.
func typesSchema(entries []entry) []any {
	var rules []any
	for _, e := range entries {
		if e.only == "" {
			continue
		}
		isType := map[string]any{"properties": map[string]any{"type": map[string]any{"const": e.only}}, "required": []any{"type"}}
		rule := map[string]any{"if": isType, "else": map[string]any{"properties": map[string]any{e.key: false}}}
		if e.needed {
			rule["then"] = map[string]any{"required": []any{e.key}}
		}
		rules = append(rules, rule)
	}
	return rules
}
