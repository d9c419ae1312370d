package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/memstore"
)

// TestPagesAreLimited has a clock that stands still: pages of one address may ask 500 times at once, and bring 300 new visitors, a key of
// five a second five times, and a proxy nearby is not held for everybody behind it. A refusal can be read by its page.
func TestPagesAreLimited(t *testing.T) {
	t.Parallel()
	at := webtest.Monday
	now := func() time.Time { return at }
	keys := edit.Keys{Store: memstore.New(1, now), Now: now}
	log, _ := logtest.NewNullLogger()
	h := web.New(web.Config{Keys: keys, Now: now, Log: log, Pages: map[string]http.Handler{
		"POST /v1/page/x": text("x"),
		"POST /v1/page/new": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if web.AdmitNew(w, r) {
				w.WriteHeader(http.StatusOK)
			}
		}),
	}})
	const origin = "https://acme.example"
	add := func(name string, rate int) string {
		key, err := keys.Add(t.Context(), edit.Key{Name: name, Properties: []string{"acme"}, Origins: []string{origin}, Rate: rate})
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	quick, slow := add("quick", edit.MaxRate), add("slow", 5)
	for _, c := range []struct {
		name, key, from, path string
		asked, admitted       int
	}{
		{"new visitors of an address", quick, "203.0.113.7:1", "new", 310, 300},
		{"an address", quick, "203.0.113.7:1", "x", 210, 190},
		{"another", quick, "203.0.113.8:1", "x", 510, 500},
		{"a proxy nearby", quick, "10.0.0.1:1", "new", 1000, 1000},
		{"a key", slow, "10.0.0.1:1", "x", 10, 5},
	} {
		admitted := 0
		for range c.asked {
			r := httptest.NewRequest(http.MethodPost, "http://bell.example/v1/page/"+c.path+"?key="+c.key, http.NoBody)
			r.RemoteAddr = c.from
			r.Header.Set("Origin", origin)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			switch {
			case w.Code == http.StatusOK:
				admitted++
			case w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" || w.Header().Get("Access-Control-Allow-Origin") != origin:
				t.Errorf("%s: %d %v", c.name, w.Code, w.Header())
			}
		}
		if admitted != c.admitted {
			t.Errorf("%s: %d of %d", c.name, admitted, c.asked)
		}
	}
}

// TestKeysForPagesCloseNoDoor adds a key for pages while there is none of a server: this machine is let in as before.
func TestKeysForPagesCloseNoDoor(t *testing.T) {
	t.Parallel()
	l := newLimited(t, 0)
	l.key(edit.Key{Name: "site", Properties: []string{"acme"}, Origins: []string{"https://acme.example"}})
	if good, _ := l.admitted(1, "", "127.0.0.1:1"); good != 1 {
		t.Error("beside a key for pages, this machine is refused")
	}
	l.key(edit.Key{Name: "server"})
	r := httptest.NewRequest(http.MethodGet, "http://localhost/v1/x", http.NoBody)
	w := httptest.NewRecorder()
	if l.ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
		t.Errorf("beside a server's key, this machine gets %d", w.Code)
	}
}
