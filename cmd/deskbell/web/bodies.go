package web

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// leftoverFor is how long net/http may wait for the rest of a body that no handler has read to its end: it reads that before
	// it takes the next request.
	leftoverFor = time.Second
	// bodyAtStop is how long a body may take to come once the server is to stop.
	bodyAtStop = 2 * time.Second
)

// bodies are those that are still to come. Whoever announces a body and never sends it holds up its own request alone, and not the
// stop of the server.
type bodies struct {
	mu      sync.Mutex
	pending map[*body]bool
	hurried bool
}

// body is that of one request.
type body struct {
	io.ReadCloser
	control *http.ResponseController
	all     *bodies
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.all.done(b)
	}
	return n, err
}

// watched follows the bodies of requests.
func (all *bodies) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if isRead(r.Method) { // a body means nothing there: its answer, which may be a stream, does not wait for it
			w.Header().Set("Connection", "close")
		}
		b := &body{r.Body, http.NewResponseController(w), all}
		all.expect(b)
		r.Body = b
		next.ServeHTTP(w, r)
		if all.done(b) {
			_ = b.control.SetReadDeadline(time.Now().Add(leftoverFor)) // an error: the connection has gone
		}
	})
}

func (all *bodies) expect(b *body) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.pending == nil {
		all.pending = make(map[*body]bool)
	}
	all.pending[b] = true
	if all.hurried {
		_ = b.control.SetReadDeadline(time.Now())
	}
}

// done notes that a body needs to come no more, and tells whether it was expected until then.
func (all *bodies) done(b *body) (was bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	was = all.pending[b]
	delete(all.pending, b)
	return was
}

// hurry gives up those that are not there.
func (all *bodies) hurry() {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.hurried = true
	for b := range all.pending {
		_ = b.control.SetReadDeadline(time.Now()) // an error: the connection has gone
	}
}

// brokenBody remembers that a body ended before it was whole.
type brokenBody struct {
	io.ReadCloser
	broken bool
}

// Read implements io.Reader.
func (b *brokenBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var timeout net.Error
	if err != nil && !errors.Is(err, io.EOF) && (!errors.As(err, &timeout) || !timeout.Timeout()) {
		b.broken = true
	}
	return n, err
}
