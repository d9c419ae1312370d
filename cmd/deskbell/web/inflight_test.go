package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/edit"
)

// TestBodiesUnderWayAreBounded holds requests with the largest bodies, of one key, until there is no room.
func TestBodiesUnderWayAreBounded(t *testing.T) {
	t.Parallel()
	var f inFlight
	begun, end := make(chan bool), make(chan bool)
	h := f.bounded(MostBody, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		begun <- true
		<-end
	}))
	ask := func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/", strings.NewReader(strings.Repeat("x", MostBody))))
		if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		return w.Code
	}
	const most = mostInFlightK / MostBody
	codes := make(chan int, most)
	for range most {
		go func() { codes <- ask() }()
		<-begun
	}
	if code := ask(); code != http.StatusTooManyRequests {
		t.Errorf("got %d", code)
	}
	if !f.enter("another", MostBody) {
		t.Error("another key has no room")
	}
	f.leave("another", MostBody)
	for range most {
		end <- true
		if code := <-codes; code != http.StatusOK {
			t.Errorf("got %d", code)
		}
	}
	if f.all != 0 || len(f.of) != 0 {
		t.Errorf("%d bytes are left, of %v", f.all, f.of)
	}
}

// Bodies of agents' pages count for themselves. Those of questions do not: nobody reads them.
func TestWhoseBodiesCount(t *testing.T) {
	t.Parallel()
	var f inFlight
	const size = 1000
	for _, c := range []struct {
		method string
		ctx    context.Context
		whose  string
		want   int64
	}{
		{http.MethodPut, context.WithValue(t.Context(), callerKey{}, edit.Key{Name: "ci"}), "ci", size},
		{http.MethodPost, context.WithValue(t.Context(), agentKey{}, edit.Link{ID: "lea"}), "agent/lea", size},
		{http.MethodDelete, context.WithValue(t.Context(), callerKey{}, edit.Key{Name: "ci"}), "ci", size},
		{http.MethodGet, context.WithValue(t.Context(), callerKey{}, edit.Key{Name: "ci"}), "ci", 0},
		{http.MethodHead, t.Context(), "", 0},
	} {
		h := f.bounded(MostBody, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			if f.of[c.whose] != c.want || f.all != c.want {
				t.Errorf("%s: %v, %d in all", c.method, f.of, f.all)
			}
		}))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(c.method, "/", strings.NewReader(strings.Repeat("x", size))).WithContext(c.ctx))
	}
}

// TestAPackedBodyCountsAsTheLargest: nobody knows to what it unpacks.
func TestAPackedBodyCountsAsTheLargest(t *testing.T) {
	t.Parallel()
	var f inFlight
	h := uncoded(f.bounded(MostBody, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if f.all != MostBody {
			t.Errorf("%d in all", f.all)
		}
	})))
	r, w := httptest.NewRequest(http.MethodPost, EventsPath, strings.NewReader("\x1f\x8b")), httptest.NewRecorder()
	r.Header.Set("Content-Encoding", "gzip")
	if h.ServeHTTP(w, r); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
}
