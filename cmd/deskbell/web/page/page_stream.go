package page

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// pageReaders are the streams of pages in one process.
const pageReaders = 20_000

// StreamConfig is what Stream works with.
type StreamConfig struct {
	Tokens  *Tokens
	Live    *view.Live
	Visits  *view.VisitFeed
	Streams *web.Streams
	Now     func() time.Time
	Log     logrus.FieldLogger
}

// Stream answers GET /v1/page/stream of a web page with server-sent events, all that the page needs in one connection: "now" with the
// server's time, since a page that flips by itself may have a clock that is wrong; "state" and "gone" as
// of WidgetStream, and with a token and a visit of its visitor "action", as of VisitStream. Actions alone have ids, so that they are resumed by Last-Event-ID, or
// by the parameter last: a script that opens a new stream cannot set a header. It is for web.Config.Pages.
func Stream(c StreamConfig) http.Handler {
	return c.Streams.AtMost(pageReaders, func(w http.ResponseWriter, r *http.Request) { c.answer(w, r) })
}

func (c StreamConfig) answer(w http.ResponseWriter, r *http.Request) {
	property := web.Caller(r.Context()).Properties[0]
	actions, still, ok := c.actions(w, r, property)
	if !ok {
		return
	}
	if actions != nil {
		defer actions.Close()
	}
	now, states, err := c.Live.Watch(r.Context(), property)
	if err != nil {
		refuseState(w, r, err)
		return
	}
	defer states.Close()
	s, err := web.OpenStream(w)
	if err != nil || r.Method == http.MethodHead {
		return
	}
	if s.Send(slices.Concat(web.Retry(), timeEvent(c.Now()), pageState(now))) == nil {
		follow(s, r, states, actions, still)
	}
}

// actions are those of the visit that a page names, while its visitor is not erased; nil where it names none. It answers where it may not
// have them.
func (c StreamConfig) actions(w http.ResponseWriter, r *http.Request, property string) (watch *view.Subscription, still func() bool, ok bool) {
	visit := r.URL.Query().Get("visit")
	if !web.HasToken(r) && visit == "" {
		return nil, nil, true
	}
	of, ok, err := c.Tokens.bearer(r.Context(), property, web.Token(r))
	switch {
	case err != nil:
		c.Log.WithError(err).Log(jobs.LevelOf(err), readFailed)
		web.Problem(w, http.StatusServiceUnavailable, noRedis)
		return nil, nil, false
	case !ok, visit != "" && !isOf(visit, of.visitor):
		web.Problem(w, http.StatusUnauthorized, wrongToken)
		return nil, nil, false
	case visit == "":
		return nil, nil, true
	}
	watch, err = c.Visits.Watch(property, of.visitor, visit, cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("last")))
	if err != nil {
		tooManyPages(w)
	}
	return watch, func() bool { return c.Tokens.stillOf(r.Context(), property, of) }, err == nil
}

func timeEvent(now time.Time) []byte {
	return fmt.Appendf(nil, "event: now\ndata: %s\n\n", now.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}

// pageState is stateEvent without an id.
func pageState(now *view.LiveState) []byte {
	return append(append([]byte("event: state\ndata: "), now.JSON...), "\n\n"...)
}

// follow sends what is new, until the reader goes, or may not have more: still is asked before actions are sent, and at each heartbeat (nil:
// the reader may always). Without states, or without actions, there are none of them.
func follow(s web.EventStream, r *http.Request, states *view.Watch, actions *view.Subscription, still func() bool) {
	beat := time.NewTicker(web.Heartbeat)
	defer beat.Stop()
	var changes <-chan *view.LiveState // nil: there never are any
	if states != nil {
		changes = states.C
	}
	var news <-chan struct{}
	if actions != nil {
		news = actions.News
	}
	for {
		var events []byte
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			if still != nil && !still() {
				return
			}
			events = []byte(":\n\n")
		case <-news:
			if still != nil && !still() {
				return
			}
			events = actionEvents(actions)
		case now, ok := <-changes:
			if !ok {
				if errors.Is(states.Err(), store.ErrNotFound) {
					_ = s.Send(goneEvent()) // it is over, either way
				}
				return
			}
			events = pageState(now)
		}
		if len(events) > 0 && s.Send(events) != nil {
			return
		}
	}
}
