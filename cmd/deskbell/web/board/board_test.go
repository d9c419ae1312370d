package board_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/board"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// newBoard is a bundle with a board, and two shops in it.
func newBoard(t *testing.T, change ...func(*webtest.Bundle, *web.Config)) *webtest.Bundle {
	t.Helper()
	return newBoardOf(t, newPeers(), change...)
}

func newPeers() *jobs.Peers {
	log, _ := logtest.NewNullLogger()
	return jobs.NewPeers(jobs.PeersConfig{Version: "2026f", Log: log})
}

// newBoardOf is newBoard of a process that knows of others.
func newBoardOf(t *testing.T, peers *jobs.Peers, change ...func(*webtest.Bundle, *web.Config)) *webtest.Bundle {
	t.Helper()
	b := webtest.New(t, append(change, func(b *webtest.Bundle, c *web.Config) {
		handler := board.New(board.Config{Client: b.Client, Peers: peers, Redis: web.RedisAnswers(b.Redis.Client(t), nil), Now: c.Now, Log: c.Log, Source: "shops/deskbell.yaml"})
		c.Board = map[string]http.Handler{"GET /{$}": handler, "/board/": handler}
	})...)
	define(b, `{"properties": {
		"acme": {"name": "ACME <b>shop</b>", "schedule": {"weekly": {"daily": "09:00-12:00"}}, "agents": ["lea"]},
		"bakery": {"schedule": {"weekly": {"daily": "05:00-13:00"}}}},
		"agents": {"lea": {"name": "Léa", "notify": {"on": ["hours_started"], "via": ["ntfy://secret@ntfy.sh/lea"]}}},
		"destinations": {"crm": {"type": "redis_stream"}}}`)
	return b
}

func define(b *webtest.Bundle, text string) {
	b.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		b.Fatal(err)
	}
	defs, err := definition.Parse(tree)
	if err != nil {
		b.Fatal(err)
	}
	steps, err := b.Client.Plan(b.Context(), defs)
	if err == nil {
		err = b.Client.Apply(b.Context(), steps, nil)
	}
	if err != nil {
		b.Fatal(err)
	}
}

func TestBoardServesItsPage(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	for path, kind := range map[string]string{
		"/": "text/html", "/board/board.css": "text/css", "/board/agents.js": "text/javascript", "/board/board.js": "text/javascript",
		"/board/deliveries.js": "text/javascript", "/board/find.js": "text/javascript", "/board/dates.js": "text/javascript", "/board/define.js": "text/javascript", "/board/log.js": "text/javascript", "/board/triggers.js": "text/javascript", "/board/hours.js": "text/javascript", "/board/save.js": "text/javascript", "/board/spec.js": "text/javascript", "/board/strip.js": "text/javascript", "/board/week.js": "text/javascript", "/board/list.js": "text/javascript", "/board/override.js": "text/javascript",
		"/board/row.js": "text/javascript", "/board/say.js": "text/javascript", "/board/sheet.js": "text/javascript", "/board/visitors.js": "text/javascript",
		"/board/words.js": "text/javascript", "/board/icon.svg": "image/svg+xml",
	} {
		got := b.Want(http.StatusOK, webtest.Request{}, "GET", path, "")
		if !strings.HasPrefix(got.Header.Get("Content-Type"), kind) {
			t.Errorf("%s is %s", path, got.Header.Get("Content-Type"))
		}
		if csp := got.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy is %q", path, csp)
		}
		again := webtest.Request{Headers: map[string]string{"If-None-Match": got.Header.Get("ETag")}}
		b.Want(http.StatusNotModified, again, "GET", path, "")
	}
	b.Want(http.StatusNotFound, webtest.Request{}, "GET", "/board/none", "")
	b.Want(http.StatusNotFound, webtest.Request{}, "GET", "/none", "")
	b.Want(http.StatusMethodNotAllowed, webtest.Request{}, "POST", "/board/properties", "")
}

