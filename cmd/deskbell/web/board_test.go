package web_test

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

	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/board"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// newBoard is a bundle with a board, and two shops in it.
func newBoard(t *testing.T) *bundle {
	t.Helper()
	b := newBundle(t, func(b *bundle, c *web.Config) {
		handler := board.New(board.Config{Client: b.client, Now: c.Now, Log: c.Log})
		c.Private = map[string]http.Handler{"GET /{$}": handler, "/board/": handler}
	})
	b.define(`{"properties": {
		"acme": {"name": "ACME <b>shop</b>", "schedule": {"weekly": {"daily": "09:00-12:00"}}, "agents": ["lea"]},
		"bakery": {"schedule": {"weekly": {"daily": "05:00-13:00"}}}},
		"agents": {"lea": {"name": "Léa", "notify": {"on": ["hours_started"], "via": ["ntfy://secret@ntfy.sh/lea"]}}},
		"destinations": {"crm": {"type": "redis_stream"}}}`)
	return b
}

func (b *bundle) define(text string) {
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
	steps, err := b.client.Plan(b.Context(), defs)
	if err == nil {
		err = b.client.Apply(b.Context(), steps, nil)
	}
	if err != nil {
		b.Fatal(err)
	}
}

func TestBoardServesItsPage(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	for path, kind := range map[string]string{
		"/": "text/html", "/board/board.css": "text/css", "/board/board.js": "text/javascript", "/board/override.js": "text/javascript",
		"/board/row.js": "text/javascript", "/board/words.js": "text/javascript", "/board/icon.svg": "image/svg+xml",
	} {
		got := b.want(http.StatusOK, request{}, "GET", path, "")
		if !strings.HasPrefix(got.header.Get("Content-Type"), kind) {
			t.Errorf("%s is %s", path, got.header.Get("Content-Type"))
		}
		if csp := got.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy is %q", path, csp)
		}
		again := request{headers: map[string]string{"If-None-Match": got.header.Get("ETag")}}
		b.want(http.StatusNotModified, again, "GET", path, "")
	}
	b.want(http.StatusNotFound, request{}, "GET", "/board/none", "")
	b.want(http.StatusNotFound, request{}, "GET", "/none", "")
	b.want(http.StatusMethodNotAllowed, request{}, "POST", "/board/properties", "")
}

// TestBoardNamesNobodyElse reads the files of the page for addresses, and for what the
// Content-Security-Policy would refuse.
func TestBoardNamesNobodyElse(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("board/*.*s*")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
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
	got := b.want(http.StatusOK, request{}, "GET", "/board/properties", "")
	var page jobs.BoardPage
	if err := json.Unmarshal([]byte(got.body), &page); err != nil || len(page.Properties) != 2 || page.Next != "" {
		t.Fatalf("%s, %v", got.body, err)
	}
	if strings.Contains(got.body, "secret") || strings.Contains(got.body, "<b>") {
		t.Errorf("it tells too much: %s", got.body)
	}
	if got := b.want(http.StatusOK, request{}, "GET", "/board/properties?search=BAKE", ""); strings.Contains(got.body, "acme") || !strings.Contains(got.body, "bakery") {
		t.Errorf("searched: %s", got.body)
	}
	b.want(http.StatusBadRequest, request{}, "GET", "/board/properties?cursor=x", "")
	b.want(http.StatusBadRequest, request{}, "GET", "/board/properties?search="+strings.Repeat("x", 201), "")
	b.want(http.StatusBadRequest, request{}, "GET", "/board/events?"+strings.Repeat("id=x&", 301), "")
	sameJSON(t, b.want(http.StatusOK, request{}, "GET", "/board/recent", "").body, `[]`)
	sameJSON(t, b.want(http.StatusOK, request{}, "GET", "/board/destinations", "").body, `[{"name": "crm", "type": "redis_stream", "state": "ok"}]`)
	b.redis.Stop(t)
	if p := b.want(http.StatusServiceUnavailable, request{}, "GET", "/board/properties", "").problem(t); !strings.Contains(p.Detail, "Redis does not answer") {
		t.Errorf("without Redis: %+v", p)
	}
}

