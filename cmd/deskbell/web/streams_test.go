package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

// TestOneAddressDoesNotTakeAllStreams opens streams until they are refused: those of others are not, and an ended one makes room.
func TestOneAddressDoesNotTakeAllStreams(t *testing.T) {
	t.Parallel()
	const each = 20
	for _, c := range []struct {
		from, same, other string // addresses
		bounded           bool
	}{
		{"203.0.113.9:1", "203.0.113.9:2", "203.0.113.10:1", true},
		{"[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff::9]:1", "[2001:db8:1:3::1]:1", true}, // a household has a /64
		{"[::ffff:203.0.113.9]:1", "203.0.113.9:7", "203.0.113.1:1", true},
		{"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", false}, // a proxy
		{"10.1.2.3:1", "10.1.2.3:2", "10.1.2.3:3", false},
		{"[fd00::1]:1", "[fd00::1]:2", "[fd00::1]:3", false},
	} {
		t.Run(c.from, func(t *testing.T) {
			t.Parallel()
			streams := web.NewStreams(each)
			reached, ends := make(chan struct{}), make(chan struct{})
			wait := func(http.ResponseWriter, *http.Request) { reached <- struct{}{}; <-ends }
			one, two := streams.AtMost(1000, wait), streams.AtMost(1000, wait)
			done := make(chan struct{})
			open := func(h http.Handler, from string) *httptest.ResponseRecorder {
				r, w := httptest.NewRequest(http.MethodGet, "/", http.NoBody), httptest.NewRecorder()
				r.RemoteAddr = from
				ended := make(chan struct{})
				go func() { h.ServeHTTP(w, r); close(ended); done <- struct{}{} }()
				select {
				case <-reached:
					return nil
				case <-ended:
					<-done
					return w
				}
			}
			for i := range each {
				if w := open([]http.Handler{one, two}[i%2], c.from); w != nil {
					t.Fatalf("stream %d: %d", i, w.Code)
				}
			}
			if n := testutil.ToFloat64(streams.Metrics()); n != each {
				t.Errorf("the metric has %v streams", n)
			}
			running := each
			w := open(two, c.same)
			if w == nil {
				running++
			}
			if c.bounded != (w != nil && w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") != "" && strings.Contains(w.Body.String(), "20 streams are open from this address")) {
				t.Errorf("one more: %+v", w)
			}
			if open(one, c.other) != nil {
				t.Error("another address is refused")
			}
			ends <- struct{}{}
			<-done
			if open(two, c.same) != nil {
				t.Error("an ended stream makes no room")
			}
			for range running + 1 {
				ends <- struct{}{}
				<-done
			}
		})
	}
}
