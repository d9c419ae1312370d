package api

import (
	"context"
	"errors"
	"maps"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
)

const (
	eventSchema = "Event"
	eventsTag   = "Events"
)

type eventsOutput struct{ Body eventResults }

func (s *service) addEvents(h huma.API) {
	describeEvents(h.OpenAPI().Components.Schemas.Map())
	op := huma.Operation{
		OperationID: "post-events", Method: http.MethodPost, Path: web.EventsPath, Summary: "Send events", Tags: []string{eventsTag},
		Description: "One event, an array of events, or one a line (application/x-ndjson): at most 1000 events and 1 MB at once. " +
			"Each is judged by itself: 202 says that at least one was taken, or that there was none, and 422 that none was. Both have one result for " +
			"each event, in the order of the request. An event may come in the binary mode of CloudEvents, too: its attributes are headers " +
			"ce-specversion, ce-type and so on, percent-encoded, and the body is its data. Taken means that Redis has it and a worker will take it in, once, " +
			"however often an event with this id and source is sent within 24 hours: after an error, send all of them again. " +
			"Where events have no ids of their own, send them again with the same Idempotency-Key. " +
			"The body may be packed (Content-Encoding: gzip), and has 1 MB at most packed and unpacked. " +
			"A key of some properties may send their events alone, and those of agents whom it may name and who serve no others; each names one of these properties.",
		DefaultStatus: http.StatusAccepted,
		Errors: []int{
			http.StatusUnprocessableEntity, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable,
		},
	}
	parsedByUs(&op)
	op.RequestBody = &huma.RequestBody{Required: true}
	huma.Register(h, op, s.takeEvents)
	post := h.OpenAPI().Paths[op.Path].Post
	post.Parameters = append(append(post.Parameters, attributeHeaders()...), idempotencyHeader())
	post.Responses["202"].Description = "At least one event was taken, or there was none"
	none := h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[noneTaken](), true, "NoneTaken")
	post.Responses["422"] = &huma.Response{Description: "There were events, and none was taken", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: none}}}
	one := map[string]any{"$ref": schemasAt + eventSchema}
	batch := map[string]any{"title": "Events", "type": "array", "maxItems": event.MaxEvents, "items": one}
	either := raw(map[string]any{"anyOf": []any{one, batch}})
	describeBody(post, either, `[{"id": "e-17", "type": "chat.requested", "data": {"property": "acme", "visitor": "v1", "chat": "c1", "text": "Hello?"}}]`)
	maps.Copy(post.RequestBody.Content, map[string]*huma.MediaType{
		"application/cloudevents+json":       {Schema: refTo(eventSchema)},
		"application/cloudevents-batch+json": {Schema: raw(batch)},
		"application/x-ndjson":               {Schema: &huma.Schema{Type: "string", Description: "One event a line."}},
	})
}

// attributeHeaders are those of an event in binary mode.
func attributeHeaders() (list []*huma.Param) {
	for _, key := range event.Keys() {
		if !strings.HasPrefix(key.Path, "data") {
			list = append(list, header("ce-"+key.Path, "Of an event in binary mode: "+strings.ReplaceAll(key.Doc, "`", "")))
		}
	}
	return list
}

func (s *service) takeEvents(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	items, bytes, err := in.read(s.Client.Intake(), web.Caller(ctx).Name)
	if err != nil {
		return nil, err
	}
	r, err := s.take(ctx, items, bytes)
	if err != nil {
		return nil, err
	}
	return &eventsOutput{r}, nil
}

// take judges the events of a request of so many bytes, and sends those that are good. An error is an answer: that none was taken, or that
// none can be now.
func (s *service) take(ctx context.Context, items []event.Item, bytes int) (r eventResults, err error) {
	verdicts, err := s.judge(ctx, items)
	if err != nil {
		return r, s.failed(err)
	}
	wait, err := s.Quotas.refuse(ctx, web.Caller(ctx), bytes, verdicts)
	if err != nil {
		return r, s.failed(err)
	}
	var events []event.Event
	for _, v := range verdicts {
		if v.status == taken {
			events = append(events, v.item.Event)
		}
	}
	if err := s.Client.SendComplete(ctx, events...); err != nil {
		return r, s.failed(err)
	}
	r = resultsOf(verdicts)
	s.Events.Received(r.Counts.Taken, r.Counts.Refused, r.Counts.UnknownProperty, r.Counts.UnknownAgent, r.Counts.OverQuota)
	if len(events) == 0 && len(verdicts) > 0 {
		none := newNoneTaken(r, verdicts[0].faults[0])
		if none.Status != http.StatusTooManyRequests {
			return r, none
		}
		web.RefusedFor(ctx, web.OverQuota)
		return r, huma.ErrorWithHeaders(none, http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(wait.Seconds())))}})
	}
	return r, nil
}

// unreadable lists the faults of a body that is refused as a whole.
func unreadable(err error) error {
	var faults event.Faults
	if !errors.As(err, &faults) {
		return huma.Error400BadRequest("the body cannot be read: " + err.Error())
	}
	bytes := mostFaultBytes
	list, _ := details(faults, mostFaults, &bytes)
	return huma.Error400BadRequest("the body cannot be read, and no event was taken: "+faults.Error(), asErrors(list)...)
}
