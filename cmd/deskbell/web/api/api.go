// Package api is the HTTP API: definitions, overrides, events, and its own documentation, for programs and for people. The
// document also describes the streams of package page.
package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/erase"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/store"
)

// Config is the parts of the API.
type Config struct {
	Client *jobs.Client
	Eraser *erase.Eraser
	Now    func() time.Time
	Log    logrus.FieldLogger
	Events *web.EventMetrics // nil: events are not counted
	Quotas *quota.Intake     // nil: there are none

	MostLines int64         // bytes of a body with one event a line, packed and unpacked; 0: 256 MB
	LinesTime time.Duration // for such a body to come; 0: 5 minutes
	WorkTime  time.Duration // for the work on a request; 0: 30 seconds

	// TestNotice sends a test notice to an agent, by all of their ways; see jobs.NoticeTrial.
	TestNotice func(ctx context.Context, agent string) ([]jobs.TriedWay, error)

	// Token makes the token of a visitor of a property for their page, and says until when it is good.
	Token func(ctx context.Context, property, visitor string) (token string, until time.Time, err error)
}

// API is handlers by patterns of http.ServeMux.
type API struct {
	Handlers map[string]http.Handler // the API itself
	Patterns []string                // of the operations within
	Docs     map[string]http.Handler // its OpenAPI document, and a page for people
	Linked   map[string]web.Linked   // calendars

	// Take takes events that were read elsewhere, of a request of so many bytes by the caller of a context, as POST /v1/events does. It gives
	// the counts and results of its answer, or the problem as an error of package huma.
	Take func(ctx context.Context, items []event.Item, bytes int) (counts, results any, err error)
}

// service is a Config at work.
type service struct{ Config }

const intro = `Definitions have the shape of deskbell.yaml, as JSON, and take effect within a second.

Each has an ETag. Send it back in If-Match, and the change is refused with 412 when somebody else was quicker; with
If-None-Match: * only what is not there yet is written. Without them, a PUT overwrites.

Errors are problem+json (RFC 9457). All faults of a body come at once, each with its place as a JSON pointer.

A key goes into the header Authorization: Bearer. deskbell keys add makes one. A key that may only read does not see
secrets, such as the URLs of notify.via. A key of some properties sees nothing but these, and may name in them the agents,
schedules and destinations that it lists, and those that a property has already: all others are to it as if they were not defined.
What a widget shows needs none.

A body has at most 1 MB and 100,000 values and keys, none of these longer than 1000 bytes, and no content encoding such as gzip (415);
those of POST /v1/events may be packed by gzip, and have 1 MB unpacked, or more with one event a line. The bodies that
are under way are 16 MB at most, 8 MB of one key: more get 429. An answer names as many faults as fit into 128 KB, and 1000 of one body. Lists have the limits that their schemas name.

More requests than a key may make in a second get 429, and Retry-After says after how many seconds to go on.`

// New gives the API. Handlers of package web, around its own, identify the caller: see web.Caller.
func New(c Config) API {
	c.MostLines, c.LinesTime = cmp.Or(c.MostLines, mostLinesBytes), cmp.Or(c.LinesTime, linesTime)
	c.WorkTime = cmp.Or(c.WorkTime, requestTime)
	s := &service{c}
	mux := new(web.Mux)
	config := huma.DefaultConfig("Deskbell", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil // ours are below
	config.Info.Description, config.Info.License = intro, &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Servers = []*huma.Server{{URL: "/", Description: "The one that serves this document"}}
	config.Components.Schemas = huma.NewMapRegistry(schemasAt, schemaOfType)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{keyScheme: {Type: "http", Scheme: "bearer"}}
	config.Security = []map[string][]string{{keyScheme: {}}}
	h := humago.New(mux, config)
	h.UseMiddleware(s.boundKeys(h), knownParams(h))
	addSchemas(h.OpenAPI().Components.Schemas.Map())
	for _, k := range kinds() {
		s.addDefinitions(h, k)
	}
	s.addOverrides(h)
	s.addCoverage(h)
	s.addOpeningHours(h)
	s.addAgentStatus(h)
	s.addWhy(h)
	s.addTestNotice(h)
	for _, p := range s.previews() {
		s.addBoundaries(h, p)
		s.addAdd(h, p)
	}
	s.addDeliveries(h)
	s.addDeliveryEdits(h)
	s.addExport(h)
	s.addFeedStatus(h)
	s.addQuotas(h)
	s.addCountries(h)
	s.addHolidays(h)
	s.addEvents(h)
	s.addVisitor(h)
	s.addVisitors(h)
	s.addVisitorToken(h)
	describeWidget(h.OpenAPI())
	describeVisit(h.OpenAPI())
	describePages(h.OpenAPI())
	describeHooks(h.OpenAPI())
	describeAgentPage(h.OpenAPI())
	s.describeFeeds(h.OpenAPI())
	describeWebhooks(h.OpenAPI())
	addExamples(h.OpenAPI())

	document, err := json.MarshalIndent(h.OpenAPI(), "", "  ")
	if err != nil {
		panic(err) // it is the same every time
	}
	return API{
		Handlers: map[string]http.Handler{"/v1/": s.timed(web.PlainErrors(&mux.ServeMux))},
		Patterns: mux.Patterns(),
		Docs:     map[string]http.Handler{"GET /openapi.json": fixed("application/json", document), "GET /docs": docsOf(document)},
		Linked:   s.calendars(),
		Take: func(ctx context.Context, items []event.Item, bytes int) (counts, results any, err error) {
			r, err := s.take(ctx, items, bytes)
			return r.Counts, r.Results, err
		},
	}
}

// requestTime bounds the work on a request, and how long a client may take to read
// the answer, unless a Config says otherwise.
const requestTime = 30 * time.Second

// timed lets a request that has begun end, whether its client waits for it or not.
func (s *service) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.WorkTime)) // not of every writer
		lasting := context.WithValue(context.WithoutCancel(r.Context()), givenUpKey{}, r.Context().Done())
		ctx, cancel := context.WithTimeout(lasting, s.WorkTime)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

