package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// freshest is for how many seconds browsers and proxies may keep a state, where no boundary comes sooner. An override or an
// edit comes at any time, and reaches readers so much later; those who want it at once read the stream.
const freshest = 60

// ageHeader has, while Redis does not answer, how many seconds ago the state was known for sure. It is not Age, by which caches would keep
// nothing then.
const ageHeader = "Deskbell-Age"

// freshestOld is freshest for a state with an age: edits made meanwhile come soon after Redis answers again.
const freshestOld = 5

// answerWithin is how long a reader waits for Redis.
const answerWithin = 4 * time.Second

// WidgetState answers GET /v1/properties/{id}/widget: the present state of a
// property's widget, for any page to read. Mount it for all methods: pages of other
// sites ask for leave with OPTIONS.
func WidgetState(live *view.Live, misses *web.Misses, now func() time.Time) http.Handler {
	return readable(ofProperty(live, misses, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		s, age, err := live.StateWithAge(ctx, r.PathValue("id"))
		if err != nil {
			refuseWidget(w, r, misses, err)
			return
		}
		h := w.Header()
		fresh := maxAge(s.Due, now())
		if age > 0 {
			h.Set(ageHeader, strconv.Itoa(int(age/time.Second)))
			fresh = min(fresh, freshestOld)
		}
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", fresh))
		h.Set("Content-Type", "application/json")
		h.Set("ETag", `"`+s.ID+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.JSON)) // compares If-None-Match
	}))
}

// maxAge is in whole seconds, and never beyond the boundary.
func maxAge(due, now time.Time) int {
	if due.IsZero() {
		return freshest
	}
	return int(max(0, min(freshest, due.Sub(now)/time.Second)))
}

// readable lets pages of any site read the answer, and nothing else.
func readable(read http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag, Retry-After, "+ageHeader)
		h.Set("Cache-Control", "no-store") // unless it is a state
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			read(w, r)
		case http.MethodOptions:
			h.Set("Access-Control-Allow-Methods", "GET, HEAD")
			h.Set("Access-Control-Allow-Headers", "Cache-Control, If-None-Match, Last-Event-ID")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
		default:
			h.Set("Allow", "GET, HEAD, OPTIONS")
			web.Problem(w, http.StatusMethodNotAllowed, "this can be read, and no more: use GET")
		}
	})
}

// ofProperty refuses texts that cannot be an id, without a look into Redis, and those who ask for too many ids that there are not.
// Whoever asks for a property that is at hand is answered all the same: others behind the same proxy may have guessed.
func ofProperty(live *view.Live, misses *web.Misses, read http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch id := r.PathValue("id"); {
		case !definition.ValidID(id):
			noProperty(w)
		case live.Has(id) || !misses.Refused(w, r):
			read(w, r)
		}
	}
}

// refuseWidget says why there is no state. Faults inside of Deskbell are not for everybody to read.
func refuseWidget(w http.ResponseWriter, r *http.Request, misses *web.Misses, err error) {
	if errors.Is(err, store.ErrNotFound) {
		misses.Missed(r)
	}
	refuseState(w, r, err)
}

func refuseState(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNotFound) {
		noProperty(w)
		return
	}
	w.Header().Set("Retry-After", "2")
	if r.Context().Err() == nil {
		web.Problem(w, http.StatusServiceUnavailable, "the state cannot be read just now: try again in some seconds")
	}
}

func noProperty(w http.ResponseWriter) {
	web.Problem(w, http.StatusNotFound, "there is no such property: correct the id in the page, or define the property")
}
