package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs/engine"
)

const (
	visitTag    = "Visits" // of its operation in the document
	visitSchema = "VisitAction"
)

// describeVisit adds VisitStream to the document. It is no more huma's than that of a widget.
func describeVisit(d *huma.OpenAPI) {
	d.Components.Schemas.Map()[visitSchema] = raw(visitActionSchema())
	stream := keyless(&huma.Operation{
		Path: web.VisitsPath + "{visit}/stream", OperationID: "stream-visit", Summary: "Follow what a visitor's page is to do", Tags: []string{visitTag},
		Description: "Server-sent events: action for each thing to be done on the page, its data a " + visitSchema + ", beginning with what is kept since the visit " +
			"began. The same action may come twice: its id tells. A page shows the visitor's token, which it has from POST /v1/page/events, and a server its key. Of a visit that the visitor does not have, nothing is said.",
		Parameters: []*huma.Param{
			needed("path", "visit", "As in the events of the visitor."),
			needed("query", "property", "Its id."),
			needed("query", "visitor", "As in the events."),
			asked(tokenParam, "Of the visitor; without it, a key is needed."),
			header("Last-Event-ID", "The id of the last action: those after it are sent. Where it is not known any more, all that are kept."),
		},
	}, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	stream.Security = []map[string][]string{{keyScheme: {}}, {visitorScheme: {}}}
	stream.Responses["200"] = eventStreamContent()
	d.AddOperation(stream)
}

// visitActionSchema is that of a view.FeedItem.
func visitActionSchema() map[string]any {
	text := func(description string) map[string]any {
		return map[string]any{"type": "string", "description": description}
	}
	list := func(of map[string]any, description string) map[string]any {
		return map[string]any{"type": "array", "items": of, "description": description}
	}
	object := func(properties map[string]any) map[string]any {
		return map[string]any{"type": "object", "properties": properties}
	}
	word := map[string]any{"type": "string"}
	data := object(map[string]any{
		"visit":       text("The visit that it is for; absent: all of the visitor's."),
		"chat":        text("The chat that it belongs to, if any."),
		"text":        text("Of message.send."),
		"attachments": list(object(map[string]any{"file": word, "form": word, "image": word, "link": word, "title": word}), "Each is one of a file, a form, an image and a link."),
		"sender":      object(map[string]any{"name": word, "image": word}),
		"suggested":   list(word, "Replies to choose from."),
		"departments": list(object(map[string]any{"id": word, "name": word}), "To choose from."),
		"department":  text("Of visitor.set_department: its id."),
		"form":        text("Of form.show: offline_form, contact_form or callback_form."),
	})
	var types []any
	for _, t := range engine.PageTypes() {
		types = append(types, string(t))
	}
	return map[string]any{
		"type": "object", "required": []any{"specversion", "id", "type", "source", "time", "data"},
		"properties": map[string]any{
			"specversion": map[string]any{"const": "1.0", "type": "string"},
			"id":          text("It is the same for a repeat."),
			"type":        map[string]any{"type": "string", "enum": types, "description": "What is to be done."},
			"source":      word,
			"time":        map[string]any{"type": "string", "format": "date-time"},
			"data":        data,
		},
	}
}
