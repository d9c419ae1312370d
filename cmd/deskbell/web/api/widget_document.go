package api

import (
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/widget"
)

const (
	widgetTag    = "Widgets" // of its operations in the document
	widgetSchema = "WidgetState"
)

// describeWidget adds WidgetState and WidgetStream to the document. They are not
// huma's: it would hold each reader of a stream to the time of a request.
func describeWidget(d *huma.OpenAPI) {
	d.Components.Schemas.Map()[widgetSchema] = raw(stateSchema())
	state := widgetOperation("", "get-widget", "What a widget shows now",
		"Computed for this very instant, and not to be kept beyond the next boundary: Cache-Control says so.")
	state.Parameters = append(state.Parameters, header("If-None-Match", "An ETag: where the state has it still, the answer is 304, without a body."))
	state.Responses["200"] = content("The state", refTo(widgetSchema))
	state.Responses["200"].Headers = map[string]*huma.Param{"Deskbell-Age": {
		Description: "While Redis does not answer: how many seconds ago the server knew for sure. After a day, the answer is 503.", Schema: &huma.Schema{Type: huma.TypeInteger},
	}}
	state.Responses["304"] = &huma.Response{Description: "It has the ETag still"}
	d.AddOperation(state)

	stream := widgetOperation("/stream", "stream-widget", "Follow what a widget shows",
		"Server-sent events: state with what shows now, and again with each change, its data a "+widgetSchema+
			"; gone when the property is removed, and then the end. A reader that does not keep up is dropped, and comes back by itself.")
	stream.Parameters = append(stream.Parameters, header("Last-Event-ID", "The id of the last event. Where it still shows that, the stream begins with the next change."))
	stream.Responses["200"] = eventStreamContent()
	d.AddOperation(stream)
}

// widgetOperation is one that needs no key.
func widgetOperation(below, id, summary, description string) *huma.Operation {
	op := &huma.Operation{
		Path: "/v1/properties/{id}/widget" + below, OperationID: id, Summary: summary, Tags: []string{widgetTag},
		Description: description + " Any page of any site may ask, without a key.",
		Parameters:  []*huma.Param{needed("path", "id", "Of the property.")},
	}
	return keyless(op, http.StatusNotFound, http.StatusServiceUnavailable)
}

// keyless makes an operation one to GET without a key, with some errors.
func keyless(op *huma.Operation, statuses ...int) *huma.Operation {
	op.Method, op.Responses = http.MethodGet, make(map[string]*huma.Response)
	op.Security = []map[string][]string{} // instead of that of the whole document
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: refTo("ErrorModel")}},
		}
	}
	return op
}

func needed(in, name, description string) *huma.Param {
	return &huma.Param{Name: name, In: in, Required: true, Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

func header(name, description string) *huma.Param {
	return &huma.Param{Name: name, In: "header", Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
}

func eventStreamContent() *huma.Response {
	return &huma.Response{Description: "The stream", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}}
}

// stateSchema is that of widget.State in its wire form.
func stateSchema() map[string]any {
	statuses := []any{widget.Online, widget.Away, widget.Offline}
	instant := func(description string) map[string]any {
		return map[string]any{"type": []any{"string", "null"}, "format": "date-time", "description": description}
	}
	modes := []any{widget.Chat, widget.Messaging, widget.OfflineForm, widget.ContactForm, widget.Message, widget.Hidden}
	return map[string]any{
		"type":     "object",
		"required": []any{"status", "mode", "new_chats", "reason", "since", "until", "next", "next_open", "version"},
		"properties": map[string]any{
			"status":      map[string]any{"type": "string", "enum": statuses, "description": "online, away (in hours, but nobody can take a new chat) or offline."},
			"mode":        map[string]any{"type": "string", "enum": modes, "description": "What it offers: chat, messaging, offline_form, contact_form, message or hidden."},
			"new_chats":   map[string]any{"type": "boolean", "description": "Whether a chat can be started."},
			"message":     map[string]any{"type": "string", "description": "The text of mode message."},
			"reason":      map[string]any{"type": "string", "description": "Why: weekly, override, no_agents, or the name of a holiday or an exception."},
			"since":       map[string]any{"type": "string", "format": "date-time"},
			"until":       instant("When it changes next; null when that is not in sight."),
			"next":        map[string]any{"type": []any{"string", "null"}, "enum": append(statuses, nil), "description": "The status from until on."},
			"next_mode":   map[string]any{"type": "string", "enum": modes, "description": "What it offers from until on; absent with next."},
			"next_open":   instant("When it is online next."),
			"version":     map[string]any{"type": "integer", "description": "It grows with every change, by one or by more."},
			"departments": map[string]any{"type": "object", "additionalProperties": map[string]any{"$ref": schemasAt + widgetSchema}, "description": "The same of each department, by id."},
		},
	}
}
