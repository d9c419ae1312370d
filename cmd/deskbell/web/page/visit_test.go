package page_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// The record of a visitor with two messages.
const visitState = `{"visit": {"visits": [{"id": "s1", "arrived": "2026-11-23T09:00:00Z"}]}, "told": [
	{"specversion":"1.0","id":"m1","type":"message.send","source":"deskbell","time":"2026-11-23T09:00:01Z","data":{"visit":"s1","text":"Hello"}},
	{"specversion":"1.0","id":"m2","type":"message.send","source":"deskbell","time":"2026-11-23T09:00:02Z","data":{"chat":"c1","text":"Still there"}}]}`

// visitor writes the record of the visitor v1.
func (s *site) visitor(state string) {
	s.Helper()
	v := store.VisitorSubject("acme", "v1")
	_, err := s.store.Commit(s.Context(), []store.Change{{
		Subject: v, NewRev: 1, State: []byte(state), At: nine(), Actions: []store.Outgoing{{Body: []byte("{}"), To: []string{}}},
	}})
	s.must(err)
}

func (s *site) visitURL(rest string) string {
	return strings.TrimSuffix(s.url, "properties/") + "visits/" + rest
}

func TestVisitStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	address := s.visitURL("s1/stream?property=acme&visitor=v1")
	stream, guessed := s.openAt(address), s.openAt(s.visitURL("s2/stream?property=acme&visitor=v1"))
	if first := stream.next(); len(first.retry) != 4 || first.data != "" {
		t.Errorf("before anything was said: %+v", first)
	}
	s.visitor(visitState)
	for i, want := range []string{`"text":"Hello"`, `"text":"Still there"`} {
		if e := stream.next(); e.name != "action" || !strings.Contains(e.data, want) || !strings.Contains(e.data, `"id":"`+e.id+`"`) {
			t.Errorf("event %d: %+v", i, e)
		}
	}
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"} {
		if got := stream.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	again := s.openAt(address, "Last-Event-ID", "m1")
	again.next()
	if e := again.next(); e.id != "m2" {
		t.Errorf("after m1: %+v", e)
	}
	guessed.next()
	select {
	case line := <-guessed.lines:
		t.Errorf("a visit that the visitor does not have is told %q", line)
	default:
	}
}

// TestAVisitIsFollowedByItsTokenOrAKey has keys: guessing the id of a visit shows nothing. Neither ids nor tokens are in a log.
func TestAVisitIsFollowedByItsTokenOrAKey(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key, err := s.keys.Add(t.Context(), edit.Key{Name: "one", ReadOnly: true, Properties: []string{"acme"}})
	s.must(err)
	others, err := s.keys.Add(t.Context(), edit.Key{Name: "other", Properties: []string{"always"}})
	s.must(err)
	public := s.publish()
	token := func(property, visitor string) string {
		text, _, err := s.tokens.Make(t.Context(), property, visitor)
		s.must(err)
		return "&token=" + text
	}
	s.visitor(strings.ReplaceAll(visitState, `"s1"`, `"CAPABILITY"`))
	const acme = "CAPABILITY/stream?property=acme&visitor=v1"
	for _, c := range []struct {
		name, path, key string
		status          int
	}{
		{"nobody", acme, "", 401},
		{"a wrong key", acme, "dbk_x", 401},
		{"a key of another property", acme, others, 403},
		{"a publishable key", acme, strings.TrimPrefix(public, "?key="), 403},
		{"a publishable key in the address", acme + "&" + public[1:], "", 401},
		{"no token", acme + "&token=", "", 401},
		{"another visitor's token", acme + token("acme", "v2"), "", 401},
		{"another visitor's token beside a key", acme + token("acme", "v2"), key, 401},
		{"a token of another property", acme + token("always", "v1"), "", 401},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.visitURL(c.path), http.NoBody)
		s.must(err)
		if c.key != "" {
			r.Header.Set("Authorization", "Bearer "+c.key)
		}
		response, err := http.DefaultClient.Do(r)
		s.must(err)
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s: %s", c.name, response.Status)
		}
	}
	guessed := s.openAt(s.visitURL("GUESSED/stream?property=acme&visitor=v1" + token("acme", "v1")))
	guessed.next()
	for _, told := range []*streamReader{
		s.openAt(s.visitURL(acme + token("acme", "v1"))), s.openAt(s.visitURL(acme), "Authorization", "Bearer "+key),
		s.openAt(strings.Replace(s.visitURL(acme+token("acme", "v1")), "/visits/", "/%76isits/", 1)),
	} {
		told.next()
		if e := told.next(); e.id != "m1" {
			t.Errorf("told %+v", e)
		}
	}
	select {
	case line := <-guessed.lines: // which was looked up before
		t.Errorf("a visit that the visitor does not have is told %q", line)
	default:
	}
	s.server.CloseClientConnections()
	redistest.Wait(t, "all are logged", func() bool { return len(s.logged.AllEntries()) >= 13 })
	for _, e := range s.logged.AllEntries() {
		line, err := e.String()
		for _, secret := range []string{"CAPABILITY", "GUESSED", "token=", key, "pk_"} {
			if err != nil || strings.Contains(line, secret) {
				t.Errorf("logged: %s%v", line, err)
			}
		}
	}
}

