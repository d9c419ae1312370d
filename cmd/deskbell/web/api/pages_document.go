package api

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

const (
	pagesTag = "Web pages" // of their operations in the document

	// The schemes of what a server and a page show.
	keyScheme         = "key"
	publishableScheme = "publishable"
	visitorScheme     = "visitor"

	keyParam, tokenParam = "key", "token"
)

// describePages adds what web pages ask to the document, which package page serves.
func describePages(d *huma.OpenAPI) {
	d.Components.SecuritySchemes[publishableScheme] = &huma.SecurityScheme{
		Type: "apiKey", In: "query", Name: keyParam, Description: "A publishable key, pk_…, for pages of its origins: deskbell keys add NAME --publish makes one.",
	}
	d.Components.SecuritySchemes[visitorScheme] = &huma.SecurityScheme{
		Type: "apiKey", In: "query", Name: tokenParam, Description: "The token of a visitor, which POST " + web.PagePath + "events gives.",
	}
	word := map[string]any{"type": "string"}
	send := pageOperation(http.MethodPost, "events", "post-page-events", "Send events of a page's own visitor",
		"For web pages of the key's origins, and for beacons: any Content-Type will do. At most 20 events and 16 KB. The data of an event need no property, visitor or visit. "+
			"A page without a token is that of a new visitor, and the server makes the ids. 202 says that at least one event was taken, or that there was none; 401 that the token is wrong or too old: forget it, and begin anew.",
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestEntityTooLarge, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	body := raw(map[string]any{
		"type": "object", "required": []any{"events"}, "additionalProperties": false,
		"properties": map[string]any{
			"token":    map[string]any{"type": "string", "description": "Of the answer before; absent: a new visitor."},
			"visit":    map[string]any{"type": "string", "description": "Of an answer before; absent: a new visit."},
			"identity": map[string]any{"type": "string", "description": "A JSON Web Token by which the shop's server says who the visitor is. What a page says of them otherwise is unverified."},
			"events":   map[string]any{"type": "array", "maxItems": 20, "items": map[string]any{"$ref": schemasAt + pageEventSchema}},
		},
	})
	example := json.RawMessage(`{"events": [{"type": "visitor.arrived", "data": {"page": {"url": "https://acme.example/"}}}]}`)
	send.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: body, Example: example}}}
	d.Components.Schemas.Map()["PageAnswer"] = raw(map[string]any{
		"type": "object", "required": []any{"token", "visitor", "visit", "counts", "results"},
		"properties": map[string]any{
			"token":   map[string]any{"type": "string", "description": "To be kept in place of the one before. It is good for 30 days."},
			"visitor": word, "visit": word,
			"chat":     map[string]any{"type": "string", "description": "The id of the chat of a chat.requested that had none."},
			"identity": map[string]any{"type": "string", "enum": []any{"taken", "refused"}, "description": "What became of one that was sent."},
			"identity_problem": map[string]any{
				"type": "string", "description": "Why it was refused. wrong_key: no key that may change the property has signed it.",
				"enum": []any{"malformed", "wrong_key", "no_exp", "expired", "lasts_too_long", "wrong_property", "no_facts", "bad_facts"},
			},
			"counts":  map[string]any{"$ref": schemasAt + "EventCounts"},
			"results": map[string]any{"type": "array", "items": map[string]any{"$ref": schemasAt + "EventResult"}},
		},
	})
	send.Responses["202"] = content("At least one event was taken, or there was none", refTo("PageAnswer"))
	send.Responses["422"] = &huma.Response{Description: "There were events, and none was taken", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: refTo("NoneTaken")}}}
	d.AddOperation(send)

	stream := pageOperation(http.MethodGet, "stream", "stream-page", "Follow all that a page shows",
		"Server-sent events: now with the time of the server; state with what the widget shows now, and again with each change, its data a "+widgetSchema+"; action, for a visitor's token and a visit of theirs, its data a "+visitSchema+
			"; gone when the property is removed, and then the end.",
		http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	stream.Parameters = append(stream.Parameters, asked(tokenParam, "Of the visitor."), asked("visit", "One of the visitor's own."),
		asked("last", "As Last-Event-ID, for scripts, which cannot set it."), header("Last-Event-ID", "The id of the last action: those after it are sent."))
	stream.Responses["200"] = eventStreamContent()
	d.AddOperation(stream)
}

// pageOperation is one that a publishable key opens.
func pageOperation(method, path, id, summary, description string, statuses ...int) *huma.Operation {
	op := keyless(&huma.Operation{Path: web.PagePath + path, OperationID: id, Summary: summary, Description: description, Tags: []string{pagesTag}}, statuses...)
	op.Method, op.Security = method, []map[string][]string{{publishableScheme: {}}}
	op.Parameters = []*huma.Param{needed("query", keyParam, "A publishable key.")}
	return op
}

// asked is a parameter of an address that may be left out.
func asked(name, description string) *huma.Param {
	p := needed("query", name, description)
	p.Required = false
	return p
}