// TestBoardNamesNobodyElse reads the files of the page for addresses, and for code
// that the Content-Security-Policy would refuse.
func TestBoardNamesNobodyElse(t *testing.T) {
	t.Parallel()
	var files []string
	for _, kind := range []string{"*.css", "*.html", "*.js", "*.svg", "../words.js"} {
		found, err := filepath.Glob(kind)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 7 {
		t.Fatal(files)
	}
	forbidden := regexp.MustCompile(`(https?:)?//[a-z0-9]+\.[a-z]|\bstyle=|\bon[a-z]+="|innerHTML|insertAdjacentHTML|\beval\(|<script>`)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(body), "http://www.w3.org/2000/svg", "")
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("%s has %q", file, found)
		}
	}
}

func TestBoardGivesItsData(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	got := b.Want(http.StatusOK, webtest.Request{}, "GET", "/board/properties", "")
	var page view.BoardPage
	if err := json.Unmarshal([]byte(got.Body), &page); err != nil || len(page.Properties) != 2 || page.Next != "" {
		t.Fatalf("%s, %v", got.Body, err)
	}
	if strings.Contains(got.Body, "secret") || strings.Contains(got.Body, "<b>") {
		t.Errorf("it tells too much: %s", got.Body)
	}
	if got := b.Want(http.StatusOK, webtest.Request{}, "GET", "/board/properties?search=BAKE", ""); strings.Contains(got.Body, "acme") || !strings.Contains(got.Body, "bakery") {
		t.Errorf("searched: %s", got.Body)
	}
	b.Want(http.StatusBadRequest, webtest.Request{}, "GET", "/board/properties?cursor=x", "")
	b.Want(http.StatusBadRequest, webtest.Request{}, "GET", "/board/properties?search="+strings.Repeat("x", 201), "")
	b.Want(http.StatusBadRequest, webtest.Request{}, "GET", "/board/events?whole=1&search="+strings.Repeat("x", 201), "")
	b.Want(http.StatusBadRequest, webtest.Request{}, "GET", "/board/events?"+strings.Repeat("id=x&", 301), "")
	webtest.SameJSON(t, b.Want(http.StatusOK, webtest.Request{}, "GET", "/board/recent", "").Body, `[]`)
	webtest.SameJSON(t, b.Want(http.StatusOK, webtest.Request{}, "GET", "/board/recent?limit=500", "").Body, `[]`)
	for _, limit := range []string{"0", "501", "x"} {
		b.Want(http.StatusBadRequest, webtest.Request{}, "GET", "/board/recent?limit="+limit, "")
	}
	webtest.SameJSON(t, b.Want(http.StatusOK, webtest.Request{}, "GET", "/board/destinations", "").Body, `[{"name": "crm", "type": "redis_stream", "state": "ok"}]`)
	for _, query := range []string{"from=x", "from=9999-01-01", "from=0000-01-01", strings.Repeat("id=x&", 61)} {
		b.Want(http.StatusBadRequest, webtest.Request{}, "GET", "/board/weeks?"+query, "")
	}
	var weeks []view.BoardWeek
	got = b.Want(http.StatusOK, webtest.Request{}, "GET", "/board/weeks?id=bakery&id=none&from=2026-11-23", "")
	if err := json.Unmarshal([]byte(got.Body), &weeks); err != nil || len(weeks) != 2 || len(weeks[0].Days) != 7 || weeks[0].Days[0].Date != "2026-11-23" || !weeks[1].Gone {
		t.Errorf("weeks: %s, %v", got.Body, err)
	}
	b.Want(http.StatusBadRequest, webtest.Request{}, "GET", "/board/users?schedule=..", "")
	define(b, `{"schedules": {"office": {"weekly": "24/7"}}, "properties": {"acme": {"schedule": "office"}, "bakery": {}}, "agents": {"lea": {"schedule": "office"}}}`)
	used := `{"users": [{"kind": "agent", "id": "lea"}, {"kind": "property", "id": "acme"}], "more": false}`
	webtest.SameJSON(t, b.Want(http.StatusOK, webtest.Request{}, "GET", "/board/users?schedule=office", "").Body, used)
	webtest.SameJSON(t, b.Want(http.StatusOK, webtest.Request{}, "GET", "/board/users?schedule=none", "").Body, `{"users": [], "more": false}`)
	b.Redis.Stop(t)
	if p := b.Want(http.StatusServiceUnavailable, webtest.Request{}, "GET", "/board/properties", "").Problem(t); !strings.Contains(p.Detail, "Redis does not answer") {
		t.Errorf("without Redis: %+v", p)
	}
}

