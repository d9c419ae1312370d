package api

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Generators of clients turn a schema into a type. Rules between keys are no type, and generators either fail on them or make a
// union of everything; of an object within an object they make a type that has no name. So the document has no such rules, and gives
// each object a name. The schema of deskbell.yaml (deskbell schema) keeps the rules, and the server checks them.

// typer adds schemas to a document.
type typer struct{ to map[string]*huma.Schema }

// add adds a schema of package definition or event under a name, and those of the objects within it under longer ones.
func (t typer) add(name string, schema any) {
	s, _ := schema.(map[string]any)
	t.to[name] = raw(t.typed(name, s))
}

// isRule tells whether a keyword says which values go together, and nothing of what a value is made of.
func isRule(keyword string) bool {
	return slices.Contains([]string{
		"$schema", "not", "if", "then", "else", "allOf", "dependentSchemas", "propertyNames", "patternProperties", "minProperties", "maxProperties",
	}, keyword)
}

// typed is a schema without rules. The names of the objects within begin with a name.
func (t typer) typed(name string, schema map[string]any) map[string]any {
	out := make(map[string]any, len(schema))
	for key, v := range schema {
		switch key {
		case "properties":
			out[key] = t.members(name, v)
		case "items", "additionalProperties":
			out[key] = t.part(name, v)
		case "anyOf", "oneOf":
			if union := t.union(name, v); union != nil {
				out["anyOf"] = union
			}
		case "type":
			out[key] = oneType(v)
		case "default": // openapi-typescript would ask every caller for a key that has one
		default:
			if !isRule(key) {
				out[key] = v
			}
		}
	}
	if v, ok := schema["default"]; ok {
		doc, _ := out["description"].(string)
		out["description"] = strings.TrimSpace(fmt.Sprintf("%s Where it is absent: %v.", doc, v))
	}
	return tidied(out)
}

func (t typer) members(name string, v any) any {
	schemas, _ := v.(map[string]any)
	out := maps.Clone(schemas)
	for key, s := range out {
		out[key] = t.part(schemaName(name, key), s)
	}
	return out
}

// part is a part of a schema. An object with keys gets its title as a name, or else the name.
func (t typer) part(name string, v any) any {
	schema, ok := v.(map[string]any)
	if !ok {
		return v // a boolean
	}
	schema = t.typed(name, schema)
	if schema["properties"] == nil {
		return schema
	}
	if title, _ := schema["title"].(string); title != "" {
		name = title
	}
	t.to[name] = raw(schema)
	return map[string]any{"$ref": schemasAt + name}
}

// union is the members of a union, each with a title or a name; nil where they only say which keys go together.
func (t typer) union(name string, v any) []any {
	var members []any
	list, _ := v.([]any)
	for _, m := range list {
		schema, _ := m.(map[string]any)
		if !isShape(schema) {
			return nil
		}
		schema = t.typed(name, schema)
		if items, _ := schema["items"].(map[string]any); items["enum"] != nil { // oapi-codegen would call both types the same
			t.to[name+"Item"] = raw(items)
			schema["items"] = map[string]any{"$ref": schemasAt + name + "Item"}
		}
		if title, _ := schema["title"].(string); schema["properties"] != nil {
			named := schemaName(name, cmp.Or(title, "object"))
			t.to[named] = raw(schema)
			schema = map[string]any{"$ref": schemasAt + named}
		} else if title == "" && schema["$ref"] == nil {
			schema["title"] = titleOf(schema["type"])
		}
		members = append(members, schema)
	}
	return members
}

// titleOf names a member of a union by its type.
func titleOf(kind any) string {
	switch kind {
	case "string":
		return "text"
	case "array":
		return "list"
	case "boolean":
		return "yes or no"
	}
	return "number"
}

// isShape tells whether a schema says what a value is made of.
func isShape(schema map[string]any) bool {
	return slices.ContainsFunc([]string{"type", "$ref", "enum", "const", "anyOf", "oneOf"}, func(key string) bool { return schema[key] != nil })
}

const scalarSchema = "Scalar"

// scalar is the schema of a value that conditions compare.
func scalar() *huma.Schema {
	var members []any
	for _, kind := range []string{"string", "number", "boolean"} {
		members = append(members, map[string]any{"title": titleOf(kind), "type": kind})
	}
	return raw(map[string]any{"description": "A value that is compared.", "anyOf": members})
}

// oneType is the type that stands for several. A null says as much as an absent value, and is in no answer; a number may stand for its
// text. Where texts, numbers and booleans differ, it is that of scalarSchema.
func oneType(v any) any {
	types, ok := v.([]any)
	if !ok {
		return v
	}
	types = slices.DeleteFunc(slices.Clone(types), func(t any) bool { return t == "null" })
	switch {
	case slices.Contains(types, any("boolean")) && len(types) > 1:
		return scalarSchema
	case slices.Contains(types, any("string")):
		return "string"
	}
	return types[0]
}

// tidied is a schema whose keywords fit its type.
func tidied(schema map[string]any) map[string]any {
	if schema["type"] == scalarSchema {
		delete(schema, "type")
		schema["$ref"] = schemasAt + scalarSchema
	}
	if values, ok := schema["enum"].([]any); ok && schema["type"] == nil && !slices.ContainsFunc(values, isNoText) {
		schema["type"] = "string"
	}
	if schema["type"] == "string" { // bounds of numbers that may stand for it
		delete(schema, "minimum")
		delete(schema, "maximum")
	}
	if schema["anyOf"] != nil {
		delete(schema, "type") // each member has its own
	}
	return schema
}

func isNoText(v any) bool {
	_, ok := v.(string)
	return !ok
}

// schemaName is "EventPageViewed" of "page.viewed".
func schemaName(prefix, key string) string {
	name := prefix
	for word := range strings.FieldsFuncSeq(key, func(r rune) bool { return strings.ContainsRune("._-, ", r) }) {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}
