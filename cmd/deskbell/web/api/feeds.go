package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/ical"
	"github.com/deskbell/deskbell/jobs/store"
)

// feed is a calendar of the hours of definitions of one kind, for calendar programs.
type feed struct {
	kind  kind
	file  string // the last part of its path
	title string // of each event, after the id
	free  bool
	hours func(ctx context.Context, id string) (*hours.Schedule, error)
}

func (s *service) feeds() []feed {
	return []feed{
		{kindOf(edit.KindAgent), "shifts.ics", "on shift", false, s.Client.AgentHours},
		{kindOf(edit.KindSchedule), "hours.ics", "open", true, s.Client.NamedSchedule},
		{kindOf(edit.KindProperty), "hours.ics", "open", true, s.Client.PropertyHours},
	}
}

func (f feed) path() string { return f.kind.pathOfOne() + "/" + f.file }

// calendars are the handlers of feeds, by patterns of http.ServeMux.
func (s *service) calendars() map[string]web.Linked {
	all := make(map[string]web.Linked)
	for _, f := range s.feeds() {
		all["GET "+f.path()] = web.Linked{Kind: f.kind.Kind, Handler: s.timed(s.calendar(f))}
	}
	return all
}

// calendar serves a feed. A key that is bound to properties sees those of its properties.
func (s *service) calendar(f feed) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, key := r.PathValue("id"), web.Caller(r.Context())
		if key.IsBound() && (f.kind.Kind != edit.KindProperty || !key.May(id)) {
			web.Problem(w, http.StatusForbidden, web.OnlyProperties(key))
			return
		}
		schedule, err := f.hours(r.Context(), id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			web.Problem(w, http.StatusNotFound, err.Error())
			return
		case err != nil:
			s.problem(w, err)
			return
		}
		body := ical.OfSchedule(ical.Opening{ID: string(f.kind.Kind) + "-" + id, Name: id, Summary: id + ": " + f.title, Free: f.free}, schedule, s.Now())
		sum := sha256.Sum256(body)
		tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
		w.Header().Set("ETag", tag)
		if matches(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		w.Header().Set("Content-Disposition", `inline; filename="`+f.file+`"`)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(body) // an error: the client has gone
	})
}

// problem answers with an error that is none of the caller's.
func (s *service) problem(w http.ResponseWriter, err error) {
	var status huma.StatusError
	if err = s.failed(err); !errors.As(err, &status) {
		web.Problem(w, http.StatusInternalServerError, err.Error())
		return
	}
	web.Problem(w, status.GetStatus(), status.Error())
}

// matches tells whether an If-None-Match has an ETag.
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// describeFeeds adds them to the document. They are not huma's, which knows no links.
func (s *service) describeFeeds(d *huma.OpenAPI) {
	for _, f := range s.feeds() {
		of := map[bool]string{true: "shifts", false: "hours"}[f.kind.Kind == edit.KindAgent]
		op := &huma.Operation{
			Method: http.MethodGet, Path: f.path(), OperationID: "get-calendar-of-" + string(f.kind.Kind), Summary: "The " + of + " of " + f.kind.one() + " as a calendar",
			Tags: []string{f.kind.tag}, Responses: map[string]*huma.Response{},
			Description: "An iCalendar (RFC 5545) of the times from four weeks ago to a year ahead, in UTC. Calendar programs subscribe to it by the address that deskbell feeds link gives, and then need no key.",
			Parameters: []*huma.Param{
				needed("path", "id", "Of "+f.kind.one()+"."),
				{Name: "token", In: "query", Description: "The secret of its link, instead of a key.", Schema: &huma.Schema{Type: huma.TypeString}},
				header("If-None-Match", "An ETag: where the calendar has it still, the answer is 304, without a body."),
			},
		}
		for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			op.Responses[strconv.Itoa(status)] = &huma.Response{
				Description: http.StatusText(status),
				Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: refTo("ErrorModel")}},
			}
		}
		op.Responses["200"] = &huma.Response{Description: "The calendar", Content: map[string]*huma.MediaType{"text/calendar": {Schema: &huma.Schema{Type: huma.TypeString}}}}
		op.Responses["304"] = &huma.Response{Description: "It has the ETag still"}
		d.AddOperation(op)
	}
}
