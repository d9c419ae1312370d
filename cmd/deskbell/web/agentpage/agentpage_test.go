package agentpage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/agentpage"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/edit"
)

// bundle is a server with the pages of agents.
type bundle struct {
	*webtest.Bundle
	links         edit.Links
	subscriptions edit.Subscriptions
}

func newBundle(t *testing.T, defs string) *bundle {
	t.Helper()
	b := new(bundle)
	b.Bundle = webtest.New(t, func(w *webtest.Bundle, c *web.Config) {
		b.links = c.Links
		c.Public = agentpage.Public()
		sender := push.New(guard.Guard{}, 0)
		b.subscriptions = edit.Subscriptions(c.Links)
		c.Agent = agentpage.New(agentpage.Config{
			Client: w.Client, Subscriptions: b.subscriptions, Pusher: sender, Now: c.Now, Log: c.Log,
			Trial: func(_ context.Context, agent string) ([]jobs.TriedWay, error) {
				return []jobs.TriedWay{{Name: agent}, {Name: "push", Err: errors.New("it answered 500")}}, nil
			},
		})
	})
	d, err := definition.Parse(tree(t, defs))
	if err != nil {
		t.Fatal(err)
	}
	steps, err := b.Client.Plan(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Client.Apply(t.Context(), steps, nil); err != nil {
		t.Fatal(err)
	}
	return b
}

func tree(t *testing.T, defs string) (tree any) {
	t.Helper()
	if err := json.Unmarshal([]byte(defs), &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// secret is that of a new link.
func (b *bundle) secret(agent string) string {
	b.Helper()
	secret, _, err := b.links.AddPage(b.Context(), agent)
	if err != nil {
		b.Fatal(err)
	}
	return secret
}

// as is a request of an agent's page.
func as(secret string) webtest.Request {
	return webtest.Request{Headers: map[string]string{"Cookie": "deskbell_agent=" + secret}}
}

const lea = `{"agents": {"lea": {"name": "Léa", "schedule": {"time_zone": "Europe/London", "weekly": {"mon-fri": "09:00-12:00, 13:00-17:00"}},
	"time_zone": "Europe/Paris", "notify": {"on": ["hours_started"]}}, "tom": {}}}`

func TestThePageShowsWhoseItIs(t *testing.T) {
	t.Parallel()
	b := newBundle(t, lea)
	var got struct {
		Agent, Name, At, Expires string
		TimeZone                 string `json:"time_zone"`
		State                    struct{ Version int }
		Today                    struct {
			Date, From string
			Open       [][2]int
		}
		Notices []string
	}
	a := b.Want(200, as(b.secret("lea")), "GET", "/agent/state", "")
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Agent != "lea" || got.Name != "Léa" || got.TimeZone != "Europe/Paris" || got.At != "2026-11-23T08:30:00Z" || got.Expires != "2026-12-23T08:30:00Z" {
		t.Errorf("%+v", got)
	}
	const hour = 3600 // the date is that of Paris, an hour ahead of the hours in London
	if got.Today.Date != "2026-11-23" || got.Today.From != "2026-11-22T23:00:00Z" || len(got.Today.Open) != 2 ||
		got.Today.Open[0] != [2]int{10 * hour, 13 * hour} || got.Today.Open[1] != [2]int{14 * hour, 18 * hour} {
		t.Errorf("%+v", got.Today)
	}
	if len(got.Notices) != 1 || got.Notices[0] != "hours_started" {
		t.Errorf("%q", got.Notices)
	}
	if a := b.Want(200, as(b.secret("tom")), "GET", "/agent/state", ""); !strings.Contains(a.Body, `"agent":"tom"`) || strings.Contains(a.Body, "lea") {
		t.Error(a.Body)
	}
	b.Want(404, as(b.secret("gone")), "GET", "/agent/state", "")
	b.Want(401, webtest.Request{}, "GET", "/agent/state", "")
}

func TestTheFilesOfThePageAreForEverybodyAndHoldNobody(t *testing.T) {
	t.Parallel()
	b := newBundle(t, lea)
	b.Key(edit.Key{Name: "ci"})
	for path, kind := range map[string]string{
		"/agent": "text/html", "/agent/agent.css": "text/css", "/agent/agent.js": "text/javascript", "/agent/words.js": "text/javascript", "/agent/push.js": "text/javascript",
		"/agent/worker.js": "text/javascript", "/agent/manifest.webmanifest": "application/manifest+json", "/agent/icon-192.png": "image/png",
	} {
		a := b.Want(200, webtest.Request{Host: "bell.example"}, "GET", path, "")
		h := a.Header
		if !strings.HasPrefix(h.Get("Content-Type"), kind) || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'self'; ") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
		if strings.Contains(a.Body, "Léa") {
			t.Errorf("%s names an agent", path)
		}
		if scope := h.Get("Service-Worker-Allowed"); (scope == "/agent") != (path == "/agent/worker.js") {
			t.Errorf("%s: its worker may have %q", path, scope)
		}
	}
	for _, size := range []string{"192", "512"} {
		a := b.Want(200, webtest.Request{}, "GET", "/agent/icon-"+size+".png", "")
		if c, err := png.DecodeConfig(bytes.NewReader([]byte(a.Body))); err != nil || c.Width != c.Height || size != map[int]string{192: "192", 512: "512"}[c.Width] {
			t.Errorf("%s: %+v, %v", size, c, err)
		}
	}
}

// An installed page begins without cookies on Apple's devices. Elsewhere the manifest may leave the device.
func TestTheManifestHasTheSecretWhereItIsNeeded(t *testing.T) {
	t.Parallel()
	b := newBundle(t, lea)
	secret := b.secret("lea")
	const (
		phone   = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
		onPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/139.0 Mobile/15E148 Safari/604.1"
		android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36"
		firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
	)
	for _, c := range []struct{ name, agent, cookie, want string }{
		{"an iPhone", phone, secret, "/agent#" + secret},
		{"Chrome on an iPhone", onPhone, secret, "/agent#" + secret},
		{"an iPhone that has not entered", phone, "", "/agent"},
		{"Android", android, secret, "/agent"},
		{"Firefox", firefox, secret, "/agent"},
	} {
		headers := map[string]string{"User-Agent": c.agent}
		if c.cookie != "" {
			headers["Cookie"] = "deskbell_agent=" + c.cookie
		}
		a := b.Want(200, webtest.Request{Headers: headers}, "GET", "/agent/manifest.webmanifest", "")
		var got struct {
			ID, Scope, Display string
			Start              string `json:"start_url"`
			Icons              []struct{ Src string }
		}
		if err := json.Unmarshal([]byte(a.Body), &got); err != nil {
			t.Fatal(err)
		}
		if got.Start != c.want || got.ID != "/agent" || got.Scope != "/agent" || got.Display != "standalone" || len(got.Icons) < 2 {
			t.Errorf("%s: %+v", c.name, got)
		}
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: it is kept: %v", c.name, a.Header)
		}
	}
}

func TestAChoiceIsAnEvent(t *testing.T) {
	t.Parallel()
	b := newBundle(t, lea)
	cookie := as(b.secret("lea"))
	for body, code := range map[string]int{
		`{"status": "away"}`: 202, `{"status": "online", "locked": true}`: 202, `{"status": "scheduled"}`: 202,
		`{"status": "asleep"}`: 422, `{}`: 422, `[]`: 400, ``: 400,
	} {
		b.Want(code, cookie, "POST", "/agent/status", body)
	}
	for body, code := range map[string]int{
		`{"session": "s1", "began": true}`: 202, `{"session": "s1"}`: 202, `{"session": "s1", "used": true}`: 202,
		`{"session": "."}`: 422, `{}`: 422, `1`: 400,
	} {
		b.Want(code, cookie, "POST", "/agent/alive", body)
	}
	b.Want(401, webtest.Request{}, "POST", "/agent/status", `{"status": "away"}`)
	b.Want(413, cookie, "POST", "/agent/status", `"`+strings.Repeat("a", web.MostBody)+`"`)
}

// TestThePageNamesNobodyElse reads its files for addresses, and for code that the Content-Security-Policy would refuse.
func TestThePageNamesNobodyElse(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`(https?:)?//[a-z0-9]+\.[a-z]|\bstyle=|\bon[a-z]+="|innerHTML|insertAdjacentHTML|\beval\(|<script>`)
	for _, name := range []string{"agent.css", "agent.js", "index.html", "push.js", "worker.js"} {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := forbidden.Find(body); found != nil {
			t.Errorf("%s has %q", name, found)
		}
	}
}

// A subscription as browsers write it; its public key is a point on the curve (the example of RFC 8291).
const subscription = `{"endpoint": "https://fcm.googleapis.com/fcm/send/secret", "expirationTime": null, "keys": {
	"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}`

func TestAnAgentAllowsNotices(t *testing.T) {
	t.Parallel()
	b := newBundle(t, lea)
	cookie, tom := as(b.secret("lea")), as(b.secret("tom"))
	var got struct{ ID string }
	a := b.Want(200, cookie, "POST", "/agent/subscription", subscription)
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || len(got.ID) != 16 {
		t.Fatal(a.Body, err)
	}
	if again := b.Want(200, cookie, "POST", "/agent/subscription", subscription); again.Body != a.Body {
		t.Errorf("a second time: %s, then %s", a.Body, again.Body)
	}
	if s := b.Want(200, cookie, "GET", "/agent/state", ""); !strings.Contains(s.Body, `"subscriptions":["`+got.ID+`"]`) || strings.Contains(s.Body, "secret") {
		t.Error(s.Body)
	}
	if s := b.Want(200, tom, "GET", "/agent/state", ""); !strings.Contains(s.Body, `"subscriptions":[]`) {
		t.Error(s.Body)
	}
	for _, wrong := range []string{
		strings.Replace(subscription, "fcm.googleapis.com", "evil.example", 1),
		strings.Replace(subscription, "fcm.googleapis.com", "fcm.googleapis.com.evil.example", 1),
		strings.Replace(subscription, "fcm.googleapis.com", "fcm.googleapis.com:8443", 1),
		strings.Replace(subscription, "fcm.googleapis.com", "u:p@fcm.googleapis.com", 1),
		strings.Replace(subscription, "https://", "http://", 1),
		strings.Replace(subscription, "fcm.googleapis.com", "127.0.0.1", 1),
		strings.Replace(subscription, "BCVx", "BCVy", 1),
		strings.Replace(subscription, "BTBZ", "", 1),
		"{}",
	} {
		if p := b.Want(422, cookie, "POST", "/agent/subscription", wrong).Problem(t); strings.Contains(p.Detail, "secret") {
			t.Error(p.Detail)
		}
	}
	if a := b.Want(200, cookie, "POST", "/agent/test", ""); a.Body != `[{"way":"lea"},{"way":"push","problem":"it answered 500"}]` {
		t.Error(a.Body)
	}
	b.Want(204, tom, "DELETE", "/agent/subscription/"+got.ID, "") // which is not his
	if list, err := b.subscriptions.Of(t.Context(), []string{"lea"}); err != nil || len(list[0]) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	b.Want(204, cookie, "DELETE", "/agent/subscription/"+got.ID, "")
	if list, err := b.subscriptions.Of(t.Context(), []string{"lea"}); err != nil || len(list[0]) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestTheDocumentHasWhatThePageAsks: each operation, and no other.
func TestTheDocumentHasWhatThePageAsks(t *testing.T) {
	t.Parallel()
	b := newBundle(t, lea)
	got := []string{}
	paths, _ := b.Document().Root["paths"].(map[string]any)
	for path, methods := range paths {
		if !strings.HasPrefix(path, web.AgentPath+"/") {
			continue
		}
		all, _ := methods.(map[string]any)
		for method := range all {
			got = append(got, strings.ToUpper(method)+" "+path)
		}
	}
	want := append(slices.Collect(maps.Keys(agentpage.New(agentpage.Config{}))), "POST "+web.AgentSession)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	b.Want(401, webtest.Request{}, "POST", "/agent/session", `{"secret": "dba_wrong"}`)
}
