package event

import (
	"maps"

	"github.com/deskbell/deskbell/domain/table"
)

// JSONSchema is the JSON Schema (draft 2020-12) of one event. Parse accepts all that it accepts, except for the age of
// the event, for tags that are added and removed at once, for texts that only look like an IP address, and for the depth
// and the length of custom values. Parse accepts more: null and the empty text for an absent value.
func JSONSchema() map[string]any {
	root := maps.Clone(envelopeKind.Schema)
	root["$schema"] = table.Draft
	root["title"] = "event"
	root["patternProperties"] = map[string]any{"^[a-z0-9]{1,100}$": true}
	root["propertyNames"] = map[string]any{"not": map[string]any{"enum": anys(table.Keys(table.Entries(dataFields)))}}
	variants := make([]any, len(catalogue))
	for i, s := range catalogue {
		data := maps.Clone(specs[s.kind].data.Schema)
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

func anys(names []string) []any {
	all := make([]any, len(names))
	for i, n := range names {
		all[i] = n
	}
	return all
}
