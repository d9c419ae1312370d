package table

import "maps"

// Draft is the `$schema` of every JSON Schema here.
const Draft = "https://json-schema.org/draft/2020-12/schema"

// Schema is the JSON Schema of an object with these keys, as people write it.
func Schema(entries []Entry) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, e := range entries {
		properties[e.Key] = e.schema()
		if e.Required {
			required = append(required, e.Key)
		}
	}
	schema := map[string]any{"type": OrNull("object"), "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
		schema["type"] = "object"
	}
	return schema
}

// schema is the JSON Schema of the value, with the doc and the default of the key.
func (e Entry) schema() map[string]any {
	schema := maps.Clone(e.Shape.Schema)
	schema["description"] = e.Doc
	if e.Default != nil {
		schema["default"] = e.Default
	}
	return schema
}

// OrNull allows for a key with nothing behind it, which is an empty object, map or list.
func OrNull(kind string) []any { return []any{kind, "null"} }

// refuseEmpty makes a schema of an object as programs write it: an empty value of a required key is the same as none.
func refuseEmpty(schema map[string]any, entries []Entry) {
	schema["type"] = "object"
	properties := schema["properties"].(map[string]any)
	for _, e := range entries {
		if !e.Required {
			continue
		}
		switch value := properties[e.Key].(map[string]any); value["type"] {
		case "string":
			value["minLength"] = 1
		case "object":
			value["minProperties"] = 1
		}
	}
}
