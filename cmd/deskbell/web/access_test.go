package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func text(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
}

// withOthers mounts handlers as those of a board and a widget.
func withOthers(_ *bundle, c *web.Config) {
	c.Public = map[string]http.Handler{"GET /v1/properties/{id}/widget": text("widget"), "/healthz": text("healthy")}
	c.Private = map[string]http.Handler{
		"/": text("board"), "/monitor/": text("monitor"),
		"/panic":   http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("at the disco") }),
		"/lasts":   http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
		"/flushes": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }),
	}
}

func TestWithoutAKeyThisMachineMayDoEverythingAndNobodyElse(t *testing.T) {
	t.Parallel()
	b := newBundle(t, withOthers)
	for _, host := range []string{"", "localhost", "localhost:8080", "127.0.0.1", "127.1.2.3:80", "[::1]:8080"} {
		b.want(200, request{host: host}, "GET", "/v1/properties", "")
	}
	for _, host := range []string{"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example", "[::2]"} {
		for _, path := range []string{"/v1/properties", "/docs", "/openapi.json", "/", "/monitor/"} {
			b.want(403, request{host: host}, "GET", path, "")
		}
		b.want(200, request{host: host}, "GET", "/healthz", "")
	}
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		proxied := request{headers: map[string]string{header: "192.0.2.1"}}
		b.want(403, proxied, "GET", "/v1/properties", "")
		b.want(200, proxied, "GET", "/healthz", "")
	}
	other := newBundle(t, withOthers, func(_ *bundle, c *web.Config) { c.Loopback = false })
	for _, path := range []string{"/v1/properties", "/docs", "/", "/monitor/"} {
		if p := other.want(403, request{}, "GET", path, "").problem(t); !strings.Contains(p.Detail, "deskbell keys add") {
			t.Error(p.Detail)
		}
	}
	other.want(200, request{}, "GET", "/v1/properties/acme/widget", "")
}

