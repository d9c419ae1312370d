package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/definition"
)

// hookSchema is the answer to a webhook of a chat product.
const hookSchema = "HookAnswer"

// describeHooks adds what chat products send to the document, which package hook takes.
func describeHooks(d *huma.OpenAPI) {
	d.Components.Schemas.Map()[hookSchema] = raw(map[string]any{
		"type": "object",
		"properties": map[string]any{
			"ignored": map[string]any{"type": "string", "description": "Why it has no event."},
			"counts":  map[string]any{"$ref": schemasAt + "EventCounts"},
			"results": map[string]any{"type": "array", "items": map[string]any{"$ref": schemasAt + "EventResult"}},
		},
	})
	describeHook(d, "chatwoot", "a Chatwoot", "For the webhooks of the account that a destination of type chatwoot names, of at most 256 KB. They are signed by a secret of secret_env, and need no key.",
		needed("header", "X-Chatwoot-Timestamp", "When it was signed, in Unix seconds."), needed("header", "X-Chatwoot-Signature", "The signature, as in sha256=…"))
	describeHook(d, "rest", "a chat product", "For the requests of the chat product that a destination of type rest describes, of at most 256 KB. They are signed by a secret of secret_env, and need no key. "+
		"The rules of the destination say what they tell.", &huma.Param{Name: definition.DefaultSignatureHeader, In: "header", Schema: &huma.Schema{Type: "string"},
		Description: "The HMAC-SHA256 of the body by the secret, in hexadecimal digits. The destination may name another header for it."})
}

func describeHook(d *huma.OpenAPI, product, called, description string, signature ...*huma.Param) {
	op := keyless(&huma.Operation{
		Path: "/v1/" + product + "/{name}", OperationID: "post-" + product, Summary: "Take a webhook of " + called, Tags: []string{eventsTag},
		Description: description + " What they tell of becomes events, each of which is judged as with POST /v1/events; 202 says that at least one was taken. 200 says why there is none.",
	}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusRequestEntityTooLarge, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	op.Method = http.MethodPost
	op.Parameters = append([]*huma.Param{needed("path", "name", "The name of the destination.")}, signature...)
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: raw(map[string]any{"type": "object"})}}}
	op.Responses["200"] = content("It has no event", refTo(hookSchema))
	op.Responses["202"] = content("At least one event was taken", refTo(hookSchema))
	op.Responses["422"] = &huma.Response{Description: "There were events, and none was taken", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: refTo("NoneTaken")}}}
	d.AddOperation(op)
}
