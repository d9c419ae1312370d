package definition

import "maps"

// JSONSchema is the JSON Schema (draft 2020-12) of deskbell.yaml, for editors. It accepts what Parse accepts and knows
// less: it cannot see that a name leads nowhere, or read hours.
func JSONSchema() map[string]any {
	root := maps.Clone(definitionsKind().schema)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "deskbell.yaml"
	root["type"] = "object"
	root["$defs"] = map[string]any{"schedule": scheduleSchema()}
	return root
}

func objectSchema(entries []entry) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, e := range entries {
		properties[e.key] = e.schema()
		if e.required {
			required = append(required, e.key)
		}
	}
	schema := map[string]any{"type": orNull("object"), "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
		schema["type"] = "object"
	}
	return schema
}

// schema is that of the value, with what the entry knows about it.
func (e entry) schema() map[string]any {
	schema := maps.Clone(e.shape.schema)
	schema["description"] = e.doc
	if e.def != nil {
		schema["default"] = e.def
	}
	return schema
}

func mapSchema(values map[string]any, most int) map[string]any {
	return map[string]any{
		"type": orNull("object"), "maxProperties": most,
		"propertyNames":        map[string]any{"pattern": IDPattern},
		"additionalProperties": values,
	}
}

func listSchema(items map[string]any, most int) map[string]any {
	return map[string]any{"type": orNull("array"), "maxItems": most, "items": items}
}

// orNull allows for a key with nothing behind it, which is an empty object, map or list.
func orNull(kind string) []any { return []any{kind, "null"} }
