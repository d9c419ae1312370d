package definition

// listOf is a list of at most so many values. An empty one is nil: it means the same and is stored the same.
func listOf[V any](plural string, most int, k kind[V]) kind[[]V] {
	return kind[[]V]{
		shape{name: "list of " + plural, schema: listSchema(k.schema, most), below: "[]" + k.below, keys: k.keys},
		func(at place, tree any) []V {
			list, ok := tree.([]any)
			if !ok && tree != nil {
				at.fault("", "is not a list of "+plural, "[…], or lines that begin with a dash")
			}
			at.tooMany(len(list), plural, most)
			var values []V
			for i, item := range list {
				values = append(values, k.read(at.item(i), item))
			}
			return values
		},
	}
}

// setOf is a list of texts of which none is there twice. Its values keep their order and their places; where a fault
// was found stands an empty text. show says as much of a value as may be shown.
func setOf(plural string, most int, k kind[string], show func(string) string) kind[[]string] {
	set := listOf(plural, most, k)
	set.schema["uniqueItems"] = true
	read := set.read
	set.read = func(at place, tree any) []string {
		values := read(at, tree)
		seen := make(map[string]bool, len(values))
		for i, v := range values {
			if v != "" && seen[v] {
				at.item(i).fault(show(v), "is listed twice", "each once")
			}
			seen[v] = true
		}
		return values
	}
	return set
}

// oneOrMore is a list of at least one, or a value that stands for a list of itself.
func oneOrMore[V any](k kind[V], list kind[[]V]) kind[[]V] {
	list.schema["type"], list.schema["minItems"] = "array", 1
	schema := map[string]any{"anyOf": []any{k.schema, list.schema}}
	return kind[[]V]{shape{name: k.name + ", or " + list.name, schema: schema}, func(at place, tree any) []V {
		items, isList := tree.([]any)
		switch {
		case !isList:
			return []V{k.read(at, tree)}
		case len(items) == 0:
			at.fault("", "is empty", "at least one")
		}
		return list.read(at, tree)
	}}
}

// explicit tells an empty list from none: an empty one stays empty and is stored.
func explicit[V any](k kind[[]V]) kind[[]V] {
	read := k.read
	k.read = func(at place, tree any) []V {
		values := read(at, tree)
		if values == nil && tree != nil {
			return []V{}
		}
		return values
	}
	return k
}
