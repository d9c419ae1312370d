package web_test

import (
	"bytes"
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
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestMain(m *testing.M) {
	redistest.AtOnce(8)
	quiet, _ := logtest.NewNullLogger() // go-redis says much while Redis is away
	redis.SetLogger(&jobs.RedisLog{Log: quiet, Now: time.Now})
	os.Exit(m.Run())
}

// bundle is a server over a Redis of its own, with a clock that starts on a Monday
// morning at half past eight and stands still unless it is moved.
type bundle struct {
	*testing.T
	server *httptest.Server
	redis  *redistest.Server
	client *jobs.Client
	keys   jobs.Keys
	logged *logtest.Hook
	clock  atomic.Int64 // seconds since then
}

var monday = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC) // constant

func (b *bundle) now() time.Time { return monday.Add(time.Duration(b.clock.Load()) * time.Second) }

// pass moves the clock.
func (b *bundle) pass(d time.Duration) { b.clock.Add(int64(d / time.Second)) }

func newBundle(t *testing.T, change ...func(*bundle, *web.Config)) *bundle {
	t.Helper()
	b := &bundle{T: t, redis: redistest.Start(t)}
	rdb := b.redis.Client(t)
	store, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 7, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	var log *logrus.Logger
	log, b.logged = logtest.NewNullLogger()
	log.SetLevel(logrus.DebugLevel)
	b.client = jobs.NewClient(jobs.ClientConfig{Store: store, Redis: rdb, Partitions: 1, Now: b.now, TimeZone: time.UTC})
	b.keys = jobs.Keys{Store: store, Now: b.now}
	served := api.New(api.Config{Client: b.client, Now: b.now, Log: log})
	c := web.Config{Keys: b.keys, Now: b.now, Log: log, Loopback: true, API: served.Handlers, Docs: served.Docs}
	for _, f := range change {
		f(b, &c)
	}
	b.server = httptest.NewServer(web.New(c))
	t.Cleanup(b.server.Close)
	return b
}

// key adds a key and gives its secret.
func (b *bundle) key(k jobs.Key) string {
	b.Helper()
	secret, err := b.keys.Add(b.Context(), k)
	if err != nil {
		b.Fatal(err)
	}
	b.pass(5 * time.Second) // those in memory are read again
	return secret
}

// request is one to a bundle's server. The zero value of a field is the usual one.
type request struct {
	key     string
	basic   bool
	host    string
	headers map[string]string
}

// answer is what came back.
type answer struct {
	code   int
	header http.Header
	body   string
}

func (b *bundle) send(r request, method, path, body string) answer {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Host = r.host
	if r.basic {
		req.SetBasicAuth("anybody", r.key)
	} else if r.key != "" {
		req.Header.Set("Authorization", "Bearer "+r.key)
	}
	for name, value := range r.headers {
		req.Header.Set(name, value)
	}
	res, err := b.server.Client().Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, strings.TrimSpace(string(text))}
}

// do sends a request without a key.
func (b *bundle) do(method, path, body string) answer {
	b.Helper()
	return b.send(request{}, method, path, body)
}

// want sends a request, and fails the test unless the answer has a status. Every
// error has to be a problem.
func (b *bundle) want(code int, r request, method, path, body string) answer {
	b.Helper()
	a := b.send(r, method, path, body)
	if a.code != code {
		b.Errorf("%s %s %.200s: %d %s, want %d", method, path, body, a.code, a.body, code)
	}
	if a.code >= 400 && method != http.MethodHead {
		a.problem(b)
	}
	return a
}

// problemBody is an error as RFC 9457 has it.
type problemBody struct {
	Title, Detail string
	Status        int
	Errors        []struct {
		Location, Message string
		Value             any
	}
}

func (a answer) problem(t testing.TB) problemBody {
	t.Helper()
	var p problemBody
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Status != a.code || p.Title == "" ||
		a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d, %s: no problem: %s (%v)", a.code, a.header.Get("Content-Type"), a.body, err)
	}
	return p
}

// locations are the places of its faults.
func (p problemBody) locations() []string {
	var all []string
	for _, e := range p.Errors {
		all = append(all, e.Location)
	}
	return all
}

func etag(tag string) request { return request{headers: map[string]string{"If-Match": tag}} }

func sameJSON(t testing.TB, got, want string) {
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

// says tells whether something of that text was logged.
func (b *bundle) says(text string) bool {
	for _, e := range b.logged.AllEntries() {
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

func with(r request, headers map[string]string) request {
	r.headers = maps.Clone(headers)
	return r
}
