package page

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
)

// MostEvents is how many events a page may send at once.
const MostEvents = 20

// EventsConfig is what Events works with.
type EventsConfig struct {
	Tokens *Tokens
	Intake func() event.Intake // at the time of a request
	Log    logrus.FieldLogger

	Signers func(ctx context.Context, property string) ([][]byte, error) // the keys that sign who a visitor of a property is
	Send    func(ctx context.Context, complete ...event.Event) error     // sends what such a signature says

	// Take takes the events of a request of so many bytes by the caller of a context, and gives counts and results of them to be shown. An
	// error is a problem of package huma.
	Take func(ctx context.Context, items []event.Item, bytes int) (counts, results any, err error)
}

// Events answers POST /v1/page/events of a web page: events of its own visitor. It is for web.Config.Pages. A page without a token is that
// of a new visitor, whose ids the server makes: nobody speaks for a visitor whose token they do not have.
func Events(c EventsConfig) http.Handler { return events{c} }

type events struct{ EventsConfig }

// sent is what a page sends.
type sent struct {
	Token  string            `json:"token"`
	Visit  string            `json:"visit"`
	Signed string            `json:"identity"`
	Events []json.RawMessage `json:"events"`
}

// received is the answer to a page.
type received struct {
	Token   string `json:"token"`
	Visitor string `json:"visitor"`
	Visit   string `json:"visit"`
	Chat    string `json:"chat,omitempty"`     // the last one that was made for a chat.requested without
	Signed  string `json:"identity,omitempty"` // what became of one that was sent
	Problem string `json:"identity_problem,omitempty"`
	Counts  any    `json:"counts"`
	Results any    `json:"results"`
}

// ServeHTTP implements http.Handler.
func (e events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in, bytes, ok := readSent(w, r)
	if !ok {
		return
	}
	of := speaker{property: web.Caller(r.Context()).Properties[0], visit: in.Visit}
	if !e.identify(w, r, &of, in.Token) {
		return
	}
	items, err := e.items(&of, in.Events)
	if err != nil {
		web.Problem(w, http.StatusBadRequest, "the events cannot be read, and none was taken: "+err.Error())
		return
	}
	out := received{Visitor: of.visitor, Visit: of.visit, Chat: of.chat}
	if out.Token, _, err = e.Tokens.renew(r.Context(), of.property, of.bearer); err != nil {
		e.failed(w, err)
		return
	}
	if in.Signed != "" {
		if out.Problem, err = e.introduce(r.Context(), of, in.Signed); err != nil {
			e.failed(w, err)
			return
		}
		if out.Signed = identityTaken; out.Problem != "" {
			out.Signed = identityRefused
		}
	}
	if out.Counts, out.Results, err = e.Take(r.Context(), items, bytes); err != nil {
		web.AnswerError(w, err)
		return
	}
	web.Answer(w, http.StatusAccepted, out)
}

// readSent reads a body, whatever type it says to have: a beacon says text/plain. It answers for one that cannot be read.
func readSent(w http.ResponseWriter, r *http.Request) (in sent, bytes int, ok bool) {
	body := http.MaxBytesReader(w, r.Body, web.MostPageEvents)
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	err := d.Decode(&in)
	if err == nil && d.More() {
		err = errors.New("there is more after its end")
	}
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		web.Problem(w, http.StatusRequestEntityTooLarge, "a page may send 16 KB at once: send fewer events")
	case err != nil:
		web.Problem(w, http.StatusBadRequest, `the body cannot be read, as in {"token": "…", "visit": "…", "events": [{"type": "page.viewed", "data": {…}}]}: `+err.Error())
	case len(in.Events) > MostEvents:
		web.Problem(w, http.StatusRequestEntityTooLarge, "a page may send 20 events at once: send fewer")
	default:
		return in, int(d.InputOffset()), true
	}
	return in, 0, false
}

// identify finds the visitor of a token, or makes a new one, and a visit where none is named. It answers where the token, or the visit, is
// not the visitor's: the page begins anew then.
func (e events) identify(w http.ResponseWriter, r *http.Request, of *speaker, token string) bool {
	if token == "" && of.visit == "" {
		if !web.AdmitNew(w, r) {
			return false
		}
		var err error
		if of.bearer, err = e.Tokens.first(r.Context(), of.property, newVisitor()); err != nil {
			e.failed(w, err)
			return false
		}
		of.visit = newPart(of.visitor)
		return true
	}
	known, ok, err := e.Tokens.bearer(r.Context(), of.property, token)
	if err != nil {
		e.failed(w, err)
		return false
	}
	if of.bearer = known; of.visit == "" {
		of.visit = newPart(of.visitor)
	}
	if !ok || !isOf(of.visit, of.visitor) {
		web.Problem(w, http.StatusUnauthorized, wrongToken)
		return false
	}
	return true
}

const wrongToken = "this token is wrong or too old, or the visit is of another visitor: forget both, and begin anew"

func (e events) failed(w http.ResponseWriter, err error) {
	e.Log.WithError(err).Log(jobs.LevelOf(err), readFailed)
	web.Problem(w, http.StatusServiceUnavailable, noRedis)
}

const (
	readFailed = "Redis failed while a page was answered"
	noRedis    = "Redis does not answer: try again in a moment"
)

// items reads events, of which each has got the ids of its visitor.
func (e events) items(of *speaker, list []json.RawMessage) ([]event.Item, error) {
	faults := make([]event.Faults, len(list))
	full := make([]json.RawMessage, len(list))
	for i, one := range list {
		full[i], faults[i] = of.complete(one)
	}
	body, err := json.Marshal(full)
	if err != nil {
		return nil, err
	}
	items, err := e.Intake().Decode(body, event.JSON)
	if err != nil {
		return nil, err
	}
	for i := range items {
		one := &items[i]
		one.Event.Unverified = true
		if len(one.Faults) == 0 {
			one.Faults = of.mayNot(&one.Event)
		}
		one.Faults = append(one.Faults, faults[i]...)
	}
	return items, nil
}

// isPageType tells whether a page may send events of a type.
func isPageType(t event.Type) bool { return slices.Contains(event.PageTypes(), t) }
