package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/page"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/view"
)

// callers are the columns of the matrix of rights. Until there is a key: this machine, and what a proxy on it passes on. Then: nobody,
// a wrong key, a full one, one that may only read, those two of the property acme, the cookie of lea's page, the link to lea's
// shifts, a page of acme with the publishable key of acme, one of another site with that, and the token of a visitor of acme.
func callers() []string {
	return []string{"this machine", "a proxy", "nobody", "wrong", "full", "reader", "acme", "acme reader", "lea's page", "lea's shifts", "acme's site", "another site", "a visitor"}
}

// Rows of the matrix: who is let in (+), and with which status the others are refused.
const (
	toEverybody  = " +   +   +   +   +   +   +   +   +   +   +   +   +"
	toAnyKey     = " + 403 401 401   +   +   +   + 401 401 403 403 401" // also a key of some properties
	toAnyChanges = " + 403 401 401   + 403   + 403 401 401 403 403 401"
	toUnbound    = " + 403 401 401   +   + 403 403 401 401 403 403 401"
	toChanges    = " + 403 401 401   + 403 403 403 401 401 403 403 401"
	toOwnPage    = "401 401 401 401 401 401 401 401   + 401 401 401 401"
	toOwnPageSet = "401 401 401 401 401 401 401 401   + 401 403 403 401" // a page of another site changes nothing
	toEntering   = " +   +   +   +   +   +   +   +   +   + 403 403   +"
	toOwnShifts  = " + 403 401 401   +   + 403 403 401   + 403 403 401"
	toOwnVisit   = " + 403 401 401   +   +   +   + 401 401 403 403   +"
	toOthersView = " + 403 401 401   +   + 403 403 401 401 403 403 401" // a visit on another property
	toOwnSite    = "403 403 403 403 403 403 403 403 403 403   + 403 403"
	toSigned     = "401 401 401 401 401 401 401 401 401 401 403 403 401" // by a chat product
	toOwnHours   = " + 403 401 401   +   +   +   + 401 401 403 403 401"
)

// right is a row: a request, by the pattern that answers it.
type right struct{ pattern, path, body, who string }

