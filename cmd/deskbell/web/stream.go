package web

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/deskbell/deskbell/jobs"
)

const (
	mostReaders = 20_000           // of streams in one process, at some 30 KB each
	heartbeat   = 20 * time.Second // proxies end what says nothing for a minute
	writeWithin = 10 * time.Second // a reader that takes longer is dropped
)

// WidgetStream answers GET /v1/properties/{id}/widget/stream with server-sent events:
// "state" with what the widget shows now, and again with each change; "gone" when the
// property is removed, and the end. A reader who comes back with Last-Event-ID is told
// only what it does not know.
//
// A reader that does not keep up is dropped: its browser comes back by itself, and
// begins with the state of that time. A stream ends with the context of its request,
// which http.Server.Shutdown does not end: give the server a BaseContext. It is to be
// mounted for all methods, as WidgetState.
func WidgetStream(live *jobs.Live) http.Handler {
	var readers atomic.Int64
	return readable(func(w http.ResponseWriter, r *http.Request) {
		defer readers.Add(-1)
		if readers.Add(1) > mostReaders {
			w.Header().Set("Retry-After", "30")
			problem(w, http.StatusServiceUnavailable, "this server has as many readers as it can hold: try again later, or read the state without /stream")
			return
		}
		now, watch, err := live.Watch(r.Context(), r.PathValue("id"))
		if err != nil {
			refuseWidget(w, r, err)
			return
		}
		defer watch.Close()
		if r.Method == http.MethodHead {
			startStream(w)
			return
		}
		s := stream{w: w, control: http.NewResponseController(w)}
		if s.open(now, r.Header.Get("Last-Event-ID")) == nil {
			s.follow(r, watch)
		}
	})
}

func startStream(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would keep it to itself
	w.WriteHeader(http.StatusOK)
}

// stream writes to one reader.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// open says what shows now, unless the reader knows. Browsers come back after some
// seconds, and not all in the same.
func (s stream) open(now *jobs.LiveState, known string) error {
	if err := s.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	startStream(s.w)
	retry := 2000 + rand.IntN(4000)
	if now.ID == known {
		return s.send("retry: %d\n: as you know it\n\n", retry)
	}
	return s.send("retry: %d\n"+stateEvent, retry, now.ID, now.JSON)
}

// stateEvent takes the id and the JSON of a state.
const stateEvent = "id: %s\nevent: state\ndata: %s\n\n"

func (s stream) follow(r *http.Request, watch *jobs.Watch) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			err = s.send(":\n\n")
		case now, ok := <-watch.C:
			if !ok {
				if errors.Is(watch.Err(), jobs.ErrNotFound) {
					_ = s.send("event: gone\ndata: {}\n\n") // it is over, either way
				}
				return
			}
			err = s.send(stateEvent, now.ID, now.JSON)
		}
		if err != nil {
			return
		}
	}
}

// send writes at once, or fails in time. The deadline is one of the connection, and of
// the real clock.
func (s stream) send(format string, args ...any) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := fmt.Fprintf(s.w, format, args...); err != nil {
		return err
	}
	return s.control.Flush()
}