// event is one message of a stream.
type event struct {
	name string
	list string // data that is a list, in JSON
	data struct {
		Properties []view.BoardState
		Version    string // of zones
		Detail     string
		Count      int    // of desk
		Source     string // of desk
		Redis      string // of health
	}
}

// watch follows the board as a browser does, and gives a function for the next event
// of a name, and one that ends it.
func watch(b *webtest.Bundle, query url.Values) (next func(name string) event, end func()) {
	b.Helper()
	return watchBy(b, "", query)
}

// watchBy is watch with a key; empty: without one.
func watchBy(b *webtest.Bundle, key string, query url.Values) (next func(name string) event, end func()) {
	b.Helper()
	ctx, end := context.WithCancel(b.Context())
	b.Cleanup(end)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.Server.URL+"/board/events?"+query.Encode(), http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := b.Server.Client().Do(req)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { res.Body.Close() })
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || kind != "text/event-stream" {
		b.Fatalf("%d %s", res.StatusCode, kind)
	}
	lines := bufio.NewReader(res.Body)
	return func(name string) event {
		b.Helper()
		patient, had := redistest.Patient(b.Context())
		defer had()
		stop := context.AfterFunc(patient, end)
		defer stop()
		for {
			e, err := readEvent(lines)
			if err != nil {
				b.Fatalf("waiting for %s: %v", name, err)
			}
			if e.name == name {
				return e
			}
		}
	}, end
}

func readEvent(lines *bufio.Reader) (e event, err error) {
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return e, err
		}
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case key == "event":
			e.name = value
		case key == "data" && strings.HasPrefix(value, "["):
			e.list = value
		case key == "data":
			if err := json.Unmarshal([]byte(value), &e.data); err != nil {
				return e, fmt.Errorf("%w in %s", err, value)
			}
		case line == "\n" && e.name != "":
			return e, nil
		}
	}
}

