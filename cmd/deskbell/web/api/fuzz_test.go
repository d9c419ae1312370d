package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/api"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// FuzzPut puts anything, and expects the server to take or refuse it, and never a
// fault of the server. A body that it takes reads back as it answered.
func FuzzPut(f *testing.F) {
	for _, body := range []string{
		`{"schedule": "mon-fri 9-17", "agents": ["lea"]}`, `{"weekly": {"mon-fri": "9-12, 13-18"}, "holidays": "FR"}`,
		`{"notify": {"on": ["hours_started"], "via": ["ntfy://x/y"]}}`, `{"type": "redis_stream", "max_len": 7}`, `{"open": true, "for": "2d"}`,
		`"24/7"`, `null`, `[]`, `1e999`, `{"a": {"a": 1, "a": 2}}`, `{"name": "\ud800"}`, "{\"name\": \"\x00\"}", `{"open": true, "until": "0000-01-01T00:00:00Z"}`,
	} {
		f.Add(body)
	}
	rdb := redistest.EmbeddedClient(f)
	store, err := redisstore.Open(f.Context(), rdb, redisstore.Layout{Shards: 1, Partitions: 1})
	if err != nil {
		f.Fatal(err)
	}
	log, _ := logtest.NewNullLogger()
	clock := webtest.Monday
	now := func() time.Time { return clock }
	served := api.New(api.Config{
		Client: jobs.NewClient(jobs.ClientConfig{Store: store, Redis: rdb, Partitions: 1, Now: now, TimeZone: time.UTC}), Now: now, Log: log,
	})
	handler := web.New(web.Config{Keys: edit.Keys{Store: store, Now: now}, Now: now, Log: log, Loopback: true, API: served.Handlers, Docs: served.Docs})
	send := func(method, path, body string) *httptest.ResponseRecorder {
		clock = clock.Add(time.Second)
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/v1/properties/x", "/v1/agents/x", "/v1/schedules/x", "/v1/destinations/x", "/v1/properties/x/override"} {
			put := send(http.MethodPut, path, body)
			if put.Code >= 500 {
				t.Fatalf("%s: %d %s", path, put.Code, put.Body)
			}
			if put.Code >= 300 || strings.HasSuffix(path, "override") {
				continue
			}
			if get := send(http.MethodGet, path, ""); get.Body.String() != put.Body.String() {
				t.Fatalf("%s: put %s, got %s", path, put.Body, get.Body)
			}
			if again := send(http.MethodPut, path, put.Body.String()); again.Body.String() != put.Body.String() || again.Code != http.StatusOK {
				t.Fatalf("%s: %s is put back as %s", path, put.Body, again.Body)
			}
		}
	})
}
