package api

import (
	"maps"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/definition"
)

// The schemas of definitions come from package definition, as that of deskbell.yaml
// does; an OpenAPI document has them in another place.
const (
	schemasAt      = "#/components/schemas/"
	scheduleSchema = "Schedule"
)

// addSchemas puts the schema of each kind under its name.
func addSchemas(to map[string]*huma.Schema) {
	root := definition.JSONSchema()
	defs, _ := root["$defs"].(map[string]any)
	t := typer{to}
	t.add(scheduleSchema, defs["schedule"])
	to[scalarSchema] = scalar()
	all, _ := root["properties"].(map[string]any)
	for _, k := range kinds() {
		if k.schema == scheduleSchema {
			continue
		}
		byID, _ := all[k.plural].(map[string]any)
		t.add(k.schema, byID["additionalProperties"])
	}
}

// schemaOfType names the schema of a Go type. Names that mean little without their package begin with that.
func schemaOfType(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	switch pkg := path.Base(t.PkgPath()); pkg {
	case "quota", "erase":
		return schemaName("", pkg) + name
	}
	return name
}

// raw is a schema that is not made of a Go type.
func raw(schema any) *huma.Schema {
	moved, _ := moveRefs(schema).(map[string]any)
	return &huma.Schema{Extensions: moved}
}

// moveRefs copies a schema, with its references to where the definitions now are.
func moveRefs(schema any) any {
	switch s := schema.(type) {
	case map[string]any:
		s = maps.Clone(s)
		for key, v := range s {
			if ref, ok := v.(string); ok && key == "$ref" {
				s[key] = strings.Replace(ref, "#/$defs/schedule", schemasAt+scheduleSchema, 1)
			} else {
				s[key] = moveRefs(v)
			}
		}
		return s
	case []any:
		list := make([]any, len(s))
		for i, v := range s {
			list[i] = moveRefs(v)
		}
		return list
	}
	return schema
}

func refTo(name string) *huma.Schema { return &huma.Schema{Ref: schemasAt + name} }

// listSchema is that of a page of definitions.
func listSchema(of string) *huma.Schema {
	return raw(map[string]any{
		"type": "object", "required": []any{"items", "next"}, "additionalProperties": false,
		"properties": map[string]any{
			"items": map[string]any{"type": "array", "items": map[string]any{
				"type": "object", "required": []any{"id", "etag", "definition"}, "additionalProperties": false,
				"properties": map[string]any{
					"id":         map[string]any{"type": "string"},
					"etag":       map[string]any{"type": "string", "description": "As in the header ETag of the definition."},
					"definition": map[string]any{"$ref": schemasAt + of},
				},
			}},
			"next": map[string]any{"type": []any{"string", "null"}, "description": "The cursor of the next page; null on the last."},
		},
	})
}
