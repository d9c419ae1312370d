package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/api"
	"github.com/deskbell/deskbell/cmd/deskbell/web/page"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/view"
)

// site serves the widgets of a shop, with no worker at all.
type site struct {
	*testing.T
	redis   *redistest.Server
	client  *jobs.Client
	store   *redisstore.Store
	handler http.Handler
	server  *httptest.Server
	url     string
	offset  atomic.Int64
	logged  *logtest.Hook
	keys    edit.Keys
	tokens  *page.Tokens
}

// The shop has secrets that no page may see.
const widgetShop = `{
	"properties": {
		"acme": {"name": "INTERNAL-name", "schedule": "day", "agents": ["INTERNAL-lea"], "departments": {"sales": {"schedule": "daily 9-12"}}, "destinations": ["INTERNAL-crm"]},
		"always": {}
	},
	"schedules": {"day": "daily 9-17"},
	"agents": {"INTERNAL-lea": {"name": "INTERNAL-agent", "notify": {"on": ["hours_started"], "via": ["ntfy://INTERNAL-token/x"]}}},
	"destinations": {"INTERNAL-crm": {"type": "log"}}
}`

func nine() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func newSite(t *testing.T, clock time.Time) *site {
	t.Helper()
	s := &site{T: t, redis: redistest.Start(t, redistest.AOF, "appendfsync always")}
	s.offset.Store(int64(time.Until(clock)))
	r := jobs.Connect(s.redis.Options())
	t.Cleanup(func() { _ = r.Close() })
	log, logged := logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	s.logged = logged
	store, err := redisstore.Open(t.Context(), r.Client, redisstore.Layout{Shards: 7, Partitions: 1})
	s.must(err)
	s.client = jobs.NewClient(jobs.ClientConfig{Store: store, Redis: r.Client, Partitions: 1, Now: s.now, TimeZone: time.UTC})
	s.define(widgetShop)
	s.store = store
	live, visits := view.NewLive(s.client.Reader), view.NewVisitFeed(s.client.Reader)
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { live.Run(ctx) })
	wait.Go(func() { visits.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		wait.Wait()
	})
	s.keys, s.tokens = edit.Keys{Store: store, Now: s.now}, page.NewTokens(edit.PageSecret{Store: store}, store, s.now)
	served, misses := api.New(api.Config{Client: s.client, Token: s.tokens.Make, Now: s.now, Log: log}), web.NewMisses(s.now)
	s.handler = web.New(web.Config{
		API: served.Handlers, Docs: served.Docs, Keys: s.keys, Now: s.now, Log: log, Loopback: true,
		Public: map[string]http.Handler{
			"/v1/properties/{id}/widget":        page.WidgetState(live, misses, s.now),
			"/v1/properties/{id}/widget/stream": page.WidgetStream(live, misses, web.NewStreams(0)),
		},
		Visitors: map[string]http.Handler{
			"/v1/visits/{visit}/stream": page.VisitStream(visits, live, misses, web.NewStreams(0), s.client.Intake(), s.tokens),
		},
		Pages: map[string]http.Handler{
			"POST /v1/page/events": page.Events(page.EventsConfig{Tokens: s.tokens, Intake: s.client.Intake, Take: served.Take, Signers: s.keys.Signers, Send: s.client.SendComplete, Log: log}),
			"GET /v1/page/stream":  page.Stream(page.StreamConfig{Tokens: s.tokens, Live: live, Visits: visits, Streams: web.NewStreams(0), Now: s.now, Log: log}),
		},
	})
	s.server = httptest.NewServer(s.handler)
	t.Cleanup(func() {
		s.server.CloseClientConnections()
		s.server.Close()
	})
	s.url = s.server.URL + "/v1/properties/"
	return s
}

func (s *site) now() time.Time { return time.Now().Add(time.Duration(s.offset.Load())) }

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) define(text string) {
	s.Helper()
	var tree any
	s.must(json.Unmarshal([]byte(text), &tree))
	defs, err := definition.Parse(tree)
	s.must(err)
	steps, err := s.client.Plan(s.Context(), defs)
	s.must(err)
	s.must(s.client.Apply(s.Context(), steps, nil))
}

func (s *site) override(property string, open bool) {
	s.Helper()
	_, err := s.client.SetOverride(s.Context(), property, &hours.Override{Open: open, From: s.now()})
	s.must(err)
}

// shown is a response that was read.
type shown struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; headers are names and values in turn.
func (s *site) ask(method, path string, headers ...string) shown {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, s.url+path, http.NoBody)
	s.must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	s.must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	s.must(err)
	return shown{response.StatusCode, response.Header, string(body)}
}