// TestAStreamEndsWithItsVisitor erases two visitors: a page of another one goes on, and so does the page of one whose record was not kept any
// longer.
func TestAStreamEndsWithItsVisitor(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	open := func(visitor string) (both [2]*streamReader) {
		token, _, err := s.tokens.Make(t.Context(), "acme", visitor)
		s.must(err)
		address := fmt.Sprintf("stream%s&token=%s&visit=%s.s1", key, token, visitor)
		both[0] = s.openAt(s.pageURL(address), "Origin", origin)
		both[1] = s.openAt(s.visitURL(fmt.Sprintf("%s.s1/stream?property=acme&visitor=%[1]s&token=%s", visitor, token)))
		return both
	}
	erase := func(visitor string) {
		s.must(s.store.MarkErased(t.Context(), "acme", visitor, s.now().Add(time.Second), time.Hour))
	}
	record := func(visitor string, change store.Change) {
		change.Subject, change.At = store.VisitorSubject("acme", visitor), s.now()
		lost, err := s.store.Commit(t.Context(), []store.Change{change})
		if s.must(err); len(lost) > 0 {
			t.Fatalf("lost: %v", lost)
		}
	}
	state := func(visitor string) []byte { return []byte(strings.ReplaceAll(visitState, `"s1"`, `"`+visitor+`.s1"`)) }
	next := func(readers [2]*streamReader, id string) {
		t.Helper()
		for _, r := range readers {
			if got := r.action(); got != id {
				t.Errorf("got %q, want %q", got, id)
			}
		}
	}
	heard := []store.Outgoing{{Body: []byte("{}"), To: []string{}}} // so that it is followed
	gone, again, other := open("gone"), open("again"), open("other")
	for _, v := range []string{"gone", "other"} {
		record(v, store.Change{NewRev: 1, State: state(v), Actions: heard})
	}
	for _, id := range []string{"m1", "m2"} {
		next(gone, id)
		next(other, id)
	}
	erase("gone")
	record("gone", store.Change{Rev: 1, Remove: true})
	record("other", store.Change{Rev: 1, Remove: true})
	next(gone, "")
	erase("again")
	record("again", store.Change{NewRev: 1, State: state("again"), Actions: heard}) // of what is said after the erasure the page hears nothing
	next(again, "")
	record("other", store.Change{NewRev: 2, State: []byte(strings.ReplaceAll(string(state("other")), `"m2"`, `"m3"`)), Actions: heard})
	next(other, "m1")
	next(other, "m3")
}

func TestVisitsAnswerAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	b := &webtest.Bundle{T: t, Server: s.server}
	d := b.Document()
	const path = "/v1/visits/{visit}/stream"
	if needs, ok := webtest.Part(d.Root, "paths", path, "get", "security").([]any); !ok || len(needs) != 2 {
		t.Errorf("it needs %v", needs)
	}
	s.visitor(visitState)
	told := s.openAt(s.visitURL("s1/stream?property=acme&visitor=v1"))
	told.next()
	d.Check("/components/schemas/VisitAction", told.next().data)
	for code, query := range map[int]string{400: "", 404: "?property=none&visitor=v1"} {
		a := b.Want(code, webtest.Request{}, "GET", "/v1/visits/s1/stream"+query, "")
		d.Check(fmt.Sprintf("/paths/%s/get/responses/%d/content/application~1problem+json/schema", webtest.Escaped(path), code), a.Body)
	}
	page := b.Want(200, webtest.Request{}, "GET", "/docs", "").Body
	for _, says := range []string{"t1/stream?property=acme&amp;visitor=v1", "VisitAction", "Last-Event-ID"} {
		if !strings.Contains(page, says) {
			t.Errorf("the page for people does not say %q", says)
		}
	}
}

func TestVisitStreamRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	for _, c := range []struct {
		name, method, path string
		status             int
		says               string
	}{
		{"no visitor", "GET", "s1/stream?property=acme", 400, `visitor\" is missing`},
		{"a visitor that is none", "GET", "s1/stream?property=acme&visitor=a/b", 400, "/data/visitor"},
		{"no property", "GET", "s1/stream?visitor=v1", 400, `property\" is missing`},
		{"an unknown property", "GET", "s1/stream?property=nobody&visitor=v1", 404, "no such property"},
		{"another method", "POST", "s1/stream?property=acme&visitor=v1", 405, "use GET"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), c.method, s.visitURL(c.path), http.NoBody)
			s.must(err)
			response, err := http.DefaultClient.Do(r)
			s.must(err)
			defer response.Body.Close()
			body := new(strings.Builder)
			_ = response.Write(body)
			if response.StatusCode != c.status || !strings.Contains(body.String(), c.says) {
				t.Errorf("%s", body)
			}
		})
	}
}

func TestManyPagesOfAVisitAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	address := s.visitURL("s1/stream?property=acme&visitor=v1")
	for range 20 {
		s.openAt(address)
	}
	response, err := http.Get(address)
	s.must(err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Errorf("%s", response.Status)
	}
}
