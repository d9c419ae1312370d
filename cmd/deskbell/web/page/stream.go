package page

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// widgetReaders are the streams in one process, at some 30 KB each.
const widgetReaders = 20_000

// WidgetStream answers GET /v1/properties/{id}/widget/stream with server-sent events:
// "state" with the widget's state now, and again with each change; "gone" when the
// property is removed, and the end. A reader who comes back with Last-Event-ID gets
// only events that it does not have.
//
// It drops a reader that does not keep up: its browser comes back by itself, and
// begins with the state of that time. Mount it for all methods, as WidgetState.
func WidgetStream(live *view.Live, misses *web.Misses, streams *web.Streams) http.Handler {
	return readable(streams.AtMost(widgetReaders, ofProperty(live, misses, func(w http.ResponseWriter, r *http.Request) {
		now, watch, err := live.Watch(r.Context(), r.PathValue("id"))
		if err != nil {
			refuseWidget(w, r, misses, err)
			return
		}
		defer watch.Close()
		s, err := web.OpenStream(w)
		if err != nil || r.Method == http.MethodHead {
			return
		}
		if sendFirst(s, now, r.Header.Get("Last-Event-ID")) == nil {
			followWidget(s, r, watch)
		}
	})))
}

// sendFirst sends the state of now, unless the reader has it.
func sendFirst(s web.EventStream, now *view.LiveState, known string) error {
	if now.ID == known {
		return s.Send(append(web.Retry(), ": as you know it\n\n"...))
	}
	return s.Send(append(web.Retry(), stateEvent(now)...))
}

func stateEvent(now *view.LiveState) []byte {
	return fmt.Appendf(nil, "id: %s\nevent: state\ndata: %s\n\n", now.ID, now.JSON)
}

func goneEvent() []byte { return []byte("event: gone\ndata: {}\n\n") }

func followWidget(s web.EventStream, r *http.Request, watch *view.Watch) {
	beat := time.NewTicker(web.Heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			err = s.Send([]byte(":\n\n"))
		case now, ok := <-watch.C:
			if !ok {
				if errors.Is(watch.Err(), store.ErrNotFound) {
					_ = s.Send(goneEvent()) // it is over, either way
				}
				return
			}
			err = s.Send(stateEvent(now))
		}
		if err != nil {
			return
		}
	}
}