func TestWidgetState(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine().Add(-20*time.Minute))
	a := s.ask(http.MethodGet, "acme/widget")
	var state map[string]any
	if err := json.Unmarshal([]byte(a.body), &state); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	keys := []string{"departments", "mode", "new_chats", "next", "next_mode", "next_open", "reason", "since", "status", "until", "version"}
	if diff := cmp.Diff(keys, slices.Sorted(maps.Keys(state))); diff != "" || state["status"] != "offline" || state["until"] != "2026-11-23T09:00:00Z" {
		t.Errorf("%s\n%s", a.body, diff)
	}
	if got := a.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("it is %s", got)
	}
	for _, id := range []string{"acme", "always"} {
		if got := s.ask(http.MethodGet, id+"/widget").header.Get("Cache-Control"); got != "public, max-age=60" {
			t.Errorf("%s, with no boundary near: %s", id, got)
		}
	}

	t.Run("what is known is not sent again", func(t *testing.T) {
		t.Parallel()
		tag := a.header.Get("ETag")
		for sent, want := range map[string]int{tag: 304, `"another", ` + tag: 304, "W/" + tag: 304, "*": 304, `"another"`: 200} {
			got := s.ask(http.MethodGet, "acme/widget", "If-None-Match", sent)
			if got.status != want || got.header.Get("ETag") != tag || (got.body == "") != (want == 304) || !strings.HasPrefix(got.header.Get("Cache-Control"), "public") {
				t.Errorf("%s: %+v", sent, got)
			}
		}
	})
	t.Run("HEAD", func(t *testing.T) {
		t.Parallel()
		got := s.ask(http.MethodHead, "acme/widget")
		if got.status != 200 || got.body != "" || got.header.Get("ETag") != a.header.Get("ETag") {
			t.Errorf("%+v", got)
		}
		if got := s.ask(http.MethodHead, "acme/widget/stream"); got.status != 200 || got.header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("pages of any site may read it, and be told why they cannot", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"acme/widget", "acme/widget/stream", "nobody/widget", "nobody/widget/stream"} {
			got := s.ask(http.MethodHead, path, "Origin", "https://shop.example")
			if got.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(got.header.Get("Access-Control-Expose-Headers"), "ETag") || got.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s: %v", path, got.header)
			}
			got = s.ask(http.MethodOptions, path, "Origin", "https://shop.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-none-match")
			if got.status != 204 || !strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "If-None-Match") || got.header.Get("Access-Control-Allow-Methods") != "GET, HEAD" {
				t.Errorf("%s: %+v", path, got)
			}
		}
	})
	t.Run("what is refused is a problem", func(t *testing.T) {
		t.Parallel()
		for request, want := range map[[2]string]int{
			{"GET", "nobody/widget"}: 404, {"GET", "nobody/widget/stream"}: 404, {"GET", "%00%0a%20/widget"}: 404,
			{"GET", strings.Repeat("a", 5000) + "/widget"}: 404,
			{"POST", "acme/widget"}:                        405, {"DELETE", "acme/widget/stream"}: 405,
		} {
			got := s.ask(request[0], request[1])
			if got.status != want || got.header.Get("Content-Type") != "application/problem+json" || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %+v", request, got)
			}
		}
	})
	t.Run("nothing secret is in it", func(t *testing.T) {
		t.Parallel()
		if def, err := s.client.Get(t.Context(), edit.KindProperty, "acme"); err != nil || !strings.Contains(string(def.Body), "INTERNAL-name") {
			t.Fatalf("the definition does not have what is looked for: %s, %v", def.Body, err)
		}
		stream := s.open("acme")
		for name, text := range map[string]string{"body": a.body, "stream": stream.next().data, "headers": strings.Join(slices.Concat(slices.Collect(maps.Values(a.header))...), " ")} {
			if strings.Contains(text, "INTERNAL") {
				t.Errorf("%s: %s", name, text)
			}
		}
	})
}

func TestAWidgetIsCachedNoLongerThanUpToItsNextBoundary(t *testing.T) {
	t.Parallel()
	for early := false; !early; { // again, if nine came before the answer
		s := newSite(t, nine().Add(-30*time.Second))
		header := s.ask(http.MethodGet, "acme/widget").header.Get("Cache-Control")
		if early = s.now().Before(nine()); !early {
			continue
		}
		var age int
		if _, err := fmt.Sscanf(header, "public, max-age=%d", &age); err != nil || age < 1 || age > 30 {
			t.Errorf("less than thirty seconds before a boundary: %q", header)
		}
	}
}