// event is one message of a stream.
type event struct {
	name string
	data struct {
		Properties []jobs.BoardState
		Detail     string
	}
}

// watch follows the board as a browser does, and gives a function for the next event
// of a name, and one that ends it.
func (b *bundle) watch(query url.Values) (next func(name string) event, end func()) {
	b.Helper()
	ctx, end := context.WithCancel(b.Context())
	b.Cleanup(end)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.server.URL+"/board/events?"+query.Encode(), http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	res, err := b.server.Client().Do(req)
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
		stop := time.AfterFunc(redistest.Patience, end)
		defer stop.Stop()
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
		case key == "data" && e.name != "recent" && e.name != "destinations":
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
	b.clock.Store(30*60 - 1) // a second before nine
	next, _ := b.watch(url.Values{"id": {"acme", "bakery"}, "whole": {"1"}})
	want := func(row string) { // among others: while no worker decides, all is as of now
		t.Helper()
		for !strings.Contains(next("rows").rows(), row) {
		}
	}
	want("acme offline, bakery online")
	next("destinations")
	b.pass(time.Second)
	want("acme online") // by the clock alone: nobody has written anything

	if _, err := b.client.SetOverride(t.Context(), "acme", &hours.Override{From: b.now(), Until: b.now().Add(2 * time.Second)}); err != nil {
		t.Fatal(err)
	}
	want("acme offline")
	b.pass(2 * time.Second)
	want("acme online")

	b.define(`{"properties": {"acme": {"schedule": "closed"}, "new": {}}}`)
	want("bakery gone")
	b.define(`{"properties": {"acme": {"schedule": "closed"}, "newer": {}}}`)
	next("list")
}

func TestBoardStreamSurvivesRedis(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	next, _ := b.watch(url.Values{"id": {"acme"}})
	next("rows")
	next("destinations")
	b.redis.Stop(t) // and nothing that the page shows is due
	if e := next("trouble"); !strings.Contains(e.data.Detail, "Redis does not answer") {
		t.Errorf("got %+v", e)
	}
	b.redis.Restart(t)
	if got := next("rows").rows(); got != "acme gone" { // it keeps nothing
		t.Errorf("got %q", got)
	}
}

func TestBoardStreamsLeaveNothingBehind(t *testing.T) {
	b := newBoard(t)
	before := goleak.IgnoreCurrent()
	for range 3 {
		next, end := b.watch(url.Values{"id": {"acme"}})
		next("rows")
		next("destinations")
		end()
	}
	b.server.CloseClientConnections()
	goleak.VerifyNone(t, before)
}

// TestAskingForTheHeadOfTheStreamTakesNoPlace asks more often than there are places.
func TestAskingForTheHeadOfTheStreamTakesNoPlace(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	for range 210 {
		if a := b.want(http.StatusOK, request{}, "HEAD", "/board/events?id=acme", ""); a.header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("it is %q", a.header.Get("Content-Type"))
		}
		b.pass(time.Second) // not too often in one
	}
	next, _ := b.watch(url.Values{"id": {"acme"}})
	next("rows")
}

func TestBoardFollowsNothingForNobody(t *testing.T) {
	t.Parallel()
	b := newBoard(t)
	conn, err := net.Dial("tcp", b.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /board/events?id=acme HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	redistest.Wait(t, "the stream is there", func() bool { return b.followers() == 1 })
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	redistest.Wait(t, "nobody follows any more", func() bool { return b.followers() == 0 })
}

// followers is how many connections follow what is written.
func (b *bundle) followers() int64 {
	b.Helper()
	n, err := b.redis.Client(b.T).PubSubNumSub(b.Context(), "deskbell:changed").Result()
	if err != nil {
		b.Fatal(err)
	}
	return n["deskbell:changed"]
}