func TestAKeyIsNeededAsSoonAsThereIsOneAndDeadWhenRevoked(t *testing.T) {
	t.Parallel()
	b := newBundle(t, withOthers)
	b.want(200, request{}, "GET", "/v1/properties", "")
	one, two := b.key(jobs.Key{Name: "one"}), b.key(jobs.Key{Name: "two"})
	for path, ask := range map[string]string{"/v1/properties": "Bearer", "/v1/none": "Bearer", "/": "Basic", "/monitor/x": "Basic", "/docs": "Basic"} {
		if a := b.want(401, request{}, "GET", path, ""); a.header.Get("WWW-Authenticate") != ask+` realm="Deskbell"` {
			t.Errorf("%s asks for %q", path, a.header.Get("WWW-Authenticate"))
		}
		if path != "/v1/none" {
			b.want(200, request{key: one}, "GET", path, "")
			b.want(200, request{key: two, basic: true}, "GET", path, "")
		}
	}
	for _, wrong := range []string{"x", one + "x", one[:len(one)-1], strings.Replace(one, "one", "two", 1), "dbk_one_"} {
		b.want(401, request{key: wrong}, "GET", "/v1/properties", "")
	}
	b.want(401, request{headers: map[string]string{"Authorization": "Digest " + one}}, "GET", "/v1/properties", "")
	for _, path := range []string{"/v1/properties/acme/widget", "/healthz"} {
		b.want(200, request{}, "GET", path, "")
	}

	for name, secret := range map[string]string{"one": one, "two": two} {
		if err := b.keys.Revoke(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		b.pass(5 * time.Second)
		if len(b.ring()) > 0 {
			b.want(401, request{key: secret}, "GET", "/v1/properties", "")
		}
	}
	b.want(200, request{}, "GET", "/v1/properties", "") // there is none again
}

func (b *bundle) ring() jobs.Keyring {
	b.Helper()
	ring, err := b.keys.Load(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return ring
}

func TestAStreamEndsWhenItsKeyIsRevoked(t *testing.T) {
	t.Parallel()
	b := newBundle(t, withOthers)
	secret := b.key(jobs.Key{Name: "one"})
	b.key(jobs.Key{Name: "two"})
	ended := make(chan answer, 1)
	go func() { ended <- b.want(200, request{key: secret}, "GET", "/lasts", "") }()
	select {
	case a := <-ended:
		t.Fatalf("it ended at once: %+v", a)
	case <-time.After(5 * time.Second): // the key has been looked at again, and holds
	}
	if err := b.keys.Revoke(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	b.pass(5 * time.Second)
	select {
	case <-ended:
	case <-time.After(redistest.Patience):
		t.Error("it goes on")
	}
}

func TestTheLastKeyRevokedClosesTheDoorToOtherMachines(t *testing.T) {
	t.Parallel()
	b := newBundle(t, withOthers, func(_ *bundle, c *web.Config) { c.Loopback = false })
	secret := b.key(jobs.Key{Name: "one"})
	b.want(200, request{key: secret}, "GET", "/v1/properties", "")
	if err := b.keys.Revoke(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	b.pass(5 * time.Second)
	b.want(403, request{key: secret}, "GET", "/v1/properties", "")
	b.want(403, request{key: secret}, "GET", "/", "")
}

func TestAReadOnlyKeyReadsAndSeesNoSecret(t *testing.T) {
	t.Parallel()
	b := newBundle(t, withOthers)
	full := request{key: b.key(jobs.Key{Name: "full"})}
	reader := request{key: b.key(jobs.Key{Name: "reader", ReadOnly: true})}
	made := b.want(201, full, "PUT", "/v1/agents/lea", `{"notify": {"on": ["hours_started"], "via": ["ntfy://hunter2@ntfy.sh/x"]}}`)
	got := b.want(200, reader, "GET", "/v1/agents/lea", "")
	sameJSON(t, got.body, `{"notify": {"on": ["hours_started"], "via": ["ntfy://…"]}}`)
	if got.header.Get("ETag") == made.header.Get("ETag") {
		t.Error("the ETag of what is masked is that of what is not: secrets may be guessed by it")
	}
	if list := b.want(200, reader, "GET", "/v1/agents", ""); strings.Contains(list.body, "hunter2") || !strings.Contains(list.body, got.header.Get("ETag")[1:8]) {
		t.Errorf("listed: %s", list.body)
	}
	b.want(201, full, "PUT", "/v1/destinations/crm", `{"type": "webhook", "url": "https://crm.example.com/hooks/hunter2", "secret_env": "CRM_SECRET"}`)
	sameJSON(t, b.want(200, reader, "GET", "/v1/destinations/crm", "").body, `{"type": "webhook", "url": "https://…", "secret_env": ["CRM_SECRET"]}`)
	if b.want(200, full, "GET", "/v1/agents/lea", "").body != made.body {
		t.Error("the full key does not see everything")
	}
	b.want(200, reader, "GET", "/monitor/", "")
	b.want(200, reader, "HEAD", "/v1/agents", "")
	for _, c := range []struct{ method, path string }{
		{"PUT", "/v1/agents/lea"}, {"DELETE", "/v1/agents/lea"}, {"PUT", "/v1/properties/acme/override"}, {"POST", "/monitor/"}, {"DELETE", "/monitor/"},
	} {
		b.want(403, reader, c.method, c.path, `{}`)
	}
}

func TestAKeyOfSomePropertiesSeesNothingElse(t *testing.T) {
	t.Parallel()
	b := newBundle(t, withOthers)
	full := request{key: b.key(jobs.Key{Name: "full"})}
	bound := request{key: b.key(jobs.Key{Name: "staff", Properties: []string{"outlet", "acme", "yet-to-come"}})}
	for _, id := range []string{"acme", "outlet", "other"} {
		b.want(201, full, "PUT", "/v1/properties/"+id, `{}`)
	}
	b.want(201, full, "PUT", "/v1/schedules/office", `"24/7"`)
	b.want(200, bound, "GET", "/v1/properties/acme", "")
	b.want(200, bound, "PUT", "/v1/properties/acme", `{"schedule": "office"}`)
	b.want(200, bound, "PUT", "/v1/properties/acme/override", `{"open": true}`)
	b.want(200, bound, "DELETE", "/v1/properties/acme/override", "")
	b.want(201, bound, "PUT", "/v1/properties/yet-to-come", `{}`)
	b.want(204, bound, "DELETE", "/v1/properties/yet-to-come", "")
	list := b.want(200, bound, "GET", "/v1/properties?limit=1", "").body
	if strings.Contains(list, "other") || strings.Index(list, `"acme"`) > strings.Index(list, `"outlet"`) || !strings.Contains(list, `"next":null`) {
		t.Error(list)
	}
	b.want(200, bound, "GET", "/docs", "")
	for _, c := range []struct{ method, path string }{
		{"GET", "/v1/properties/other"}, {"PUT", "/v1/properties/other"}, {"DELETE", "/v1/properties/other"}, {"PUT", "/v1/properties/other/override"},
		{"GET", "/v1/properties/none"}, {"GET", "/v1/agents"}, {"GET", "/v1/schedules/office"}, {"GET", "/v1/schedules/office/boundaries"},
		{"PUT", "/v1/schedules/acme"}, {"GET", "/v1/destinations"}, {"GET", "/"}, {"GET", "/monitor/"},
	} {
		if p := b.want(403, bound, c.method, c.path, `{}`).problem(t); !strings.Contains(p.Detail, "outlet, acme") {
			t.Errorf("%s %s: %s", c.method, c.path, p.Detail)
		}
	}
	reader := request{key: b.key(jobs.Key{Name: "screen", Properties: []string{"acme"}, ReadOnly: true})}
	b.want(200, reader, "GET", "/v1/properties/acme", "")
	b.want(403, reader, "PUT", "/v1/properties/acme", `{}`)
}

func TestAPageOfAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t, withOthers)
	for _, headers := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
	} {
		b.want(403, with(request{}, headers), "PUT", "/v1/properties/acme", `{}`)
		b.want(403, with(request{}, headers), "POST", "/monitor/", "")
		b.want(404, with(request{}, headers), "GET", "/v1/properties/acme", "")
	}
	b.want(201, request{headers: map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": b.server.URL}}, "PUT", "/v1/properties/acme", `{}`)
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "frame-ancestors 'none'", "Cache-Control": "no-store",
	} {
		if got := b.do("GET", "/v1/properties", "").header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	b := newBundle(t, withOthers)
	b.want(413, request{}, "PUT", "/v1/properties/acme", `{"name": "`+strings.Repeat("x", 1<<20)+`"}`)
	b.want(400, request{}, "PUT", "/v1/properties/acme", `{"departments": {"`+strings.Repeat("x", 10_000)+`": {"a": 1, "b": 1}}}`) // every fault would repeat it
	b.want(404, request{}, "GET", "/v1/none%0a%1b[2J", "")
	for _, e := range b.logged.AllEntries() {
		if path := fmt.Sprint(e.Data["path"]); strings.ContainsAny(path, "\n\x1b") {
			t.Errorf("a path may write to a terminal: %q", path)
		}
	}
	b.want(404, request{}, "GET", "/v1/none", "")
	b.want(405, request{}, "POST", "/v1/properties", "")
	newBundle(t).want(405, request{}, "DELETE", "/openapi.json", "")
	b.want(200, request{}, "GET", "/flushes", "")
	b.want(500, request{}, "GET", "/panic", "")
	if !b.says("at the disco") {
		t.Error("the panic is not logged")
	}

	one, two := request{key: b.key(jobs.Key{Name: "one"})}, request{key: b.key(jobs.Key{Name: "two"})}
	codes := make(map[int]int)
	var last answer
	for range 250 {
		last = b.send(one, "GET", "/docs", "")
		codes[last.code]++
	}
	if codes[200] != 200 || codes[429] != 50 || last.header.Get("Retry-After") == "" {
		t.Errorf("250 requests at once: %v", codes)
	}
	b.want(200, two, "GET", "/docs", "")
	b.pass(time.Second)
	b.want(200, one, "GET", "/docs", "")

	for i := range 20 {
		want := 401
		if i >= 10 {
			want = 429
		}
		b.want(want, request{key: fmt.Sprint("guess", i)}, "GET", "/v1/properties", "")
	}
	b.want(200, one, "GET", "/docs", "") // who has a key is not kept out by those who guess
}

func TestRedisAwayIsToldAndOutlived(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.want(200, request{}, "GET", "/v1/properties", "")
	b.redis.Stop(t)
	b.want(503, request{}, "GET", "/v1/properties", "")
	b.pass(5 * time.Second)
	b.want(503, request{}, "GET", "/v1/properties", "")
	browser := request{headers: map[string]string{"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}}
	page := b.send(browser, "GET", "/docs", "")
	if kind := page.header.Get("Content-Type"); page.code != 503 || kind != "text/html; charset=utf-8" || page.header.Get("Retry-After") == "" {
		t.Errorf("a browser gets %d %s %v", page.code, page.body, page.header)
	}
	for _, says := range []string{`<meta http-equiv="refresh" content="5">`, "Redis does not answer", "REDIS_URL"} {
		if !strings.Contains(page.body, says) {
			t.Errorf("its page does not say %s", says)
		}
	}
	b.redis.Restart(t)
	b.pass(time.Second)
	b.want(200, request{}, "GET", "/v1/properties", "")
}
