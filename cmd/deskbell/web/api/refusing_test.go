package api_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// While Redis refuses writes, whatever would change something says so and what to do, and changes nothing; what only reads is answered;
// and a removal, which frees memory, works.
func TestARedisThatRefusesWrites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		removes bool
		remedy  string
		refuse  func(t *testing.T, b *webtest.Bundle) (end func())
	}{
		{"its memory is full", true, "its memory is full", fill},
		{"it is a replica", false, "it is a replica", func(t *testing.T, b *webtest.Bundle) func() {
			t.Helper()
			rdb := b.Redis.Client(t)
			set := func(args ...any) {
				if err := rdb.Do(t.Context(), args...).Err(); err != nil {
					t.Fatal(err)
				}
			}
			set("config", "set", "replica-serve-stale-data", "yes")
			set("replicaof", "127.0.0.1", "1")
			return func() { set("replicaof", "no", "one") }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := webtest.New(t)
			for _, path := range []string{"/v1/properties/acme", "/v1/properties/beta", "/v1/agents/lea"} {
				b.Want(201, webtest.Request{}, "PUT", path, `{"name": "One"}`)
			}
			b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/office", `"mon-fri 9-17"`)
			ready := web.RedisAnswers(b.Redis.Client(t), nil)
			redistest.Wait(t, "it takes writes", func() bool { return ready(t.Context()) == nil }) // a busy machine may not answer in time
			end := c.refuse(t, b)
			redistest.Wait(t, "readiness says that "+c.remedy, func() bool {
				err := ready(t.Context())
				return err != nil && strings.Contains(err.Error(), c.remedy)
			})
			for _, r := range []struct{ method, path, body string }{
				{"PUT", "/v1/properties/acme", `{"name": "Two"}`},
				{"PUT", "/v1/properties/new", `{}`},
				{"PUT", "/v1/agents/lea", `{"name": "Two"}`},
				{"PUT", "/v1/schedules/office", `"mon-fri 9-18"`},
				{"PUT", "/v1/destinations/crm", `{"type": "log"}`},
				{"PUT", "/v1/properties/beta/override", `{"open": false}`},
				{"POST", "/v1/events", `{"type": "visitor.arrived", "data": {"property": "acme", "visitor": "v", "visit": "s"}}`},
			} {
				got := b.Want(503, webtest.Request{}, r.method, r.path, r.body)
				if !strings.Contains(got.Problem(t).Detail, c.remedy) || got.Header.Get("Retry-After") == "" {
					t.Errorf("%s %s: %s %v", r.method, r.path, got.Body, got.Header)
				}
			}
			if got := b.Want(200, webtest.Request{}, "GET", "/v1/properties/acme", "").Body; !strings.Contains(got, "One") {
				t.Errorf("acme is %s", got)
			}
			b.Want(404, webtest.Request{}, "GET", "/v1/properties/new", "")
			if c.removes {
				for _, path := range []string{"/v1/properties/acme", "/v1/agents/lea", "/v1/schedules/office"} {
					b.Want(204, webtest.Request{}, "DELETE", path, "")
					b.Want(404, webtest.Request{}, "GET", path, "")
					b.Want(404, webtest.Request{}, "DELETE", path, "")
				}
			}
			end()
			redistest.Wait(t, "it takes writes again", func() bool { return ready(t.Context()) == nil })
			b.Want(200, webtest.Request{}, "PUT", "/v1/properties/beta/override", `{"open": false}`)
		})
	}
}

// While Redis cannot answer at all, everything says so and when to come again, and nothing says that it is a fault of ours.
func TestARedisThatCannotAnswer(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"name": "One"}`)
	b.Want(202, webtest.Request{}, "POST", "/v1/events", `{"type": "visitor.arrived", "data": {"property": "acme", "visitor": "v", "visit": "s"}}`)
	rdb := b.Redis.Client(t)
	for _, args := range [][]any{{"config", "set", "replica-serve-stale-data", "no"}, {"replicaof", "127.0.0.1", "1"}} {
		if err := rdb.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/v1/properties/acme", ""},
		{"GET", "/v1/properties", ""},
		{"PUT", "/v1/properties/acme", `{"name": "Two"}`},
		{"DELETE", "/v1/properties/acme", ""},
		{"PUT", "/v1/schedules/office", `"mon-fri 9-18"`},
		{"PUT", "/v1/properties/acme/override", `{"open": false}`},
		{"POST", "/v1/events", `{"type": "visitor.arrived", "data": {"property": "acme", "visitor": "v", "visit": "s"}}`},
	} {
		got := b.Want(503, webtest.Request{}, r.method, r.path, r.body)
		if detail := got.Problem(t).Detail; !strings.Contains(detail, "replica") && !strings.Contains(detail, "again in a moment") || got.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s: %s %v", r.method, r.path, got.Body, got.Header)
		}
	}
	redistest.Wait(t, "readiness says that it is a replica", func() bool { // a busy machine may not answer in time
		err := web.RedisAnswers(rdb, nil)(t.Context())
		return err != nil && strings.Contains(err.Error(), "it is a replica")
	})
}

// fill fills the memory of a server beyond its limit.
func fill(t *testing.T, b *webtest.Bundle) (end func()) {
	t.Helper()
	rdb := b.Redis.Client(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(rdb.Set(t.Context(), "filler", bytes.Repeat([]byte("x"), 20<<20), 0).Err())
	must(rdb.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err())
	must(rdb.ConfigSet(t.Context(), "maxmemory", "12mb").Err())
	return func() { must(rdb.Del(t.Context(), "filler").Err()) }
}
