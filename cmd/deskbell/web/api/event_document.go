package api

import (
	"maps"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/event"
)

// describeEvents adds Event, the schema of each type of event, that of its data, and those of the parts that several types share.
func describeEvents(to map[string]*huma.Schema) {
	t := typer{to}
	root := event.JSONSchema()
	envelope, _ := root["properties"].(map[string]any)
	variants, _ := root["oneOf"].([]any)
	members := newUnion("Event", "What has happened. Attributes of an extension of CloudEvents may stand beside these keys.")
	for _, v := range variants {
		variant, _ := v.(map[string]any)
		kind, _ := variant["title"].(string)
		name := schemaName("Event", kind)
		own, _ := variant["properties"].(map[string]any)
		t.add(name+"Data", sharedParts(own["data"], t))
		properties := maps.Clone(envelope)
		maps.Copy(properties, map[string]any{
			"type": map[string]any{"type": "string", "const": kind}, "specversion": map[string]any{"type": "string", "const": "1.0"},
			"data": map[string]any{"$ref": schemasAt + name + "Data"},
		})
		t.add(name, map[string]any{
			"title": kind, "description": variant["description"], "type": "object", "required": []any{"type", "data"}, "properties": properties,
		})
		members.add(kind, name)
	}
	to[eventSchema] = raw(members.schema)
}

// sharedParts is the schema of data with references in place of parts that several types have, which it adds.
func sharedParts(data any, t typer) map[string]any {
	schema, _ := data.(map[string]any)
	schema = maps.Clone(schema)
	properties, _ := schema["properties"].(map[string]any)
	properties = maps.Clone(properties)
	for _, key := range []string{"page", "attributes", "form"} {
		if part, ok := properties[key]; ok {
			name := schemaName("Event", key)
			t.add(name, part)
			properties[key] = map[string]any{"$ref": schemasAt + name}
		}
	}
	schema["properties"] = properties
	return schema
}

// union is a schema of values that their type tells apart.
type union struct {
	schema  map[string]any
	mapping map[string]any
}

func newUnion(title, description string) union {
	mapping := make(map[string]any)
	return union{map[string]any{
		"title": title, "description": description, "discriminator": map[string]any{"propertyName": "type", "mapping": mapping},
	}, mapping}
}

// add adds the schema of a type.
func (u union) add(kind, schema string) {
	ref := schemasAt + schema
	u.mapping[kind] = ref
	list, _ := u.schema["oneOf"].([]any)
	u.schema["oneOf"] = append(list, map[string]any{"$ref": ref})
}