// rights is who may ask what. Whatever answers has a row, and a row for what belongs to another shop where that differs.
func rights() []right {
	const own, foreign = "/v1/properties/acme", "/v1/properties/beta"
	const boundaries, add = "/boundaries", "/add?duration=1h"
	return []right{
		{"GET /healthz", "", "", toEverybody},
		{"GET /readyz", "", "", toEverybody},
		{"/v1/properties/{id}/widget", foreign + "/widget", "", toEverybody},
		{"/v1/properties/{id}/widget/stream", foreign + "/widget/stream", "", toEverybody},
		{"/v1/visits/{visit}/stream", "/v1/visits/t1/stream?property=acme&visitor=v1", "", toOwnVisit},
		{"/v1/visits/{visit}/stream", "/v1/visits/t1/stream?property=beta&visitor=v1", "", toOthersView},
		{"POST /v1/page/events", "", `{"events": []}`, toOwnSite},
		{"OPTIONS /v1/page/events", "", "", toOwnSite},
		{"GET /v1/page/stream", "", "", toOwnSite},
		{"OPTIONS /v1/page/stream", "", "", toOwnSite},
		{"POST /v1/chatwoot/{name}", "/v1/chatwoot/support", `{}`, toSigned},
		{"POST /v1/rest/{name}", "/v1/rest/desk", `{}`, toSigned},
		{"GET /deskbell.js", "", "", toEverybody},
		{"GET /deskbell.d.ts", "", "", toEverybody},
		{"GET /deskbell/{version}/deskbell.js", "/deskbell/1/deskbell.js", "", toEverybody},
		{"GET /agent", "", "", toEverybody},
		{"GET /agent/agent.css", "", "", toEverybody},
		{"GET /agent/agent.js", "", "", toEverybody},
		{"GET /agent/push.js", "", "", toEverybody},
		{"GET /agent/words.js", "", "", toEverybody},
		{"GET /agent/worker.js", "", "", toEverybody},
		{"GET /agent/icon-192.png", "", "", toEverybody},
		{"GET /agent/icon-512.png", "", "", toEverybody},
		{"GET /agent/manifest.webmanifest", "", "", toEverybody},
		{"POST /agent/session", "", `{"secret": "LEA"}`, toEntering}, // the secret is in the body

		{"GET /agent/state", "", "", toOwnPage},
		{"POST /agent/status", "", `{"status": "online"}`, toOwnPageSet},
		{"POST /agent/alive", "", `{"session": "s1"}`, toOwnPageSet},
		{"POST /agent/subscription", "", `{}`, toOwnPageSet},
		{"DELETE /agent/subscription/{id}", "/agent/subscription/none", "", toOwnPageSet},
		{"POST /agent/test", "", "", toOwnPageSet},

		{"GET /openapi.json", "", "", toAnyKey},
		{"GET /docs", "", "", toAnyKey},
		{"GET /v1/holidays", "", "", toAnyKey},
		{"GET /v1/holidays/{code}", "/v1/holidays/FR", "", toAnyKey},
		{"POST /v1/events", "", `[]`, toAnyChanges}, // each event is judged by itself

		{"GET /v1/properties", "", "", toAnyKey}, // a list of its own
		{"GET /v1/properties/{id}", own, "", toAnyKey},
		{"GET /v1/properties/{id}", foreign, "", toUnbound},
		{"PUT /v1/properties/{id}", own, `{}`, toAnyChanges},
		{"PUT /v1/properties/{id}", foreign, `{}`, toChanges},
		{"DELETE /v1/properties/{id}", own + "-old", "", toAnyChanges},
		{"DELETE /v1/properties/{id}", foreign + "-old", "", toChanges},
		{"GET /v1/properties/{id}/override", own + "/override", "", toAnyKey},
		{"GET /v1/properties/{id}/override", foreign + "/override", "", toUnbound},
		{"PUT /v1/properties/{id}/override", own + "/override", `{"open": true}`, toAnyChanges},
		{"PUT /v1/properties/{id}/override", foreign + "/override", `{"open": true}`, toChanges},
		{"DELETE /v1/properties/{id}/override", own + "/override", "", toAnyChanges},
		{"DELETE /v1/properties/{id}/override", foreign + "/override", "", toChanges},
		{"GET /v1/properties/{id}/departments/{department}/override", own + "/departments/hr/override", "", toAnyKey},
		{"GET /v1/properties/{id}/departments/{department}/override", foreign + "/departments/hr/override", "", toUnbound},
		{"PUT /v1/properties/{id}/departments/{department}/override", own + "/departments/hr/override", `{"open": true}`, toAnyChanges},
		{"PUT /v1/properties/{id}/departments/{department}/override", foreign + "/departments/hr/override", `{"open": true}`, toChanges},
		{"DELETE /v1/properties/{id}/departments/{department}/override", own + "/departments/hr/override", "", toAnyChanges},
		{"DELETE /v1/properties/{id}/departments/{department}/override", foreign + "/departments/hr/override", "", toChanges},
		{"GET /v1/properties/{id}/coverage", own + "/coverage", "", toAnyKey},
		{"GET /v1/properties/{id}/coverage", foreign + "/coverage", "", toUnbound},
		{"GET /v1/properties/{id}/opening-hours", own + "/opening-hours", "", toAnyKey},
		{"GET /v1/properties/{id}/opening-hours", foreign + "/opening-hours", "", toUnbound},
		{"GET /v1/properties/{id}/boundaries", own + boundaries, "", toAnyKey},
		{"GET /v1/properties/{id}/boundaries", foreign + boundaries, "", toUnbound},
		{"GET /v1/properties/{id}/add", own + add, "", toAnyKey},
		{"GET /v1/properties/{id}/add", foreign + add, "", toUnbound},
		{"GET /v1/properties/{id}/hours.ics", own + "/hours.ics", "", toOwnHours},
		{"GET /v1/properties/{id}/hours.ics", foreign + "/hours.ics", "", toUnbound},

		{"GET /v1/visitors/{id}/{visitor}", "/v1/visitors/acme/v1", "", toAnyKey},
		{"GET /v1/visitors/{id}/{visitor}", "/v1/visitors/beta/v1", "", toUnbound},
		{"POST /v1/visitors/{id}/{visitor}/token", "/v1/visitors/acme/v2/token", "", toAnyChanges},
		{"POST /v1/visitors/{id}/{visitor}/token", "/v1/visitors/beta/v2/token", "", toChanges},
		{"DELETE /v1/visitors/{id}/{visitor}", "/v1/visitors/acme/v1", "", toAnyChanges},
		{"DELETE /v1/visitors/{id}/{visitor}", "/v1/visitors/beta/v1", "", toChanges},
		{"DELETE /v1/visitors/{id}", "/v1/visitors/acme", "", toAnyChanges},
		{"DELETE /v1/visitors/{id}", "/v1/visitors/beta", "", toChanges},

		{"GET /v1/agents", "", "", toUnbound},
		{"GET /v1/agents/{id}", "/v1/agents/lea", "", toUnbound},
		{"PUT /v1/agents/{id}", "/v1/agents/lea", `{}`, toChanges},
		{"DELETE /v1/agents/{id}", "/v1/agents/none", "", toChanges},
		{"GET /v1/agents/{id}/boundaries", "/v1/agents/lea" + boundaries, "", toUnbound},
		{"GET /v1/agents/{id}/add", "/v1/agents/lea" + add, "", toUnbound},
		{"GET /v1/agents/{id}/status", "/v1/agents/lea/status", "", toAnyKey}, // of those who serve its properties
		{"GET /v1/agents/{id}/why", "/v1/agents/lea/why", "", toUnbound},
		{"POST /v1/agents/{id}/notices/test", "/v1/agents/none/notices/test", "", toChanges},
		{"GET /v1/agents/{id}/shifts.ics", "/v1/agents/lea/shifts.ics", "", toOwnShifts},
		{"GET /v1/agents/{id}/shifts.ics", "/v1/agents/tom/shifts.ics", "", toUnbound},

		{"GET /v1/schedules", "", "", toUnbound},
		{"GET /v1/schedules/{id}", "/v1/schedules/office", "", toUnbound},
		{"PUT /v1/schedules/{id}", "/v1/schedules/office", `"24/7"`, toChanges},
		{"DELETE /v1/schedules/{id}", "/v1/schedules/none", "", toChanges},
		{"GET /v1/schedules/{id}/boundaries", "/v1/schedules/office" + boundaries, "", toUnbound},
		{"GET /v1/schedules/{id}/add", "/v1/schedules/office" + add, "", toUnbound},
		{"GET /v1/schedules/{id}/hours.ics", "/v1/schedules/office/hours.ics", "", toUnbound},

		{"GET /v1/destinations", "", "", toUnbound},
		{"GET /v1/destinations/{id}", "/v1/destinations/crm", "", toUnbound},
		{"PUT /v1/destinations/{id}", "/v1/destinations/crm", `{"type": "log"}`, toChanges},
		{"DELETE /v1/destinations/{id}", "/v1/destinations/none", "", toChanges},
		{"POST /v1/destinations/{id}/pause", "/v1/destinations/none/pause", "", toChanges},
		{"POST /v1/destinations/{id}/resume", "/v1/destinations/none/resume", "", toChanges},
		{"POST /v1/destinations/{id}/replay", "/v1/destinations/none/replay", "", toChanges},
		{"POST /v1/destinations/{id}/test", "/v1/destinations/none/test", "", toChanges},
		{"GET /v1/deliveries", "", "", toAnyKey}, // those of its own
		{"POST /v1/deliveries/{task}/replay", "/v1/deliveries/none/replay", "", toChanges},
		{"GET /v1/export", "", "", toAnyKey}, // a file of its own
		{"GET /v1/feeds", "", "", toUnbound},
		{"GET /v1/quotas", "", "", toUnbound},

		{"GET /{$}", "/", "", toAnyKey},
		{"GET /board/agents.js", "", "", toAnyKey},
		{"GET /board/board.css", "", "", toAnyKey},
		{"GET /board/board.js", "", "", toAnyKey},
		{"GET /board/dates.js", "", "", toAnyKey},
		{"GET /board/define.js", "", "", toAnyKey},
		{"GET /board/deliveries.js", "", "", toAnyKey},
		{"GET /board/find.js", "", "", toAnyKey},
		{"GET /board/hours.js", "", "", toAnyKey},
		{"GET /board/list.js", "", "", toAnyKey},
		{"GET /board/log.js", "", "", toAnyKey},
		{"GET /board/override.js", "", "", toAnyKey},
		{"GET /board/row.js", "", "", toAnyKey},
		{"GET /board/save.js", "", "", toAnyKey},
		{"GET /board/say.js", "", "", toAnyKey},
		{"GET /board/sheet.js", "", "", toAnyKey},
		{"GET /board/spec.js", "", "", toAnyKey},
		{"GET /board/strip.js", "", "", toAnyKey},
		{"GET /board/triggers.js", "", "", toAnyKey},
		{"GET /board/visitors.js", "", "", toAnyKey},
		{"GET /board/week.js", "", "", toAnyKey},
		{"GET /board/words.js", "", "", toAnyKey},
		{"GET /board/icon.svg", "", "", toAnyKey},
		{"GET /board/properties", "", "", toAnyKey},
		{"GET /board/recent", "", "", toAnyKey},
		{"GET /board/destinations", "", "", toAnyKey},
		{"GET /board/shifts", "/board/shifts?agent=lea", "", toUnbound},
		{"GET /board/weeks", "/board/weeks?id=acme", "", toAnyKey},
		{"GET /board/weeks", "/board/weeks?id=beta", "", toUnbound},
		{"GET /board/users", "/board/users?schedule=office", "", toUnbound},
		{"GET /board/events", "/board/events?id=acme", "", toAnyKey}, // of these properties alone
		{"GET /board/events", "/board/events?id=beta", "", toUnbound},
		{"GET /metrics", "", "", toUnbound},
		{"/monitor", "", "", toUnbound}, // below it, asynq's own handler: readers have one that changes nothing
		{"/monitor/", "/monitor/api/queues", "", toUnbound},
		{"POST /monitor/", "/monitor/api/queues/deskbell-event/archived_tasks:run_all", "", toChanges},
		{"DELETE /monitor/", "/monitor/api/queues/none", "", toChanges},

		{"GET /demo", "", "", toUnbound},
		{"GET /demo/agent", "", "", toUnbound},
		{"GET /demo/demo.css", "", "", toUnbound},
		{"GET /demo/shop.js", "", "", toUnbound},
		{"GET /demo/agent.js", "", "", toUnbound},
		{"GET /demo/chat.js", "", "", toUnbound},
		{"GET /demo/talk.js", "", "", toUnbound},
	}
}

