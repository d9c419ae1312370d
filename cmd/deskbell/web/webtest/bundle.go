// Package webtest is for tests of web and the packages below it: a server over a Redis of its own, requests to it, and its
// OpenAPI document.
package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/api"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// Main is for a TestMain.
func Main(m *testing.M) {
	redistest.AtOnce(8)
	quiet, _ := logtest.NewNullLogger() // go-redis logs much while Redis is down
	redis.SetLogger(&jobs.RedisLog{Log: quiet, Now: time.Now})
	os.Exit(m.Run())
}

// Bundle is a server over a Redis of its own, with a clock that starts on a Monday
// morning at half past eight and stands still unless a test moves it.
type Bundle struct {
	*testing.T
	Server *httptest.Server
	Redis  *redistest.Server
	Client *jobs.Client
	Keys   edit.Keys
	Logged *logtest.Hook
	Events *web.EventMetrics
	Store  *redisstore.Store
	Quotas *quota.Intake // without bounds, unless a test sets some
	Shout  jobs.Notifier // of test notices; nil: no service is tried
	Clock  atomic.Int64  // seconds since then
}

// Monday is when the clock of a bundle starts.
var Monday = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC) // constant

// Now is the time of the bundle's clock.
func (b *Bundle) Now() time.Time { return Monday.Add(time.Duration(b.Clock.Load()) * time.Second) }

// Pass moves the clock.
func (b *Bundle) Pass(d time.Duration) { b.Clock.Add(int64(d / time.Second)) }

// New starts a server of the API, after some changes of its configuration. It ends with the test.
func New(t *testing.T, change ...func(*Bundle, *web.Config)) *Bundle {
	t.Helper()
	b := &Bundle{T: t, Redis: redistest.Start(t)}
	rdb := b.Redis.Client(t)
	store, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 7, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	var log *logrus.Logger
	log, b.Logged = logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	b.Client = jobs.NewClient(jobs.ClientConfig{Store: store, Redis: rdb, Partitions: 1, Now: b.Now, TimeZone: time.UTC})
	b.Keys = edit.Keys{Store: store, Now: b.Now}
	b.Events = web.NewEventMetrics()
	b.Store, b.Quotas = store, &quota.Intake{Store: store, Now: b.Now}
	served := api.New(api.Config{
		Client: b.Client, Eraser: jobs.NewEraser(store, rdb, 1, b.Now), Now: b.Now, Log: log, Events: b.Events, Quotas: b.Quotas, WorkTime: redistest.Patience,
		TestNotice: func(ctx context.Context, agent string) ([]jobs.TriedWay, error) {
			return jobs.NoticeTrial{Store: store, Notifier: b.Shout, Now: b.Now}.Try(ctx, agent)
		},
	})
	c := web.Config{Keys: b.Keys, Now: b.Now, Log: log, Loopback: true, API: served.Handlers, Docs: served.Docs, Linked: served.Linked, Links: edit.Links{Store: store, Now: b.Now}}
	for _, f := range change {
		f(b, &c)
	}
	b.Server = httptest.NewServer(web.New(c))
	t.Cleanup(b.Server.Close)
	return b
}

// Key adds a key and gives its secret.
func (b *Bundle) Key(k edit.Key) string {
	b.Helper()
	secret, err := b.Keys.Add(b.Context(), k)
	if err != nil {
		b.Fatal(err)
	}
	b.Pass(5 * time.Second) // those in memory are read again
	return secret
}

// Request is one to a bundle's server. The zero value of a field is the usual one.
type Request struct {
	Key     string
	Basic   bool
	Host    string
	Headers map[string]string
}

// Answer is the answer to a request.
type Answer struct {
	Code   int
	Header http.Header
	Body   string
}

// Send sends a request, and fails the test when no answer comes.
func (b *Bundle) Send(r Request, method, path, body string) Answer {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.Server.URL+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Host = r.Host
	if r.Basic {
		req.SetBasicAuth("anybody", r.Key)
	} else if r.Key != "" {
		req.Header.Set("Authorization", "Bearer "+r.Key)
	}
	for name, value := range r.Headers {
		req.Header.Set(name, value)
	}
	res, err := b.Server.Client().Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return Answer{res.StatusCode, res.Header, strings.TrimSpace(string(text))}
}

// Do sends a request without a key.
func (b *Bundle) Do(method, path, body string) Answer {
	b.Helper()
	return b.Send(Request{}, method, path, body)
}

// Want sends a request, and fails the test unless the answer has a status. Every
// error has to be a problem.
func (b *Bundle) Want(code int, r Request, method, path, body string) Answer {
	b.Helper()
	a := b.Send(r, method, path, body)
	if a.Code != code {
		b.Errorf("%s %s %.200s: %d %s, want %d", method, path, body, a.Code, a.Body, code)
	}
	if a.Code >= 400 && method != http.MethodHead {
		a.Problem(b)
	}
	return a
}

// ProblemBody is an error as RFC 9457 has it.
type ProblemBody struct {
	Title, Detail string
	Status        int
	Errors        []struct {
		Location, Message string
		Value             any
	}
}

// Problem reads an answer that is an error.
func (a Answer) Problem(t testing.TB) ProblemBody {
	t.Helper()
	var p ProblemBody
	if err := json.Unmarshal([]byte(a.Body), &p); err != nil || p.Status != a.Code || p.Title == "" ||
		a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d, %s: no problem: %s (%v)", a.Code, a.Header.Get("Content-Type"), a.Body, err)
	}
	return p
}

// Locations are the places of its faults.
func (p ProblemBody) Locations() []string {
	var all []string
	for _, e := range p.Errors {
		all = append(all, e.Location)
	}
	return all
}

// Etag is a request with If-Match.
func Etag(tag string) Request { return Request{Headers: map[string]string{"If-Match": tag}} }

// SameJSON fails the test unless two texts are the same JSON.
func SameJSON(t testing.TB, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Error(diff)
	}
}

// Says reports whether a logged line has a text.
func (b *Bundle) Says(text string) bool {
	for _, e := range b.Logged.AllEntries() {
		line, err := e.Bytes()
		if err != nil {
			b.Fatal(err)
		}
		if bytes.Contains(line, []byte(text)) {
			return true
		}
	}
	return false
}

// With is a request with other headers.
func With(r Request, headers map[string]string) Request {
	r.Headers = maps.Clone(headers)
	return r
}
