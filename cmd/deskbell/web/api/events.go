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
	"time"

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
		Description: "One event, or an array of events: at most 1000 events and 1 MB. Or one a line (application/x-ndjson), at most 256 MB and five minutes, which are " +
			"taken while they come, 1000 events or 1 MB after another. Where such a body ends too early, is too large or too slow, or is over a quota, the " +
			"events before that stay taken: the problem has counts and results of them, and the number of lines that were judged. " +
			"Each is judged by itself: 202 says that at least one was taken, or that there was none, and 422 that none was. Both have one result for " +
			"each event, in the order of the request. An event may come in the binary mode of CloudEvents, too: its attributes are headers " +
			"ce-specversion, ce-type and so on, percent-encoded, and the body is its data. Taken means that Redis has it and a worker will take it in, once, " +
			"however often an event with this id and source is sent within 24 hours: after an error, send all of them again. " +
			"Where events have no ids of their own, send them again with the same Idempotency-Key. " +
			"Events without traceparent and tracestate belong to the trace that headers of these names say (W3C Trace Context), and what they cause at once does, too. " +
			"The body may be packed (Content-Encoding: gzip), and has as many bytes at most packed and unpacked. " +
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
		"application/x-ndjson":               {Schema: &huma.Schema{Type: "string", Description: "One event a line, at most 256 MB."}},
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

func (s *service) takeEvents(ctx context.Context, in *eventsInput) (out *eventsOutput, err error) {
	out = new(eventsOutput)
	key, err := idempotencyKeyOf(in.request.Header)
	if err != nil {
		return nil, err
	}
	decode, asLines, err := in.decoder()
	if err != nil {
		return nil, err
	}
	if asLines {
		out.Body, err = s.takeLines(ctx, in, decode, key)
		return out, err
	}
	body, err := in.whole()
	if err != nil {
		return nil, err
	}
	items, err := decode.identified(s.Client.Intake(), body, web.Caller(ctx).Name, key, 0)
	if err != nil {
		return nil, err
	}
	out.Body, err = s.take(ctx, items, len(body))
	return out, err
}

// take judges the events of a request of so many bytes, and sends those that are good. An error is an answer: that none was taken, or that
// none can be now.
func (s *service) take(ctx context.Context, items []event.Item, bytes int) (r eventResults, err error) {
	verdicts, wait, err := s.send(ctx, items, bytes)
	if err != nil {
		return r, err
	}
	r = resultsOf(verdicts, newFaultRoom())
	s.Events.Received(r.Counts.Taken, r.Counts.Refused, r.Counts.UnknownProperty, r.Counts.UnknownAgent, r.Counts.OverQuota)
	if r.Counts.Taken == 0 && len(verdicts) > 0 {
		return r, refusedAll(ctx, r, verdicts[0].faults[0], wait)
	}
	return r, nil
}

// send judges events of so many bytes, and sends those that are good. It says how long to wait before more are taken of those that are over a
// quota. An error is an answer.
func (s *service) send(ctx context.Context, items []event.Item, bytes int) (verdicts []verdict, wait time.Duration, err error) {
	if verdicts, err = s.judge(ctx, items); err != nil {
		return nil, 0, s.failed(err)
	}
	if wait, err = s.refuseOver(ctx, web.Caller(ctx), bytes, verdicts); err != nil {
		return nil, 0, s.failed(err)
	}
	var events []event.Event
	for _, v := range verdicts {
		if v.status == taken {
			events = append(events, v.item.Event)
		}
	}
	if err := s.Client.SendComplete(ctx, events...); err != nil {
		return nil, 0, s.failed(err)
	}
	return verdicts, wait, nil
}

// refusedAll is the answer where there were events, and none was taken.
func refusedAll(ctx context.Context, r eventResults, first event.Fault, wait time.Duration) error {
	none := newNoneTaken(r, first)
	if none.Status != http.StatusTooManyRequests {
		return none
	}
	web.RefusedFor(ctx, web.OverQuota)
	return huma.ErrorWithHeaders(none, retryAfter(wait))
}

func retryAfter(wait time.Duration) http.Header {
	return http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(wait.Seconds())))}}
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