// rows are "acme offline, bakery online".
func (e event) rows() string {
	var list []string
	for _, p := range e.data.Properties {
		word := string(p.Widget.Status)
		if p.Gone {
			word = "gone"
		}
		list = append(list, p.Property+" "+word)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func TestBoardStreamsWhatBecomesOfProperties(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	b.Clock.Store(30*60 - 1) // a second before nine
	next, _ := watch(b, url.Values{"whole": {"1"}})
	if first := next("desk").data; first.Count != 2 || first.Source != "deskbell.yaml" {
		t.Errorf("it tells of %d properties from %q", first.Count, first.Source)
	}
	want := func(row string) { // among others: while no worker decides, all is as of now
		t.Helper()
		for !strings.Contains(next("rows").rows(), row) {
		}
	}
	want("acme offline, bakery online")
	next("destinations")
	if version := next("zones").data.Version; version != "2026f" {
		t.Errorf("the version of the time zones is %q", version)
	}
	b.Pass(time.Second)
	want("acme online") // by the clock alone, without a write

	if _, err := b.Client.SetOverride(t.Context(), "acme", &hours.Override{From: b.Now(), Until: b.Now().Add(2 * time.Second)}); err != nil {
		t.Fatal(err)
	}
	want("acme offline")
	b.Pass(2 * time.Second)
	want("acme online")

	for _, step := range []struct{ properties, want string }{
		{`"acme": {"schedule": "closed"}, "bakery": {}, "new": {}`, "new online"},
		{`"acme": {"schedule": "closed"}, "new": {}`, "bakery gone"},
		{`"acme": {"schedule": "closed"}, "bakery": {}, "new": {}`, "bakery online"}, // again
	} {
		define(b, `{"properties": {`+step.properties+`}}`)
		want(step.want)
	}
}

func TestBoardStreamsWhatASearchFinds(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	next, _ := watch(b, url.Values{"whole": {"1"}, "search": {"BAKE"}})
	if count := next("desk").data.Count; count != 1 {
		t.Errorf("it tells of %d properties", count)
	}
	if rows := next("rows").rows(); rows != "bakery online" {
		t.Errorf("it shows %s", rows)
	}
}

func TestBoardSaysThatRedisHangs(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	next, _ := watch(b, url.Values{"whole": {"1"}})
	for next("health").data.Redis != "" { // on a busy machine
	}
	b.Redis.Pause(t)
	if why := next("health").data.Redis; why != "no answer from Redis" {
		t.Errorf("it says %q", why)
	}
	b.Redis.Resume(t)
	for next("health").data.Redis != "" {
	}
}

func TestBoardStreamsWhoseClocksAreOff(t *testing.T) {
	t.Parallel()
	peers := newPeers()
	b := newBoardOf(t, peers)
	next, _ := watch(b, nil)
	if got := next("clocks").list; got != "[]" {
		t.Errorf("at first: %s", got)
	}
	for _, beat := range []store.Beat{
		{Process: "p1", Zones: "2026f", Role: store.RoleDecides, Name: "shop-1", Clock: string(clock.Right)},
		{Process: "p2", Zones: "2026f", Role: store.RoleDecides, Name: "shop-2", Clock: string(clock.Wrong), Ahead: 300},
	} {
		if _, _, err := b.Store.Beat(t.Context(), beat, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	peers.Meet(t.Context(), b.Store)
	webtest.SameJSON(t, next("clocks").list, fmt.Sprintf(`[
		{"process": "p2", "zones": "2026f", "role": "decides", "name": "shop-2", "clock": %q, "ahead_seconds": 300}]`, clock.Wrong))
}

func TestBoardStreamSurvivesRedis(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	next, _ := watch(b, url.Values{"id": {"acme"}})
	next("rows")
	next("destinations")
	b.Redis.Stop(t) // and nothing that the page shows is due
	if e := next("trouble"); !strings.Contains(e.data.Detail, "Redis does not answer") {
		t.Errorf("got %+v", e)
	}
	b.Redis.Restart(t)
	if got := next("rows").rows(); got != "acme gone" { // it keeps nothing
		t.Errorf("got %q", got)
	}
}

func TestBoardStreamsLeaveNothingBehind(t *testing.T) {
	b := newBoard(t)
	before := goleak.IgnoreCurrent()
	for range 3 {
		next, end := watch(b, url.Values{"id": {"acme"}})
		next("rows")
		next("destinations")
		end()
	}
	b.Server.CloseClientConnections()
	goleak.VerifyNone(t, before)
}

// TestAskingForTheHeadOfTheStreamTakesNoPlace asks more often than there are places.
func TestAskingForTheHeadOfTheStreamTakesNoPlace(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	for range 210 {
		if a := b.Want(http.StatusOK, webtest.Request{}, "HEAD", "/board/events?id=acme", ""); a.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("it is %q", a.Header.Get("Content-Type"))
		}
		b.Pass(time.Second) // not too often in one
	}
	next, _ := watch(b, url.Values{"id": {"acme"}})
	next("rows")
}

func TestBoardFollowsNothingForNobody(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	conn, err := net.Dial("tcp", b.Server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /board/events?id=acme HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	redistest.Wait(t, "the stream is there", func() bool { return followers(b) == 1 })
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	redistest.Wait(t, "nobody follows any more", func() bool { return followers(b) == 0 })
}

// followers is how many connections follow changes.
func followers(b *webtest.Bundle) int64 {
	b.Helper()
	n, err := b.Redis.Client(b.T).PubSubNumSub(b.Context(), "deskbell:changed").Result()
	if err != nil {
		b.Fatal(err)
	}
	return n["deskbell:changed"]
}

// TestNobodyTakesAllStreamsOfTheBoard opens them with one key, and then one with another.
func TestNobodyTakesAllStreamsOfTheBoard(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	one, two := b.Key(edit.Key{Name: "one", ReadOnly: true}), b.Key(edit.Key{Name: "two", ReadOnly: true})
	open := func(key string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.Server.URL+"/board/events?id=acme", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		res, err := b.Server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res.StatusCode
	}
	for i := range 50 {
		if code := open(one); code != http.StatusOK {
			t.Fatalf("stream %d: %d", i, code)
		}
	}
	if code := open(one); code != http.StatusServiceUnavailable {
		t.Errorf("one more of the same key: %d", code)
	}
	if code := open(two); code != http.StatusOK {
		t.Errorf("another key: %d", code)
	}
}
