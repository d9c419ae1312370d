package web

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// Bounds of streams.
const (
	Heartbeat   = 20 * time.Second // proxies end streams that are silent for a minute
	writeWithin = 10 * time.Second // it drops a reader that takes longer
)

// EventStream writes server-sent events to one reader. It ends with the context of
// its request, which http.Server.Shutdown does not end: give the server a BaseContext.
type EventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// OpenStream begins the answer. The server's deadline for reading a request is over.
func OpenStream(w http.ResponseWriter) (EventStream, error) {
	s := EventStream{w, http.NewResponseController(w)}
	if err := s.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return s, err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would keep it to itself
	w.WriteHeader(http.StatusOK)
	return s, nil
}

// Retry begins a stream: a browser that loses it comes back after some seconds, and not all in the
// same.
func Retry() []byte { return fmt.Appendf(nil, "retry: %d\n", 2000+rand.IntN(4000)) }

// Send writes at once, or fails in time. The deadline is one of the connection, and of
// the real clock.
func (s EventStream) Send(events []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write(events); err != nil {
		return err
	}
	return s.control.Flush()
}