// TestWhoMayAskWhat walks the matrix: every row by every caller.
func TestWhoMayAskWhat(t *testing.T) {
	t.Parallel()
	open, keyed := newRights(t), newRights(t)
	secrets := map[string]string{"wrong": "dbk_wrong"}
	for name, k := range map[string]edit.Key{
		"full": {}, "reader": {ReadOnly: true}, "acme": {Properties: []string{"acme", "acme-old"}}, "acme reader": {ReadOnly: true, Properties: []string{"acme", "acme-old"}},
	} {
		k.Name = strings.ReplaceAll(name, " ", "-")
		secret, err := keyed.keys.Add(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		secrets[name] = secret
	}
	site, err := keyed.keys.Add(t.Context(), edit.Key{Name: "site", Properties: []string{"acme"}, Origins: []string{acmeSite}})
	keyed.must(err)
	keyed.site = site
	for _, row := range rights() {
		wants := strings.Fields(row.who)
		for i, caller := range callers() {
			from, header := keyed, http.Header{}
			switch caller {
			case "this machine":
				from = open
			case "a proxy":
				from, header = open, http.Header{"X-Forwarded-For": {"127.0.0.1"}}
			case "lea's page":
				header.Set("Cookie", "deskbell_agent="+from.page)
			case "lea's shifts":
				header.Set("Deskbell-Test-Query", "token="+from.shifts)
			case "a visitor":
				header.Set("Deskbell-Test-Query", "token="+from.visitor)
			case "acme's site", "another site":
				header.Set("Origin", map[string]string{"acme's site": acmeSite, "another site": "https://another.example"}[caller])
				header.Set("Authorization", "Bearer "+from.site)
				header.Set("Deskbell-Test-Query", "key="+from.site)
			default:
				if secrets[caller] != "" {
					header.Set("Authorization", "Bearer "+secrets[caller])
				}
			}
			if got := from.ask(row, header); got != wants[i] {
				t.Errorf("%s %s by %s: %s, want %s", row.pattern, row.path, caller, got, wants[i])
			}
		}
	}
}

// TestNoOtherRouteTakesPackedBodies walks the matrix with bodies that are packed, as far as they say. That of events tries to unpack them.
func TestNoOtherRouteTakesPackedBodies(t *testing.T) {
	t.Parallel()
	b := newRights(t)
	for _, row := range rights() {
		row.body = "\x1f\x8b"
		for _, coding := range []string{"gzip", "br"} {
			want := fmt.Sprint(http.StatusUnsupportedMediaType)
			if coding == "gzip" && row.pattern == "POST "+web.EventsPath {
				want = "+"
			}
			if got := b.ask(row, http.Header{"Content-Encoding": {coding}, "Cookie": {"deskbell_agent=" + b.page}}); got != want {
				t.Errorf("%s %s, %s: %s", row.pattern, row.path, coding, got)
			}
		}
	}
}

// TestTheMatrixOfRightsHasEveryRoute compares the matrix with the patterns of all handlers, and with the operations of the OpenAPI
// document.
func TestTheMatrixOfRightsHasEveryRoute(t *testing.T) {
	t.Parallel()
	r := newRights(t)
	want := make(map[string]bool)
	for _, pattern := range r.served.Patterns {
		if within := r.within[pattern]; within != nil {
			for _, one := range within {
				want[one] = true
			}
		} else {
			want[pattern] = true
		}
	}
	got := make(map[string]bool)
	for _, row := range rights() {
		if _, path, _ := strings.Cut(row.pattern, " "); path != "/monitor/" { // another method of a pattern that is there
			got[row.pattern] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("the matrix lacks routes (-), or has others (+):\n%s", diff)
	}
	for outer := range r.within {
		if !slices.Contains(r.served.Patterns, outer) {
			t.Errorf("nothing is at %s", outer)
		}
	}
	for _, operation := range r.operations() {
		method, path, _ := strings.Cut(operation, " ")
		if !got[operation] && !(method == http.MethodGet && got[path]) {
			t.Errorf("the OpenAPI document has %s, and the matrix does not", operation)
		}
	}
	worker := newTelemetry(jobs.NewPeers(jobs.PeersConfig{Version: "2026f"})).handler("", r.session.redis.Client)
	if diff := cmp.Diff([]string{"GET /metrics", "GET /healthz", "GET /readyz"}, worker.Patterns); diff != "" {
		t.Errorf("a worker answers more than its tests of access know: %s", diff)
	}
}

// rightsBundle is everything that deskbell web serves, in this process, with a clock that goes on between requests: limits of rates are no
// part of the matrix.
type rightsBundle struct {
	*testing.T
	surface
	session      *session
	keys         edit.Keys
	served       *web.Site
	server       *httptest.Server
	clock        atomic.Int64
	page, shifts string // the secrets of lea's links
	visitor      string // the token of one
	site         string // a publishable key for pages of acmeSite; empty: there is none
}

// acmeSite is the origin of acme's pages.
const acmeSite = "https://acme.example"

func newRights(t *testing.T) *rightsBundle {
	t.Helper()
	b := &rightsBundle{T: t}
	redis := redistest.Start(t)
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	a := &app{
		env: func(name string) string {
			return map[string]string{"REDIS_URL": redis.URL(), "DESKBELL_TIME_ZONE": "UTC"}[name]
		},
		stdout: io.Discard, stderr: io.Discard,
		now: func() time.Time { return began.Add(time.Duration(b.clock.Load())) },
	}
	env, err := config.FromEnv(a.env)
	b.must(err)
	r := jobs.Connect(*env.Redis)
	t.Cleanup(func() { _ = r.Close() })
	b.session, err = a.open(t.Context(), env, r, redisstore.Open)
	b.must(err)
	log, _ := logtest.NewNullLogger()
	live, visits := view.NewLive(b.session.client.Reader), view.NewVisitFeed(b.session.client.Reader)
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { live.Run(ctx) })
	wait.Go(func() { visits.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		wait.Wait()
	})
	b.keys = a.keys(b.session)
	b.surface, err = a.surface(service{session: b.session, shown: newTelemetry(a.peers(env, log, a.keepTime(log), false)), log: log, demo: true}, b.keys, live, visits)
	b.must(err)
	b.Loopback = true
	b.served = web.New(b.Config)
	b.server = httptest.NewServer(b.served)
	t.Cleanup(b.server.Close)
	for _, d := range [][2]string{
		{"/v1/agents/lea", `{}`}, {"/v1/agents/tom", `{}`}, {"/v1/schedules/office", `"24/7"`}, {"/v1/destinations/crm", `{"type": "log"}`},
		{"/v1/properties/acme", `{"departments": {"hr": {}}}`}, {"/v1/properties/beta", `{"departments": {"hr": {}}}`},
	} {
		if got := b.ask(right{"PUT " + d[0], d[0], d[1], ""}, nil); got != "+" {
			t.Fatalf("defining %s: %s", d[0], got)
		}
	}
	b.must(b.session.redis.Client.SAdd(t.Context(), "asynq:queues", "deskbell-event").Err())
	b.page, _, err = b.Links.AddPage(t.Context(), "lea")
	b.must(err)
	b.visitor, _, err = page.NewTokens(edit.PageSecret{Store: b.session.store}, b.session.store, a.now).Make(t.Context(), "acme", "v1")
	b.must(err)
	b.shifts, err = b.Links.Add(t.Context(), edit.KindAgent, "lea")
	b.must(err)
	return b
}

func (b *rightsBundle) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// ask sends the request of a row, and gives "+", or the status of the refusal.
func (b *rightsBundle) ask(row right, header http.Header) string {
	b.Helper()
	b.clock.Add(int64(10 * time.Second))
	method, path, ok := strings.Cut(row.pattern, " ")
	if !ok {
		method, path = http.MethodGet, row.pattern
	}
	if row.path != "" {
		path = row.path
	}
	if query := header.Get("Deskbell-Test-Query"); query != "" && (strings.HasPrefix(query, "token=") || strings.Contains(row.pattern, web.PagePath)) {
		mark := "?"
		if strings.Contains(path, mark) {
			mark = "&"
		}
		path += mark + query
	}
	r, err := http.NewRequestWithContext(b.Context(), method, b.server.URL+path, strings.NewReader(strings.Replace(row.body, "LEA", b.page, 1)))
	b.must(err)
	r.Header = header.Clone()
	r.Header.Del("Deskbell-Test-Query")
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := b.server.Client().Do(r)
	b.must(err)
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden, res.StatusCode == http.StatusUnsupportedMediaType:
		return fmt.Sprint(res.StatusCode)
	case strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream"):
		return "+"
	}
	body, err := io.ReadAll(res.Body)
	b.must(err)
	if res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500 || strings.Contains(string(body), "there is nothing at") {
		return fmt.Sprint(res.StatusCode, " ", string(body))
	}
	return "+"
}

// operations are those of the OpenAPI document: "GET /v1/agents".
func (b *rightsBundle) operations() (all []string) {
	b.Helper()
	res, err := b.server.Client().Get(b.server.URL + "/openapi.json")
	b.must(err)
	defer res.Body.Close()
	var document struct {
		Paths map[string]map[string]any
	}
	b.must(json.NewDecoder(res.Body).Decode(&document))
	for path, methods := range document.Paths {
		for method := range methods {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	if len(all) < 30 {
		b.Errorf("only %d operations", len(all))
	}
	return all
}