func TestWidgetStateWithoutRedis(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine().Add(-time.Minute))
	if a := s.ask(http.MethodGet, "acme/widget"); !strings.Contains(a.body, `"status":"offline"`) {
		t.Fatal(a)
	}
	s.redis.Stop(t)
	s.offset.Add(int64(2 * time.Minute))
	if a := s.ask(http.MethodGet, "acme/widget"); a.status != 200 || !strings.Contains(a.body, `"status":"online"`) {
		t.Errorf("at a boundary since: %+v", a)
	}
	a := s.ask(http.MethodGet, "always/widget")
	if a.status != 503 || a.header.Get("Retry-After") == "" || a.header.Get("Content-Type") != "application/problem+json" || strings.Contains(a.body, "127.0.0.1") {
		t.Errorf("never read: %+v", a)
	}
	s.redis.Restart(t)
	redistest.Wait(t, "it is read", func() bool { return s.ask(http.MethodGet, "always/widget").status == 200 })
}

// TestWidgetStateWhileRedisHangs: what was read before is answered from what is known, and says how old that is; also to those who ask
// while the look that fails is under way.
func TestWidgetStateWhileRedisHangs(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine().Add(-time.Minute))
	for _, id := range []string{"acme", "always"} {
		if a := s.ask(http.MethodGet, id+"/widget"); a.status != 200 || a.header.Get("Deskbell-Age") != "" {
			t.Fatal(a)
		}
	}
	s.redis.Pause(t)
	s.offset.Add(int64(2 * time.Minute))
	var all sync.WaitGroup
	for _, id := range []string{"acme", "always", "acme", "always"} {
		all.Go(func() {
			a := s.ask(http.MethodGet, id+"/widget")
			age, err := strconv.Atoi(a.header.Get("Deskbell-Age"))
			if a.status != 200 || !strings.Contains(a.body, `"status":"online"`) || err != nil || age < 119 {
				t.Errorf("%s: %+v", id, a)
			}
		})
	}
	all.Wait()
	s.offset.Add(int64(25 * time.Hour))
	if a := s.ask(http.MethodGet, "acme/widget"); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("after more than a day: %+v", a)
	}
	s.redis.Resume(t)
	redistest.Wait(t, "it is read again", func() bool {
		a := s.ask(http.MethodGet, "acme/widget")
		return a.status == 200 && a.header.Get("Deskbell-Age") == ""
	})
}

// TestWidgetsAnswerAsTheDocumentSays reads a state with departments, and one that is
// not there.
func TestWidgetsAnswerAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	b := &webtest.Bundle{T: t, Server: s.server}
	d := b.Document()
	const state, stream = "/v1/properties/{id}/widget", "/v1/properties/{id}/widget/stream"
	for _, path := range []string{state, stream} {
		if needs, ok := webtest.Part(d.Root, "paths", path, "get", "security").([]any); !ok || len(needs) > 0 {
			t.Errorf("%s needs %v", path, needs)
		}
	}
	for _, property := range []string{"acme", "always"} {
		a := b.Want(http.StatusOK, webtest.Request{}, "GET", "/v1/properties/"+property+"/widget", "")
		d.Check("/paths/"+webtest.Escaped(state)+"/get/responses/200/content/application~1json/schema", a.Body)
		var keys map[string]any
		s.must(json.Unmarshal([]byte(a.Body), &keys))
		for key := range keys {
			if webtest.Part(d.Root, "components", "schemas", "WidgetState", "properties", key) == nil {
				t.Errorf("the document does not know %s of a state", key)
			}
		}
	}
	for _, path := range []string{state, stream} {
		a := b.Want(http.StatusNotFound, webtest.Request{}, "GET", strings.Replace(path, "{id}", "none", 1), "")
		d.Check("/paths/"+webtest.Escaped(path)+"/get/responses/404/content/application~1problem+json/schema", a.Body)
	}
}

// TestGuessedPropertiesCostALimitedNumberOfLooks asks for ids that there are not, more often than an address may.
func TestGuessedPropertiesCostALimitedNumberOfLooks(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	if a := s.ask(http.MethodGet, "acme/widget"); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	codes := make(map[int]int)
	last := func(path string) shown {
		a := s.ask(http.MethodGet, path)
		codes[a.status]++
		return a
	}
	for i := 0; codes[http.StatusTooManyRequests] < 100 && i < 20_000; i++ {
		last(fmt.Sprintf("none-%d/widget", i))
		last(fmt.Sprintf("none-%d/widget/stream", i))
	}
	if codes[http.StatusNotFound] < 500 || len(codes) != 2 {
		t.Errorf("answered: %v", codes)
	}
	if a := last("none/widget"); a.status == http.StatusTooManyRequests && a.header.Get("Retry-After") != "1" {
		t.Errorf("try again after %q", a.header.Get("Retry-After"))
	}
	for range 100 { // what is at hand costs nothing, and is for everybody
		if a := s.ask(http.MethodGet, "acme/widget"); a.status != http.StatusOK {
			t.Fatalf("a property that there is: %d %s", a.status, a.body)
		}
	}
}
