package api

import (
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/event"
)

const pageEventSchema = "PageEvent"

// describeEvents adds Event, and PageEvent for those that a page may send: the schema of each type of event, that of its data, and those of
// the parts that several types share.
func describeEvents(to map[string]*huma.Schema) {
	addEventUnion(to, eventSchema, "What has happened. Attributes of an extension of CloudEvents may stand beside these keys.", event.Types())
	addEventUnion(to, pageEventSchema, "What has happened on a page. The key and the token say of whom.", event.PageTypes(), "property", "visitor", "visit", "chat", "from")
}

// addEventUnion adds a union of types of events, and its members. Their data need no keys that are known otherwise.
func addEventUnion(to map[string]*huma.Schema, union, doc string, types []event.Type, known ...string) {
	t := typer{to}
	root := event.JSONSchema()
	envelope, _ := root["properties"].(map[string]any)
	variants, _ := root["oneOf"].([]any)
	members := newUnion(union, doc)
	for _, v := range variants {
		variant, _ := v.(map[string]any)
		kind, _ := variant["title"].(string)
		if !slices.Contains(types, event.Type(kind)) {
			continue
		}
		name := schemaName(union, kind)
		own, _ := variant["properties"].(map[string]any)
		data := sharedParts(own["data"], t)
		data["required"] = without(data["required"], known)
		t.add(name+"Data", data)
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
	to[union] = raw(members.schema)
}

// without are the keys in a list that are not in another.
func without(list any, keys []string) []any {
	all, _ := list.([]any)
	return slices.DeleteFunc(slices.Clone(all), func(key any) bool {
		name, _ := key.(string)
		return slices.Contains(keys, name)
	})
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
