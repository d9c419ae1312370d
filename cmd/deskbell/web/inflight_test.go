package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestBodiesUnderWayAreBounded holds requests with the largest bodies, of one key, until there is no room.
func TestBodiesUnderWayAreBounded(t *testing.T) {
	t.Parallel()
	var f inFlight
	begun, end := make(chan bool), make(chan bool)
	h := f.bounded(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
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
