package web_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func text(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
}

// withOthers mounts handlers as those of a board and a widget.
func withOthers(_ *webtest.Bundle, c *web.Config) {
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
	b := webtest.New(t, withOthers)
	for _, host := range []string{"", "localhost", "localhost:8080", "127.0.0.1", "127.1.2.3:80", "[::1]:8080"} {
		b.Want(200, webtest.Request{Host: host}, "GET", "/v1/properties", "")
	}
	for _, host := range []string{"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example", "[::2]"} {
		for _, path := range []string{"/v1/properties", "/docs", "/openapi.json", "/", "/monitor/"} {
			b.Want(403, webtest.Request{Host: host}, "GET", path, "")
		}
		b.Want(200, webtest.Request{Host: host}, "GET", "/healthz", "")
	}
	for _, header := range []string{
		"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Forwarded-Anything", "X-Real-Ip", "Via",
		"X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Envoy-External-Address",
	} {
		for _, value := range []string{"192.0.2.1", "127.0.0.1", ""} {
			proxied := webtest.Request{Headers: map[string]string{header: value}}
			b.Want(403, proxied, "GET", "/v1/properties", "")
			b.Want(200, proxied, "GET", "/healthz", "")
		}
	}
	if old := http10(t, b, "GET /v1/properties HTTP/1.0\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n"); !strings.Contains(old, " 403 ") {
		t.Errorf("to nginx as it comes: %s", old)
	}
	other := webtest.New(t, withOthers, func(_ *webtest.Bundle, c *web.Config) { c.Loopback = false })
	for _, path := range []string{"/v1/properties", "/docs", "/", "/monitor/"} {
		if p := other.Want(403, webtest.Request{}, "GET", path, "").Problem(t); !strings.Contains(p.Detail, "deskbell keys add") {
			t.Error(p.Detail)
		}
	}
	other.Want(200, webtest.Request{}, "GET", "/v1/properties/acme/widget", "")
}

