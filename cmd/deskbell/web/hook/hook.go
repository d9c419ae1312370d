// Package hook takes the webhooks of chat products. It knows none of them: whoever makes one says how its requests are verified and read.
package hook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
)

// answerWithin is how long the events of a webhook wait for Redis, after its sender was found. Chatwoot gives up after five seconds, and sends
// it never again.
const answerWithin = 3 * time.Second

// Sender is a chat product that may send.
type Sender interface {
	// Verify tells whether a request is signed by the sender. Its errors are for the log.
	Verify(header http.Header, body []byte, at time.Time) error
	// Events are those that a request tells of; ignored says why there is none. An error is of a body that cannot be read.
	Events(header http.Header, body []byte, at time.Time) (items []event.Item, ignored string, err error)
}

// Config is what a hook works with.
type Config struct {
	// Find gives the sender of a name, which is part of the address; nil: there is none.
	Find func(ctx context.Context, name string) (Sender, error)

	// Take takes events, as that of page.EventsConfig does.
	Take func(ctx context.Context, items []event.Item, bytes int) (counts, results any, err error)

	Now func() time.Time
	Log logrus.FieldLogger
}

// errUnknown is of a name that no sender has, and of a signature that is wrong: who guesses does not learn which names there are.
var errUnknown = errors.New("this needs the signature of a chat product that Deskbell knows by this address")

// New makes the hook of addresses that have {name}.
func New(c Config) web.Hook {
	return func(r *http.Request, body []byte) (http.HandlerFunc, error) {
		sender, away := c.Find(r.Context(), r.PathValue("name"))
		if away != nil {
			return func(w http.ResponseWriter, _ *http.Request) { c.failed(w, away) }, nil //nolint:nilerr // it is no fault of the request
		}
		if sender == nil {
			return nil, errUnknown
		}
		at := c.Now()
		if err := sender.Verify(r.Header, body, at); err != nil {
			c.Log.WithError(err).WithField("path", r.URL.Path).Debug("a webhook is not believed")
			return nil, errUnknown
		}
		return func(w http.ResponseWriter, r *http.Request) { c.take(w, r, sender, body, at) }, nil
	}
}

// taken is the answer to a webhook that is believed.
type taken struct {
	Ignored string `json:"ignored,omitempty"` // why it has no event
	Counts  any    `json:"counts,omitempty"`
	Results any    `json:"results,omitempty"`
}

func (c Config) take(w http.ResponseWriter, r *http.Request, from Sender, body []byte, at time.Time) {
	items, ignored, err := from.Events(r.Header, body, at)
	switch {
	case err != nil:
		c.Log.WithError(err).Warn("a webhook cannot be read")
		web.Problem(w, http.StatusBadRequest, "the body cannot be read: "+err.Error())
		return
	case len(items) == 0:
		web.Answer(w, http.StatusOK, taken{Ignored: ignored})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	counts, results, err := c.Take(ctx, items, len(body))
	if err == nil {
		web.Answer(w, http.StatusAccepted, taken{Counts: counts, Results: results})
		return
	}
	if !errors.As(err, new(huma.StatusError)) {
		c.failed(w, err)
		return
	}
	c.Log.WithError(err).Warn("no event of a webhook was taken")
	web.AnswerError(w, err)
}

func (c Config) failed(w http.ResponseWriter, err error) {
	c.Log.WithError(err).Log(jobs.LevelOf(err), "Redis failed while a webhook was answered")
	web.Problem(w, http.StatusServiceUnavailable, "Redis does not answer: try again in a moment")
}
