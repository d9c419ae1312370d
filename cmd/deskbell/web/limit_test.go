package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/memstore"
)

// limited is a handler over a store in memory, and a clock.
type limited struct {
	*testing.T
	http.Handler
	keys    edit.Keys
	now     time.Time
	refused *web.RefusedMetrics
}

func newLimited(t *testing.T, rate int) *limited {
	l := &limited{T: t, now: webtest.Monday, refused: web.NewRefusedMetrics()}
	now := func() time.Time { return l.now }
	l.keys = edit.Keys{Store: memstore.New(1, now), Now: now}
	log, _ := logtest.NewNullLogger()
	l.Handler = web.New(web.Config{Keys: l.keys, Now: now, Log: log, Loopback: true, Rate: rate, Edits: 5, Refused: l.refused, API: map[string]http.Handler{"GET /v1/x": text("x"), "/v1/edited": text("x")}})
	return l
}

func (l *limited) key(k edit.Key) string {
	l.Helper()
	secret, err := l.keys.Add(context.Background(), k)
	if err != nil {
		l.Fatal(err)
	}
	l.now = l.now.Add(5 * time.Second) // those in memory are read again
	return secret
}

// admitted is how many of so many requests at once are answered, and how many seconds the others are to wait.
func (l *limited) admitted(n int, secret, from string) (good int, wait string) {
	l.Helper()
	for range n {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/v1/x", http.NoBody)
		r.RemoteAddr = from
		if secret != "" {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
			good++
		case http.StatusTooManyRequests:
			wait = w.Header().Get("Retry-After")
		default:
			l.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	return good, wait
}

func TestAKeyHasItsRateFromAnyAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		server, key, want int // requests a second
	}{
		{0, 0, 2000}, {300, 0, 300}, {300, 100, 100}, {0, 3000, 3000}, {0, 1, 1},
	} {
		l := newLimited(t, c.server)
		secret := l.key(edit.Key{Name: "shop", Rate: c.key})
		half, _ := l.admitted(c.want/2, secret, "192.0.2.1:1")
		rest, wait := l.admitted(c.want+1, secret, "192.0.2.2:1")
		if half+rest != c.want || wait != "1" {
			t.Errorf("%+v: %d and %d at once, then after %q seconds", c, half, rest, wait)
		}
		for range 3 { // and so each second
			l.now = l.now.Add(time.Second)
			if again, _ := l.admitted(c.want+10, secret, "192.0.2.1:1"); again != c.want {
				t.Errorf("%+v: %d a second later", c, again)
			}
		}
		other := l.key(edit.Key{Name: "other"})
		if good, _ := l.admitted(1, other, "192.0.2.1:1"); good != 1 {
			t.Errorf("%+v: one key keeps another out", c)
		}
	}
}

func TestAKeyThatIsMadeAnewHasItsNewRate(t *testing.T) {
	t.Parallel()
	l := newLimited(t, 0)
	l.key(edit.Key{Name: "other"})
	l.admitted(20, l.key(edit.Key{Name: "shop", Rate: 10}), "192.0.2.1:1")
	if err := l.keys.Revoke(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	secret := l.key(edit.Key{Name: "shop", Rate: 50})
	l.now = l.now.Add(time.Second)
	if good, _ := l.admitted(100, secret, "192.0.2.1:1"); good != 50 {
		t.Errorf("%d", good)
	}
	for _, rate := range []int{-1, edit.MaxRate + 1} {
		if _, err := l.keys.Add(t.Context(), edit.Key{Name: "wild", Rate: rate}); err == nil {
			t.Errorf("a rate of %d", rate)
		}
	}
}

func TestWithoutAKeyThisMachineHasTheRateOfOne(t *testing.T) {
	t.Parallel()
	l := newLimited(t, 0)
	good, wait := l.admitted(2100, "", "127.0.0.1:1")
	again, _ := l.admitted(10, "", "127.0.0.1:2") // the same address
	if good != 2000 || again != 0 || wait != "1" {
		t.Errorf("%d and %d, then after %q seconds", good, again, wait)
	}
}

// TestRefusedRequestsAreCountedByReason: each kind of 429 by itself, and the others by their status.
func TestRefusedRequestsAreCountedByReason(t *testing.T) {
	t.Parallel()
	l := newLimited(t, 10)
	ask := func(method, path, secret string) {
		r := httptest.NewRequest(method, "http://localhost"+path, http.NoBody)
		if r.RemoteAddr = "127.0.0.1:1"; secret != "" {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		l.ServeHTTP(httptest.NewRecorder(), r)
	}
	l.admitted(12, "", "127.0.0.1:1")
	secret := l.key(edit.Key{Name: "shop", Rate: 5})
	l.admitted(8, secret, "127.0.0.1:1")
	for range 12 {
		ask("GET", "/v1/x", "dbk_wrong")
	}
	ask("GET", "/v1/x", "")
	ask("GET", "/none", "")
	ask("POST", "/v1/x", "")
	for reason, want := range map[string]float64{
		"address_rate": 2, "key_rate": 3, "wrong_keys": 2, "unauthorized": 11, "not_found": 1, "method": 1,
		"link_rate": 0, "unavailable": 0, "keys_unavailable": 0, "fault": 0, "other": 0,
	} {
		if got := testutil.ToFloat64(l.refused.WithLabelValues(reason)); got != want {
			t.Errorf("%v for %s, want %v", got, reason, want)
		}
	}
}

// TestAKeysEditsAreBounded: questions and events are none, and each key has its own.
func TestAKeysEditsAreBounded(t *testing.T) {
	t.Parallel()
	l := newLimited(t, 0)
	one, two := l.key(edit.Key{Name: "one"}), l.key(edit.Key{Name: "two"})
	edits := func(secret, method string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost/v1/edited", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+secret)
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		return w
	}
	for i := range 5 {
		if w := edits(one, []string{http.MethodPut, http.MethodDelete}[i%2]); w.Code != http.StatusOK {
			t.Fatalf("edit %d: %d %s", i, w.Code, w.Body)
		}
	}
	no := edits(one, http.MethodPut)
	if no.Code != http.StatusTooManyRequests || no.Header().Get("Retry-After") != "12" || !strings.Contains(no.Body.String(), "5 a minute are allowed") {
		t.Errorf("%d %v %s", no.Code, no.Header(), no.Body)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if w := edits(one, method); w.Code != http.StatusOK {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
	if w := edits(two, http.MethodPut); w.Code != http.StatusOK {
		t.Errorf("another key: %d", w.Code)
	}
	l.now = l.now.Add(12 * time.Second)
	if w := edits(one, http.MethodPut); w.Code != http.StatusOK {
		t.Errorf("later: %d", w.Code)
	}
}
