package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/agentpage"
	"github.com/deskbell/deskbell/cmd/deskbell/web/api"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// served is the whole server, over a Redis in memory. Each request comes a second after the one before, and has the cookie of
// an agent.
func served(f *testing.F) func(method, path, contentType, body string, coding ...string) *httptest.ResponseRecorder {
	f.Helper()
	rdb := redistest.EmbeddedClient(f)
	store, err := redisstore.Open(f.Context(), rdb, redisstore.Layout{Shards: 1, Partitions: 1})
	if err != nil {
		f.Fatal(err)
	}
	log, _ := logtest.NewNullLogger()
	clock := webtest.Monday
	now := func() time.Time { return clock }
	client := jobs.NewClient(jobs.ClientConfig{Store: store, Redis: rdb, Partitions: 1, Now: now, TimeZone: time.UTC})
	served, links := api.New(api.Config{Client: client, Now: now, Log: log}), edit.Links{Store: store, Now: now}
	handler := web.New(web.Config{
		Keys: edit.Keys{Store: store, Now: now}, Now: now, Log: log, Loopback: true, API: served.Handlers, Docs: served.Docs, Links: links,
		Agent: agentpage.New(agentpage.Config{
			Client: client, Subscriptions: edit.Subscriptions(links), Pusher: push.New(guard.Guard{}, 0), Now: now, Log: log,
			Trial: func(context.Context, string) ([]jobs.TriedWay, error) { return nil, nil },
		}),
	})
	secret, _, err := links.AddPage(f.Context(), "lea")
	if err != nil {
		f.Fatal(err)
	}
	return func(method, path, contentType, body string, coding ...string) *httptest.ResponseRecorder {
		clock = clock.Add(time.Second)
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Header["Content-Encoding"] = coding
		r.Header.Set("Cookie", "deskbell_agent="+secret)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
}

// FuzzBodies sends anything, as any type of content, to every route that reads a body. It is taken or refused; never is it a fault
// of the server, and the answer is bounded.
func FuzzBodies(f *testing.F) {
	const mostAnswer = 1 << 20
	for _, body := range []string{
		`{"type": "page.viewed", "data": {"property": "x", "visitor": "v", "visit": "s", "page": {"url": "https://x.example/"}}}`,
		`[{"type": "chat.message", "id": "1", "data": {"property": "x", "visitor": "v", "chat": "c", "from": "visitor", "text": "\u202e"}}]`,
		`{"specversion": "1.0", "id": "1", "source": "s", "type": "agent.status_set", "data": {"agent": "lea", "status": "away"}}`,
		`{"status": "online", "locked": true}`, `{"session": "s", "began": true}`, `{"secret": "dba_x"}`,
		`{"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "x", "auth": "x"}}`, `{"open": true, "for": "2d"}`,
		`{"schedule": "mon-fri 9-17"}`, `[[[[[[`, `{`, `null`, ``, "\x00", "\ufeff{}", `{"a":1e999}`,
	} {
		f.Add("application/json", body)
	}
	for _, contentType := range []string{"application/cloudevents+json", "application/cloudevents-batch+json", "text/plain", "", "a; b"} {
		f.Add(contentType, "{}")
	}
	send := served(f)
	f.Fuzz(func(t *testing.T, contentType, body string) {
		for _, route := range []string{
			"POST /v1/events", "PUT /v1/properties/x", "PUT /v1/agents/lea", "PUT /v1/schedules/x", "PUT /v1/destinations/x", "PUT /v1/properties/x/override",
			"POST /agent/session", "POST /agent/status", "POST /agent/alive", "POST /agent/subscription", "POST /agent/test",
		} {
			method, path, _ := strings.Cut(route, " ")
			if got := send(method, path, contentType, body); got.Code >= 500 || got.Code < 200 || got.Body.Len() > mostAnswer {
				t.Fatalf("%s: %d, %d bytes: %.200s", route, got.Code, got.Body.Len(), got.Body)
			}
		}
	})
}

// FuzzEvents sends anything as events of any type of content, as it is, packed, and as if it were packed. Packed, it is as it is.
func FuzzEvents(f *testing.F) {
	const mostAnswer = 1 << 20
	for _, contentType := range []string{"application/json", "application/x-ndjson", "application/cloudevents-batch+json", ""} {
		f.Add(contentType, goodEvent+"\n"+badEvent)
		f.Add(contentType, "["+goodEvent+"]")
		f.Add(contentType, packed(f, goodEvent))
		f.Add(contentType, packed(f, goodEvent)[:20])
	}
	send := served(f)
	f.Fuzz(func(t *testing.T, contentType, body string) {
		plain := send(http.MethodPost, web.EventsPath, contentType, body)
		as := send(http.MethodPost, web.EventsPath, contentType, body, "gzip")
		whole := send(http.MethodPost, web.EventsPath, contentType, packed(t, body), "gzip")
		for _, got := range []*httptest.ResponseRecorder{plain, as, whole} {
			if got.Code >= 500 || got.Code < 200 || got.Body.Len() > mostAnswer {
				t.Fatalf("%d, %d bytes: %.200s", got.Code, got.Body.Len(), got.Body)
			}
		}
		if plain.Code != whole.Code {
			t.Fatalf("%d %.200s, and packed %d %.200s", plain.Code, plain.Body, whole.Code, whole.Body)
		}
	})
}

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
	send := served(f)
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/v1/properties/x", "/v1/agents/x", "/v1/schedules/x", "/v1/destinations/x", "/v1/properties/x/override"} {
			put := send(http.MethodPut, path, "application/json", body)
			if put.Code >= 500 {
				t.Fatalf("%s: %d %s", path, put.Code, put.Body)
			}
			if put.Code >= 300 || strings.HasSuffix(path, "override") {
				continue
			}
			if get := send(http.MethodGet, path, "", ""); get.Body.String() != put.Body.String() {
				t.Fatalf("%s: put %s, got %s", path, put.Body, get.Body)
			}
			if again := send(http.MethodPut, path, "application/json", put.Body.String()); again.Body.String() != put.Body.String() || again.Code != http.StatusOK {
				t.Fatalf("%s: %s is put back as %s", path, put.Body, again.Body)
			}
		}
	})
}
