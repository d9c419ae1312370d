package definition

import (
	"maps"

	"github.com/deskbell/deskbell/domain/table"
)

// JSONSchema is the JSON Schema (draft 2020-12) of deskbell.yaml, for editors. It accepts all that Parse accepts and
// knows less: it cannot see that a name leads nowhere, or read hours.
func JSONSchema() map[string]any {
	root := maps.Clone(definitionsKind().Schema)
	root["$schema"] = table.Draft
	root["title"] = "deskbell.yaml"
	root["type"] = "object"
	root["$defs"] = map[string]any{"schedule": scheduleSchema()}
	return root
}

func mapSchema(values map[string]any, most int) map[string]any {
	return map[string]any{
		"type": table.OrNull("object"), "maxProperties": most,
		"propertyNames":        map[string]any{"pattern": table.IDPattern},
		"additionalProperties": values,
	}
}

func listSchema(items map[string]any, most int) map[string]any {
	return map[string]any{"type": table.OrNull("array"), "maxItems": most, "items": items}
}
