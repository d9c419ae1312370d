package web

import (
	"net/http"
	"sync"
	"time"
)

// A body takes ten times its size, and more, while it is read, checked and written. So the bodies of all requests that are under way are
// bounded together, and those of one key, so that no key takes all of them.
const (
	mostInFlight  = 16 << 20
	mostInFlightK = mostInFlight / 2 // of one key
)

// inFlight counts the bytes of bodies that are under way, by their senders: keys and agents.
type inFlight struct {
	mu  sync.Mutex
	all int64
	of  map[string]int64
}

// enter takes room for a body; false: there is none just now.
func (f *inFlight) enter(key string, bytes int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all+bytes > mostInFlight || f.of[key]+bytes > mostInFlightK {
		return false
	}
	if f.of == nil {
		f.of = make(map[string]int64)
	}
	f.all += bytes
	f.of[key] += bytes
	return true
}

func (f *inFlight) leave(key string, bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all -= bytes
	if f.of[key] -= bytes; f.of[key] == 0 {
		delete(f.of, key)
	}
}

// bounded refuses bodies for which there is no room. The caller is known. A body of unknown length counts as the largest, and a larger
// one than that is refused by the next handler before it is read. Bodies of questions are not read, whatever their length: a stream
// with one would take room for as long as it lasts.
func (f *inFlight) bounded(most int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bytes, key := r.ContentLength, sender(r)
		if bytes == 0 || isRead(r.Method) {
			next.ServeHTTP(w, r)
			return
		}
		if bytes < 0 || bytes > most {
			bytes = most
		}
		if !f.enter(key, bytes) {
			refusedFor(r, tooManyBytes)
			tooMany(w, time.Second, "the bodies of the requests that are under way are too large together: send fewer at once")
			return
		}
		defer f.leave(key, bytes)
		next.ServeHTTP(w, r)
	})
}

// sender is the name of the key that sends a request, or the agent whose page does.
func sender(r *http.Request) string {
	if l := AgentLink(r.Context()); l.ID != "" {
		return "agent/" + l.ID // no key has a name like that
	}
	return Caller(r.Context()).Name
}
