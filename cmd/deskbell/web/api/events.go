package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
)

const (
	eventSchema = "Event"
	eventsTag   = "Events"
)

type eventsInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/json"`
}

type eventsOutput struct {
	Status int
	Body   eventResults
}

type eventResults struct {
	Results []eventResult `json:"results"`
}

// eventResult says whether one event was taken.
type eventResult struct {
	Index  int                 `json:"index" doc:"From 0: its place in the array, or its line."`
	ID     string              `json:"id,omitempty" doc:"That of the event, or the one that it got. A refused event has none."`
	Status string              `json:"status" enum:"taken,refused"`
	Errors []*huma.ErrorDetail `json:"errors,omitempty" doc:"Every fault of a refused event, each with its JSON pointer."`
}

func (s *service) addEvents(h huma.API) {
	schema := event.JSONSchema()
	h.OpenAPI().Components.Schemas.Map()[eventSchema] = raw(schema)
	op := huma.Operation{
		OperationID: "post-events", Method: http.MethodPost, Path: "/v1/events", Summary: "Send events", Tags: []string{eventsTag},
		Description: "One event, an array of events, or one a line (application/x-ndjson): at most 1000 events and 1 MB at once. " +
			"The good ones are taken, whatever is wrong with others. Taken means that Redis has it and a worker will take it in, once, " +
			"however often an event with this id and source is sent within 24 hours: after an error, send all of them again. " +
			"A key of some properties may send their events alone.",
		DefaultStatus: http.StatusAccepted,
		Errors: []int{
			http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
			http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable,
		},
	}
	op.SkipValidateBody, op.MaxBodyBytes, op.BodyReadTimeout = true, event.MaxBody, 10*time.Second
	huma.Register(h, op, s.takeEvents)
	post := h.OpenAPI().Paths[op.Path].Post
	one := map[string]any{"$ref": schemasAt + eventSchema}
	batch := raw(map[string]any{"type": "array", "maxItems": event.MaxEvents, "items": one})
	either := raw(map[string]any{"anyOf": []any{one, map[string]any{"type": "array", "maxItems": event.MaxEvents, "items": one}}})
	describeBody(post, either, `[{"id": "e-17", "type": "chat.requested", "data": {"property": "acme", "visitor": "v1", "chat": "c1", "text": "Hello?"}}]`)
	maps.Copy(post.RequestBody.Content, map[string]*huma.MediaType{
		"application/cloudevents+json":       {Schema: refTo(eventSchema)},
		"application/cloudevents-batch+json": {Schema: batch},
		"application/x-ndjson":               {Schema: &huma.Schema{Type: "string", Description: "One event a line."}},
	})
}

func (s *service) takeEvents(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	format, ok := event.FormatOf(in.ContentType)
	if in.ContentType == "" {
		format, ok = event.JSON, true
	}
	if !ok {
		return nil, huma.Error415UnsupportedMediaType("events are application/json, application/x-ndjson, application/cloudevents+json or application/cloudevents-batch+json")
	}
	items, err := s.Client.Intake().Decode(in.RawBody, format)
	if err != nil {
		return nil, unreadable(err)
	}
	out := &eventsOutput{Status: http.StatusAccepted, Body: eventResults{Results: make([]eventResult, len(items))}}
	var events []event.Event
	for i, item := range items {
		r := &out.Body.Results[i]
		*r = eventResult{Index: item.Index, ID: item.Event.ID, Status: "taken"}
		faults := item.Faults
		if k := web.Caller(ctx); len(faults) == 0 && len(k.Properties) > 0 && !web.May(k, item.Event.Data.Property) {
			faults = event.Faults{{Path: "/data/property", Value: item.Event.Data.Property, Problem: "is not for this key", Allowed: "a property of the key"}}
		}
		if len(faults) > 0 {
			r.ID, r.Status, r.Errors = "", "refused", details(faults)
			continue
		}
		events = append(events, item.Event)
	}
	if err := s.Client.SendComplete(ctx, events...); err != nil {
		return nil, s.failed(err)
	}
	return out, nil
}

// unreadable lists the faults of a body that is refused as a whole.
func unreadable(err error) error {
	var faults event.Faults
	if !errors.As(err, &faults) {
		return huma.Error400BadRequest("the body cannot be read: " + err.Error())
	}
	return huma.Error400BadRequest("the body cannot be read, and no event was taken: "+faults.Error(), asErrors(details(faults))...)
}
