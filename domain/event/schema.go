package event

import "maps"

// JSONSchema is the JSON Schema (draft 2020-12) of one event. What it accepts Parse accepts, save for the age of the
// event, for tags that are added and removed at once, and for the depth and the length of custom values. Parse accepts
// more: null and the empty text for what may be absent.
func JSONSchema() map[string]any {
	root := objectSchema(entriesOf(envelopeFields))
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "event"
	root["patternProperties"] = map[string]any{"^[a-z0-9]{1,100}$": true}
	root["propertyNames"] = map[string]any{"not": map[string]any{"enum": anys(namesOf(entriesOf(dataFields)))}}
	variants := make([]any, len(catalogue))
	for i, s := range catalogue {
		data := maps.Clone(specs[s.kind].data.schema)
		switch s.kind {
		case ChatTagged:
			data["anyOf"] = []any{someOf("added"), someOf("removed")}
		case ChatMessage:
			data["dependentSchemas"] = map[string]any{"agent": map[string]any{
				"properties": map[string]any{"from": map[string]any{"const": string(FromAgent)}},
			}}
		}
		variants[i] = map[string]any{
			"title": string(s.kind), "description": s.doc,
			"properties": map[string]any{"type": map[string]any{"const": string(s.kind)}, "data": data},
		}
	}
	root["oneOf"] = variants
	return root
}

// someOf asks for a list that is not empty.
func someOf(name string) map[string]any {
	return map[string]any{"required": []any{name}, "properties": map[string]any{name: map[string]any{"minItems": 1}}}
}

func objectSchema(entries []entry) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, e := range entries {
		schema := maps.Clone(e.shape.schema)
		schema["description"] = e.doc
		if e.required {
			required = append(required, e.key)
			notEmpty(schema)
		}
		properties[e.key] = schema
	}
	schema := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

// notEmpty refuses what is the same as an absent value.
func notEmpty(schema map[string]any) {
	switch schema["type"] {
	case "string":
		schema["minLength"] = 1
	case "object":
		schema["minProperties"] = 1
	}
}

func anys(names []string) []any {
	all := make([]any, len(names))
	for i, n := range names {
		all[i] = n
	}
	return all
}
