package api

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/action"
)

// describeWebhooks adds what a destination of the type webhook receives: an operation for each type of action, and one for all of them
// where a destination is defined.
func describeWebhooks(d *huma.OpenAPI) {
	d.Webhooks = make(map[string]*huma.PathItem)
	schemas, members := d.Components.Schemas.Map(), newUnion("Action", "What is to be done, or is now so.")
	for _, t := range action.Types() {
		name := schemaName("Action", string(t))
		schemas[name] = raw(actionSchema(t, dataSchema(d, t)))
		members.add(string(t), name)
		d.Webhooks[string(t)] = &huma.PathItem{Post: webhookOperation("receive-"+strings.NewReplacer(".", "-", "_", "-").Replace(string(t)), t.Doc(), name)}
	}
	schemas[actionSchemaName] = raw(members.schema)
	// Generators take only those schemas that a path refers to, and webhooks are none.
	d.Paths["/v1/destinations/{id}"].Put.Callbacks = map[string]map[string]*huma.PathItem{
		"actions": {"{$request.body#/url}": {Post: webhookOperation("receive-action", "What a destination of the type webhook gets", actionSchemaName)}},
	}
}

const actionSchemaName = "Action"

// webhookOperation is the receipt of an action.
func webhookOperation(id, summary, schema string) *huma.Operation {
	many := raw(map[string]any{
		"type": "array", "items": map[string]any{"$ref": schemasAt + actionSchemaName},
		"description": "With batch: up to 100 actions, of any types that the destination wants.",
	})
	return &huma.Operation{
		OperationID: id, Summary: summary, Tags: []string{"Webhooks"},
		Description: "Signed by Standard Webhooks. The same action may come twice: its id tells. Types that are not known yet are to be taken and passed over.",
		Security:    []map[string][]string{}, // the signature stands for a key
		Parameters: []*huma.Param{
			needed("header", "webhook-id", "The id of the action, or of the batch: the same on every try."),
			needed("header", "webhook-timestamp", "When this try was signed, in Unix time."),
			needed("header", "webhook-signature", "One signature for each secret, by blanks: v1 and HMAC-SHA256."),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/cloudevents+json":       {Schema: refTo(schema)},
			"application/cloudevents-batch+json": {Schema: many},
		}},
		Responses: map[string]*huma.Response{
			"2XX":     {Description: "Taken: it does not come again"},
			"410":     {Description: "The receiver wants no more actions at all"},
			"429":     {Description: "Too many: Retry-After says when to try again"},
			"default": {Description: "Not taken: it comes again for 12 hours"},
		},
	}
}

// actionSchema is that of an action of a type.
func actionSchema(t action.Type, data map[string]any) map[string]any {
	word := map[string]any{"type": "string"}
	return map[string]any{
		"title": string(t), "type": "object", "description": t.Doc(), "required": []any{"specversion", "id", "type", "source", "time", "data"},
		"properties": map[string]any{
			"specversion": map[string]any{"type": "string", "const": "1.0"},
			"id":          map[string]any{"type": "string", "description": "It is the same for a repeat."},
			"type":        map[string]any{"type": "string", "const": string(t)},
			"source":      word,
			"time":        map[string]any{"type": "string", "format": "date-time"},
			"data":        data,
		},
	}
}

// dataSchema refers to the schemas of the data of a type, which it adds to the document.
func dataSchema(d *huma.OpenAPI, t action.Type) map[string]any {
	var refs []any
	for _, data := range dataOf(t) {
		name := "Action" + data.Name()
		d.Components.Schemas.Map()[name] = raw(schemaOf(data))
		refs = append(refs, map[string]any{"$ref": schemasAt + name})
	}
	if len(refs) == 1 {
		return map[string]any{"$ref": schemasAt + "Action" + dataOf(t)[0].Name()}
	}
	return map[string]any{"anyOf": refs}
}

// dataOf are the Go types of the data of a type of action.
func dataOf(t action.Type) []reflect.Type {
	visitor := reflect.TypeFor[action.Visitor]()
	switch t {
	case action.WidgetStateChanged, action.DepartmentStateChanged:
		return []reflect.Type{reflect.TypeFor[action.State]()}
	case action.AgentStatusChanged:
		return []reflect.Type{reflect.TypeFor[action.AgentStatus]()}
	case action.AgentNotify: // of hours, or by a trigger
		return []reflect.Type{reflect.TypeFor[action.Notice](), visitor}
	case action.DigestOpened:
		return []reflect.Type{reflect.TypeFor[action.Digest]()}
	}
	return []reflect.Type{visitor}
}

// schemaOf is the JSON Schema of what encoding/json writes for a type of package action. Receivers are to pass over keys that they do
// not know.
func schemaOf(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		s := schemaOf(t.Elem())
		s["type"] = []any{s["type"], "null"}
		return s
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case t.Kind() == reflect.Struct:
		return objectOf(t)
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Map:
		return map[string]any{"type": "object"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	default:
		return map[string]any{} // anything
	}
}

// objectOf is the schema of a struct.
func objectOf(t reflect.Type) map[string]any {
	properties, required := make(map[string]any), []any{}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		field := t.Field(i).Type
		list := strings.Split(options, ",")
		optional := slices.Contains(list, "omitempty") || slices.Contains(list, "omitzero")
		if optional && field.Kind() == reflect.Pointer {
			field = field.Elem() // it is left out, and never null
		}
		properties[name] = schemaOf(field)
		if !optional {
			required = append(required, name)
		}
	}
	s := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}