type givenUpKey struct{}

// isGivenUp tells whether the request of a context need not go on: the server is to stop, its key was revoked, or its client has gone.
func isGivenUp(ctx context.Context) bool {
	givenUp, _ := ctx.Value(givenUpKey{}).(<-chan struct{})
	select {
	case <-givenUp:
		return true
	default:
		return false
	}
}

// fixed serves something that does not change.
func fixed(contentType string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body) // an error: the client has gone
	})
}

// boundKeys refuses, to a key that is bound to properties, all but these. Lists of properties, the status of agents and deliveries leave
// the others out themselves.
func (s *service) boundKeys(h huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		k, op := web.Caller(ctx.Context()), ctx.Operation()
		if k.IsBound() && !slices.Contains([]string{agentStatusID, deliveriesID}, op.OperationID) {
			id := ctx.Param("id")
			if !slices.Contains([]string{eventsTag, visitorsTag, holidaysTag, exportTag, "Properties"}, op.Tags[0]) || id != "" && !k.May(id) {
				_ = huma.WriteErr(h, ctx, http.StatusForbidden, web.OnlyProperties(k)) // the client has gone
				return
			}
		}
		next(ctx)
	}
}

// failed makes an answer of an error.
func (s *service) failed(err error) error {
	var faults definition.Faults
	var mismatch *edit.MismatchError
	var inUse *edit.InUseError
	var timeout net.Error
	switch {
	case errors.As(err, &faults):
		return refused(faults)
	case errors.As(err, &mismatch):
		err = huma.Error412PreconditionFailed(mismatch.Error())
		if mismatch.ETag == "" {
			return err
		}
		return huma.ErrorWithHeaders(err, http.Header{"ETag": {mismatch.ETag}})
	case errors.As(err, &inUse):
		return huma.Error409Conflict(inUse.Error())
	case errors.Is(err, store.ErrContended):
		return huma.Error409Conflict(err.Error())
	case errors.Is(err, store.ErrNotFound):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, store.ErrCursor):
		return huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{Location: "query.cursor", Message: err.Error()})
	}
	s.Log.WithError(err).Log(jobs.LevelOf(err), "a request failed")
	switch t := store.TroubleOf(err); {
	case t.Kind == store.RefusesWrites:
		return huma.ErrorWithHeaders(huma.Error503ServiceUnavailable("Redis refuses writes, and nothing was changed: "+t.Remedy), http.Header{"Retry-After": {"30"}})
	case t.Kind != 0 && errors.As(err, new(redis.Error)):
		return huma.ErrorWithHeaders(huma.Error503ServiceUnavailable("Redis cannot do that now: "+t.Remedy), http.Header{"Retry-After": {"5"}})
	case t.Kind != 0 || errors.As(err, &timeout):
		return huma.ErrorWithHeaders(huma.Error503ServiceUnavailable("Redis does not answer: try again in a moment"), http.Header{"Retry-After": {"5"}})
	}
	return huma.Error500InternalServerError("this is a fault of ours; the log of the server says more")
}

// tree decodes a body.
func tree(body []byte) (any, error) {
	t, err := readTree(body)
	if err != nil {
		return nil, huma.Error400BadRequest("the body cannot be read: " + err.Error())
	}
	return t, nil
}