// http10 sends a request as it is written, and gives the answer.
func http10(t *testing.T, b *webtest.Bundle, request string) string {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", b.Server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func TestAKeyIsNeededAsSoonAsThereIsOneAndDeadWhenRevoked(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers)
	b.Want(200, webtest.Request{}, "GET", "/v1/properties", "")
	one, two := b.Key(edit.Key{Name: "one"}), b.Key(edit.Key{Name: "two"})
	for path, ask := range map[string]string{"/v1/properties": "Bearer", "/v1/none": "Bearer", "/": "Basic", "/monitor/x": "Basic", "/docs": "Basic"} {
		if a := b.Want(401, webtest.Request{}, "GET", path, ""); a.Header.Get("WWW-Authenticate") != ask+` realm="Deskbell"` {
			t.Errorf("%s asks for %q", path, a.Header.Get("WWW-Authenticate"))
		}
		if path != "/v1/none" {
			b.Want(200, webtest.Request{Key: one}, "GET", path, "")
			b.Want(200, webtest.Request{Key: two, Basic: true}, "GET", path, "")
		}
	}
	for _, wrong := range []string{"x", one + "x", one[:len(one)-1], strings.Replace(one, "one", "two", 1), "dbk_one_"} {
		b.Want(401, webtest.Request{Key: wrong}, "GET", "/v1/properties", "")
	}
	b.Want(401, webtest.Request{Headers: map[string]string{"Authorization": "Digest " + one}}, "GET", "/v1/properties", "")
	for _, path := range []string{"/v1/properties/acme/widget", "/healthz"} {
		b.Want(200, webtest.Request{}, "GET", path, "")
	}

	for name, secret := range map[string]string{"one": one, "two": two} {
		if err := b.Keys.Revoke(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		b.Pass(5 * time.Second)
		if len(ring(b)) > 0 {
			b.Want(401, webtest.Request{Key: secret}, "GET", "/v1/properties", "")
		}
	}
	for _, path := range []string{"/v1/properties", "/", "/docs"} { // there is none again: that does not open the door
		if p := b.Want(403, webtest.Request{}, "GET", path, "").Problem(t); !strings.Contains(p.Detail, "deskbell keys open --yes") {
			t.Error(p.Detail)
		}
	}
	b.Want(200, webtest.Request{}, "GET", "/v1/properties/acme/widget", "")
	if err := b.Keys.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Pass(5 * time.Second)
	b.Want(200, webtest.Request{}, "GET", "/v1/properties", "")
}

// TestARedisThatLosesItsKeysOpensNoDoor empties Redis under a process that knows of keys, and starts others over what is left.
func TestARedisThatLosesItsKeysOpensNoDoor(t *testing.T) {
	t.Parallel()
	var marked marker
	with := func(b *webtest.Bundle, c *web.Config) {
		withOthers(b, c)
		b.Keys.Marker, c.Keys.Marker = &marked, &marked
	}
	b := webtest.New(t, with)
	b.Want(200, webtest.Request{}, "GET", "/v1/properties", "") // there was none yet
	secret := b.Key(edit.Key{Name: "one"})
	b.Want(200, webtest.Request{Key: secret}, "GET", "/v1/properties", "")
	for range 2 { // the process remembers
		if err := b.Redis.Client(t).FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		b.Pass(5 * time.Second)
		b.Want(403, webtest.Request{}, "GET", "/v1/properties", "")
		b.Want(403, webtest.Request{Key: secret}, "GET", "/", "")
	}
	if once, err := b.Keys.Once(t.Context(), false); err != nil || !once {
		t.Errorf("it has not told others: %v, %v", once, err)
	}
	if err := b.Redis.Client(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	again := edit.Keys{Store: b.Keys.Store, Now: b.Now} // a process that starts with nothing but Redis
	if once, err := again.Once(t.Context(), false); err != nil || once {
		t.Errorf("it cannot know: %v, %v", once, err)
	}
	again.Marker = &marked // and one that has the file
	if once, err := again.Once(t.Context(), false); err != nil || !once {
		t.Errorf("the marker says nothing: %v, %v", once, err)
	}
	if err := (edit.Keys{Store: b.Keys.Store, Now: b.Now}).Open(t.Context()); err != nil { // on another machine
		t.Fatal(err)
	}
	b.Pass(5 * time.Second)
	b.Want(200, webtest.Request{}, "GET", "/v1/properties", "")
	if marked {
		t.Error("the marker stays")
	}
	b.Key(edit.Key{Name: "two"})
	b.Want(401, webtest.Request{}, "GET", "/v1/properties", "")
	if !marked {
		t.Error("the marker is not set")
	}
}

// marker is an edit.Marker in memory.
type marker bool

func (m *marker) IsSet() (bool, error) { return bool(*m), nil }
func (m *marker) Set() error           { *m = true; return nil }
func (m *marker) Clear() error         { *m = false; return nil }

func ring(b *webtest.Bundle) edit.Keyring {
	b.Helper()
	ring, err := b.Keys.Load(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return ring
}

func TestAStreamEndsWhenItsKeyIsRevoked(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers)
	secret := b.Key(edit.Key{Name: "one"})
	b.Key(edit.Key{Name: "two"})
	ended := make(chan webtest.Answer, 1)
	go func() { ended <- b.Want(200, webtest.Request{Key: secret}, "GET", "/lasts", "") }()
	select {
	case a := <-ended:
		t.Fatalf("it ended at once: %+v", a)
	case <-time.After(5 * time.Second): // web has read the key again, and it holds
	}
	if err := b.Keys.Revoke(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	b.Pass(5 * time.Second)
	patient, end := redistest.Patient(t.Context())
	defer end()
	select {
	case <-ended:
	case <-patient.Done():
		t.Error("it goes on")
	}
}

func TestTheLastKeyRevokedClosesTheDoorToOtherMachines(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers, func(_ *webtest.Bundle, c *web.Config) { c.Loopback = false })
	secret := b.Key(edit.Key{Name: "one"})
	b.Want(200, webtest.Request{Key: secret}, "GET", "/v1/properties", "")
	if err := b.Keys.Revoke(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	b.Pass(5 * time.Second)
	b.Want(403, webtest.Request{Key: secret}, "GET", "/v1/properties", "")
	b.Want(403, webtest.Request{Key: secret}, "GET", "/", "")
}

func TestAReadOnlyKeyReadsAndSeesNoSecret(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers)
	full := webtest.Request{Key: b.Key(edit.Key{Name: "full"})}
	reader := webtest.Request{Key: b.Key(edit.Key{Name: "reader", ReadOnly: true})}
	made := b.Want(201, full, "PUT", "/v1/agents/lea", `{"notify": {"on": ["hours_started"], "via": ["ntfy://hunter2@ntfy.sh/x"]}}`)
	got := b.Want(200, reader, "GET", "/v1/agents/lea", "")
	webtest.SameJSON(t, got.Body, `{"notify": {"on": ["hours_started"], "via": ["ntfy://…"]}}`)
	if got.Header.Get("ETag") == made.Header.Get("ETag") {
		t.Error("the ETag of what is masked is that of what is not: secrets may be guessed by it")
	}
	if list := b.Want(200, reader, "GET", "/v1/agents", ""); strings.Contains(list.Body, "hunter2") || !strings.Contains(list.Body, got.Header.Get("ETag")[1:8]) {
		t.Errorf("listed: %s", list.Body)
	}
	b.Want(201, full, "PUT", "/v1/destinations/crm", `{"type": "webhook", "url": "https://crm.example.com/hooks/hunter2", "secret_env": "CRM_SECRET"}`)
	webtest.SameJSON(t, b.Want(200, reader, "GET", "/v1/destinations/crm", "").Body, `{"type": "webhook", "url": "https://…", "secret_env": ["CRM_SECRET"]}`)
	if b.Want(200, full, "GET", "/v1/agents/lea", "").Body != made.Body {
		t.Error("the full key does not see everything")
	}
	b.Want(200, reader, "GET", "/monitor/", "")
	b.Want(200, reader, "HEAD", "/v1/agents", "")
	for _, c := range []struct{ method, path string }{
		{"PUT", "/v1/agents/lea"}, {"DELETE", "/v1/agents/lea"}, {"PUT", "/v1/properties/acme/override"}, {"POST", "/monitor/"}, {"DELETE", "/monitor/"},
	} {
		b.Want(403, reader, c.method, c.path, `{}`)
	}
}

func TestAKeyOfSomePropertiesSeesNothingElse(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers)
	full := webtest.Request{Key: b.Key(edit.Key{Name: "full"})}
	bound := webtest.Request{Key: b.Key(edit.Key{Name: "staff", Properties: []string{"outlet", "acme", "yet-to-come"}, Names: edit.Names{Schedules: []string{"office"}}})}
	for _, id := range []string{"acme", "outlet", "other"} {
		b.Want(201, full, "PUT", "/v1/properties/"+id, `{}`)
	}
	b.Want(201, full, "PUT", "/v1/schedules/office", `"24/7"`)
	b.Want(200, bound, "GET", "/v1/properties/acme", "")
	b.Want(200, bound, "PUT", "/v1/properties/acme", `{"schedule": "office"}`)
	b.Want(200, bound, "PUT", "/v1/properties/acme/override", `{"open": true}`)
	b.Want(200, bound, "DELETE", "/v1/properties/acme/override", "")
	b.Want(201, bound, "PUT", "/v1/properties/yet-to-come", `{}`)
	b.Want(204, bound, "DELETE", "/v1/properties/yet-to-come", "")
	list := b.Want(200, bound, "GET", "/v1/properties?limit=1", "").Body
	if strings.Contains(list, "other") || strings.Index(list, `"acme"`) > strings.Index(list, `"outlet"`) || !strings.Contains(list, `"next":null`) {
		t.Error(list)
	}
	b.Want(200, bound, "GET", "/docs", "")
	for _, c := range []struct{ method, path string }{
		{"GET", "/v1/properties/other"}, {"PUT", "/v1/properties/other"}, {"DELETE", "/v1/properties/other"}, {"PUT", "/v1/properties/other/override"},
		{"GET", "/v1/properties/none"}, {"GET", "/v1/agents"}, {"GET", "/v1/schedules/office"}, {"GET", "/v1/schedules/office/boundaries"},
		{"PUT", "/v1/schedules/acme"}, {"GET", "/v1/destinations"}, {"GET", "/"}, {"GET", "/monitor/"},
	} {
		if p := b.Want(403, bound, c.method, c.path, `{}`).Problem(t); !strings.Contains(p.Detail, "outlet, acme") {
			t.Errorf("%s %s: %s", c.method, c.path, p.Detail)
		}
	}
	reader := webtest.Request{Key: b.Key(edit.Key{Name: "screen", Properties: []string{"acme"}, ReadOnly: true})}
	b.Want(200, reader, "GET", "/v1/properties/acme", "")
	b.Want(403, reader, "PUT", "/v1/properties/acme", `{}`)
}

func TestAPageOfAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers)
	for _, headers := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
	} {
		b.Want(403, webtest.With(webtest.Request{}, headers), "PUT", "/v1/properties/acme", `{}`)
		b.Want(403, webtest.With(webtest.Request{}, headers), "POST", "/monitor/", "")
		b.Want(404, webtest.With(webtest.Request{}, headers), "GET", "/v1/properties/acme", "")
	}
	b.Want(201, webtest.Request{Headers: map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": b.Server.URL}}, "PUT", "/v1/properties/acme", `{}`)
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "frame-ancestors 'none'", "Cache-Control": "no-store",
	} {
		if got := b.Do("GET", "/v1/properties", "").Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	b := webtest.New(t, withOthers)
	b.Want(413, webtest.Request{}, "PUT", "/v1/properties/acme", `{"name": "`+strings.Repeat("x", 1<<20)+`"}`)
	b.Want(400, webtest.Request{}, "PUT", "/v1/properties/acme", `{"departments": {"`+strings.Repeat("x", 10_000)+`": {"a": 1, "b": 1}}}`) // every fault would repeat it
	b.Want(404, webtest.Request{}, "GET", "/v1/none%0a%1b[2J", "")
	for _, e := range b.Logged.AllEntries() {
		if path := fmt.Sprint(e.Data["path"]); strings.ContainsAny(path, "\n\x1b") {
			t.Errorf("a path may write to a terminal: %q", path)
		}
	}
	b.Want(404, webtest.Request{}, "GET", "/v1/none", "")
	b.Want(405, webtest.Request{}, "POST", "/v1/properties", "")
	webtest.New(t).Want(405, webtest.Request{}, "DELETE", "/openapi.json", "")
	b.Want(200, webtest.Request{}, "GET", "/flushes", "")
	b.Want(500, webtest.Request{}, "GET", "/panic", "")
	if !b.Says("at the disco") {
		t.Error("the panic is not logged")
	}

	one, two := webtest.Request{Key: b.Key(edit.Key{Name: "one", Rate: 200})}, webtest.Request{Key: b.Key(edit.Key{Name: "two"})}
	codes := make(map[int]int)
	var last webtest.Answer
	for range 250 {
		last = b.Send(one, "GET", "/v1/agents", "")
		codes[last.Code]++
	}
	// A request that a machine at a standstill has cut is sent again by net/http, and counts twice.
	if codes[200] > 200 || codes[200] < 190 || codes[200]+codes[429] != 250 || last.Header.Get("Retry-After") != "1" {
		t.Errorf("250 requests at once: %v", codes)
	}
	b.Want(200, two, "GET", "/v1/agents", "")
	b.Pass(time.Second)
	b.Want(200, one, "GET", "/v1/agents", "")

	for i := range 20 {
		want := 401
		if i >= 10 {
			want = 429
		}
		if a := b.Want(want, webtest.Request{Key: fmt.Sprint("guess", i)}, "GET", "/v1/properties", ""); want == 429 && a.Header.Get("Retry-After") != "5" {
			t.Errorf("after wrong keys, try again after %q", a.Header.Get("Retry-After"))
		}
	}
	b.Want(200, one, "GET", "/v1/agents", "") // people with a key are not kept out by those who guess
}

func TestRedisAwayIsToldAndOutlived(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(200, webtest.Request{}, "GET", "/v1/properties", "")
	b.Redis.Stop(t)
	b.Want(503, webtest.Request{}, "GET", "/v1/properties", "")
	b.Pass(5 * time.Second)
	b.Want(503, webtest.Request{}, "GET", "/v1/properties", "")
	browser := webtest.Request{Headers: map[string]string{"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}}
	page := b.Send(browser, "GET", "/docs", "")
	if kind := page.Header.Get("Content-Type"); page.Code != 503 || kind != "text/html; charset=utf-8" || page.Header.Get("Retry-After") == "" {
		t.Errorf("a browser gets %d %s %v", page.Code, page.Body, page.Header)
	}
	for _, says := range []string{`<meta http-equiv="refresh" content="5">`, "Redis does not answer", "REDIS_URL"} {
		if !strings.Contains(page.Body, says) {
			t.Errorf("its page does not say %s", says)
		}
	}
	b.Redis.Restart(t)
	b.Pass(time.Second)
	b.Want(200, webtest.Request{}, "GET", "/v1/properties", "")
}
