package page_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

const origin = "https://acme.example"

// publish makes a key for pages of acme, and gives it as a query.
func (s *site) publish() string {
	s.Helper()
	key, err := s.keys.Add(s.Context(), edit.Key{Name: "site", Properties: []string{"acme"}, Origins: []string{origin}})
	s.must(err)
	return "?key=" + key
}

func (s *site) pageURL(rest string) string { return s.server.URL + "/v1/page/" + rest }

// received is the answer to a page.
type received struct {
	status                                int
	header                                http.Header
	body                                  string
	Token, Visitor, Visit, Chat, Identity string
	Problem                               string `json:"identity_problem"`
	Counts                                struct{ Taken, Refused int }
	Results                               []struct {
		Status string
		ID     string
		Errors []struct{ Message, Location string }
	}
}

// post sends a page's body; headers are names and values in turn.
func (s *site) post(query, body string, headers ...string) (got received) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.pageURL("events"+query), strings.NewReader(body))
	s.must(err)
	r.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	r.Header.Set("Origin", origin)
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Del(headers[i]); headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return s.received(r)
}

func (s *site) received(r *http.Request) (got received) {
	s.Helper()
	response, err := http.DefaultClient.Do(r)
	s.must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	s.must(err)
	got.status, got.header, got.body = response.StatusCode, response.Header, string(body)
	if len(body) > 0 {
		s.must(json.Unmarshal(body, &got))
	}
	return got
}

const arrival = `{"type": "visitor.arrived", "data": {"page": {"url": "https://acme.example/"}}}`

func TestAPageSpeaksForAVisitorOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	first := s.post(key, `{"events": [`+arrival+`, {"type": "chat.requested", "data": {"text": "Hello?"}}, {"type": "chat.message", "data": {"text": "Anybody?"}}]}`)
	if first.status != http.StatusAccepted || first.Counts.Taken != 3 || first.Token == "" || first.Visitor == "" {
		t.Fatalf("%+v", first)
	}
	for _, id := range []string{first.Visit, first.Chat} {
		if !strings.HasPrefix(id, first.Visitor+".") {
			t.Errorf("%s is not of %s", id, first.Visitor)
		}
	}
	for name, want := range map[string]string{"Access-Control-Allow-Origin": origin, "Vary": "Origin", "Cache-Control": "no-store", "Access-Control-Allow-Credentials": ""} {
		if got := first.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	again := s.post(key, fmt.Sprintf(`{"token": %q, "visit": %q, "events": [
		{"type": "page.viewed", "data": {"property": "acme", "visitor": %q, "page": {"url": "https://acme.example/b"}}},
		{"type": "chat.message", "data": {"chat": %q, "from": "visitor", "text": "Still there?"}},
		{"type": "visitor.left"}]}`, first.Token, first.Visit, first.Visitor, first.Chat), "Content-Type", "application/json")
	if again.status != http.StatusAccepted || again.Counts.Taken != 3 || again.Visitor != first.Visitor || again.Visit != first.Visit || again.Chat != "" {
		t.Fatalf("%+v", again)
	}
	other := s.post(key, `{"events": [`+arrival+`]}`)
	if other.Visitor == first.Visitor || other.Visit == first.Visit {
		t.Errorf("two visitors are one: %+v", other)
	}
	s.must(s.store.MarkErased(t.Context(), "acme", "", s.now().Add(time.Minute), time.Hour)) // by a clock that is ahead
	nobody := s.post(key, `{"events": []}`)
	if nobody.status != http.StatusAccepted || nobody.Token == "" {
		t.Errorf("a page that only asks for a token: %+v", nobody)
	}
	if old, fresh := s.post(key, fmt.Sprintf(`{"token": %q, "events": []}`, first.Token)), s.post(key, fmt.Sprintf(`{"token": %q, "events": []}`, nobody.Token)); old.status != http.StatusUnauthorized || fresh.status != http.StatusAccepted {
		t.Errorf("all visitors were erased: %d %d", old.status, fresh.status)
	}
}

func TestAPageSpeaksForNobodyElse(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	me, other := s.post(key, `{"events": [`+arrival+`]}`), s.post(key, `{"events": [`+arrival+`, {"type": "chat.requested"}]}`)
	for name, data := range map[string]string{
		"/data/property": `"type": "visitor.arrived", "data": {"property": "always"}`,
		"/data/visitor":  fmt.Sprintf(`"type": "visitor.arrived", "data": {"visitor": %q}`, other.Visitor),
		"/data/visit":    fmt.Sprintf(`"type": "visitor.arrived", "data": {"visit": %q}`, other.Visit),
		"/data/chat":     fmt.Sprintf(`"type": "chat.message", "data": {"chat": %q, "text": "Me"}`, other.Chat),
		"/data/from":     fmt.Sprintf(`"type": "chat.message", "data": {"chat": "%s.c", "from": "agent", "text": "Me"}`, me.Visitor),
		"/type":          fmt.Sprintf(`"type": "chat.ended", "data": {"chat": "%s.c"}`, me.Visitor),
		"/data/text":     `"type": "visitor.arrived", "data": {"text": "?"}`,
		"/data":          `"type": "visitor.arrived", "data": []`,
	} {
		body := fmt.Sprintf(`{"token": %q, "events": [{%s}]}`, me.Token, data)
		if got := s.post(key, body); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, `"location":"`+name+`"`) || got.header.Get("Access-Control-Allow-Origin") != origin {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	beside := s.post(key, fmt.Sprintf(`{"token": %q, "events": [{"type": "agent.active", "data": {"agent": "lea"}}, %s, 5]}`, me.Token, arrival))
	if beside.status != http.StatusAccepted || beside.Counts.Taken != 1 || beside.Counts.Refused != 2 || beside.Results[1].Status != "taken" {
		t.Errorf("%+v", beside)
	}
	for name, in := range map[string]string{
		"no token":        fmt.Sprintf(`{"visit": %q, "events": []}`, me.Visit),
		"a wrong token":   `{"token": "x.y.z", "events": []}`,
		"another's visit": fmt.Sprintf(`{"token": %q, "visit": %q, "events": []}`, me.Token, other.Visit),
		"a changed token": fmt.Sprintf(`{"token": %q, "events": []}`, other.Visitor+strings.TrimPrefix(me.Token, me.Visitor)),
	} {
		if got := s.post(key, in); got.status != http.StatusUnauthorized || got.header.Get("Access-Control-Allow-Origin") != origin {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestPagesAnswerAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	d := (&webtest.Bundle{T: t, Server: s.server}).Document()
	const path = "/paths/~1v1~1page~1events/post/responses/"
	d.Check("/components/schemas/PageAnswer", s.post(key, `{"events": [`+arrival+`, {"type": "chat.requested"}, 5]}`).body)
	d.Check(path+"422/content/application~1problem+json/schema", s.post(key, `{"events": [5]}`).body)
	d.Check(path+"400/content/application~1problem+json/schema", s.post(key, `{`).body)
	d.Check(path+"401/content/application~1problem+json/schema", s.post(key, `{"token": "x", "events": []}`).body)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+"/v1/visitors/acme/u17/token", http.NoBody)
	s.must(err)
	named := s.received(r)
	d.Check("/paths/~1v1~1visitors~1{id}~1{visitor}~1token/post/responses/200/content/application~1json/schema", named.body)
	if again := s.post(key, fmt.Sprintf(`{"token": %q, "events": []}`, named.Token)); again.Visitor != "u17" {
		t.Errorf("%+v", again)
	}
}

func TestAPageIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	full, err := s.keys.Add(t.Context(), edit.Key{Name: "full"})
	s.must(err)
	const none = `{"events": []}`
	many := `{"events": [` + strings.TrimSuffix(strings.Repeat(arrival+",", 21), ",") + `]}`
	for name, c := range map[string]struct {
		query, body, origin string
		status              int
	}{
		"another origin":         {key, none, "https://evil.example", 403},
		"an origin that ends so": {key, none, "https://not-acme.example", 403},
		"another scheme":         {key, none, "http://acme.example", 403},
		"another port":           {key, none, origin + ":8443", 403},
		"no origin":              {key, none, "", 403},
		"null":                   {key, none, "null", 403},
		"no key":                 {"", none, origin, 403},
		"a wrong key":            {key + "x", none, origin, 403},
		"a server's key":         {"?key=" + full, none, origin, 403},
		"no JSON":                {key, `{"events": [`, origin, 400},
		"more after it":          {key, none + "1", origin, 400},
		"another key":            {key, `{"event": []}`, origin, 400},
		"too many events":        {key, many, origin, 413},
		"too many bytes":         {key, `{"events": [], "visit": "` + strings.Repeat("x", 16<<10) + `"}`, origin, 413},
	} {
		got := s.post(c.query, c.body, "Origin", c.origin)
		if allowed := got.header.Get("Access-Control-Allow-Origin"); got.status != c.status || (allowed == "") != (c.status == 403) {
			t.Errorf("%s: %d, allowed %q: %s", name, got.status, allowed, got.body)
		}
	}
}

func TestPreflightsAreKept(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	ask := func(from string) received {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, s.pageURL("events"+key), http.NoBody)
		s.must(err)
		r.Header.Set("Origin", from)
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "content-type")
		return s.received(r)
	}
	got := ask(origin)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "7200", "Vary": "Origin",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q", name, got.header.Get(name))
		}
	}
	if got.status != http.StatusNoContent || !strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("%+v", got)
	}
	if got := ask("null"); got.status != http.StatusForbidden || got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("of null: %+v", got)
	}
}

func TestATokenLivesAsLongAsTheRecord(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	got := s.post(key, `{"events": [`+arrival+`]}`)
	for day, status := range []int{202, 202, 202, 401} {
		s.offset.Add(int64(29 * 24 * time.Hour))
		if day == 3 {
			s.offset.Add(int64(48 * time.Hour))
		}
		next := s.post(key, fmt.Sprintf(`{"token": %q, "events": []}`, got.Token))
		if next.status != status || status == 202 && next.Visitor != got.Visitor {
			t.Errorf("after the month %d: %+v", day, next)
		}
		got = next
	}
}

// TestAnotherSecretEndsTokens has a Redis that has lost the secret: the process takes the new one up.
func TestAnotherSecretEndsTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	before := s.post(key, `{"events": []}`)
	s.must(s.redis.Client(t).Del(t.Context(), "deskbell:{all}:pages").Err())
	_, err := (edit.PageSecret{Store: s.store}).Load(t.Context())
	s.must(err)
	s.offset.Add(int64(2 * time.Minute))
	after := s.post(key, `{"events": []}`)
	if got := s.post(key, fmt.Sprintf(`{"token": %q, "events": []}`, before.Token)); got.status != http.StatusUnauthorized {
		t.Errorf("the token of before: %+v", got)
	}
	if got := s.post(key, fmt.Sprintf(`{"token": %q, "events": []}`, after.Token)); got.status != http.StatusAccepted {
		t.Errorf("a token of now: %+v", got)
	}
}

func TestPageStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	me := s.post(key, `{"events": [`+arrival+`]}`)
	mine := fmt.Sprintf("stream%s&token=%s&visit=%s", key, me.Token, me.Visit)
	follow := func(address string, headers ...string) *streamReader {
		reader := s.openAt(s.pageURL(address), append(headers, "Origin", origin)...)
		if clock := reader.next(); clock.name != "now" || !strings.HasPrefix(clock.data, "2026-11-23T09:0") || len(clock.retry) != 4 {
			t.Errorf("the clock: %+v", clock)
		}
		return reader
	}
	stream := follow(mine)
	if first := stream.next(); first.name != "state" || first.id != "" || !strings.Contains(first.data, `"status":"online"`) {
		t.Errorf("first: %+v", first)
	}
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Access-Control-Allow-Origin": origin, "Vary": "Origin"} {
		if got := stream.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	record := strings.ReplaceAll(visitState, `"s1"`, fmt.Sprintf("%q", me.Visit))
	v := store.VisitorSubject("acme", me.Visitor)
	_, err := s.store.Commit(t.Context(), []store.Change{{Subject: v, NewRev: 1, State: []byte(record), At: nine(), Actions: []store.Outgoing{{Body: []byte("{}"), To: []string{}}}}})
	s.must(err)
	for _, want := range []string{"m1", "m2"} {
		if e := stream.next(); e.name != "action" || e.id != want {
			t.Errorf("%+v", e)
		}
	}
	for _, again := range []*streamReader{follow(mine, "Last-Event-ID", "m1"), follow(mine + "&last=m1")} {
		again.next()
		if e := again.next(); e.id != "m2" {
			t.Errorf("after m1: %+v", e)
		}
	}
	stateOnly := follow("stream" + key)
	stateOnly.next()
	s.override("acme", false)
	for _, reader := range []*streamReader{stream, stateOnly} {
		if e := reader.next(); e.name != "state" || !strings.Contains(e.data, `"reason":"override"`) {
			t.Errorf("%+v", e)
		}
	}
	s.define(`{"properties": {"always": {}}}`)
	if e := stream.next(); e.name != "gone" {
		t.Errorf("%+v", e)
	}
}

func TestPageStreamRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	key := s.publish()
	me, other := s.post(key, `{"events": []}`), s.post(key, `{"events": []}`)
	host := strings.TrimPrefix(s.server.URL, "http://")
	_, err := s.keys.Change(t.Context(), "site", edit.Rights{Origins: []string{origin, "http://" + host}})
	s.must(err)
	s.offset.Add(int64(time.Minute)) // keys are read again
	for name, c := range map[string]struct {
		query, origin, site string
		status              int
	}{
		"another origin":            {key, "https://evil.example", "", 403},
		"null":                      {key, "null", "cross-site", 403},
		"a page of this server":     {key, "", "same-origin", 200},
		"without any header":        {key, "", "", 200},
		"no CORS from another site": {key, "", "cross-site", 403},
		"another's token":           {key + "&token=" + other.Token + "&visit=" + me.Visit, origin, "", 401},
		"a visit without a token":   {key + "&visit=" + me.Visit, origin, "", 401},
		"a token without a visit":   {key + "&token=" + me.Token, origin, "", 200},
		"a wrong token":             {key + "&token=x", origin, "", 401},
		"no key":                    {"", origin, "", 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.pageURL("stream"+c.query), http.NoBody)
		s.must(err)
		for header, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site} {
			if value != "" {
				r.Header.Set(header, value)
			}
		}
		response, err := http.DefaultClient.Do(r)
		s.must(err)
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
}

func TestAnIdentityIsTakenFromTheShopsServer(t *testing.T) {
	t.Parallel()
	s := newSite(t, nine())
	d := (&webtest.Bundle{T: t, Server: newSite(t, nine()).server}).Document() // of one without keys
	key := s.publish()
	full, err := s.keys.Add(t.Context(), edit.Key{Name: "full", Properties: []string{"acme"}})
	s.must(err)
	other, err := s.keys.Add(t.Context(), edit.Key{Name: "other", Properties: []string{"always"}})
	s.must(err)
	reader, err := s.keys.Add(t.Context(), edit.Key{Name: "reader", ReadOnly: true})
	s.must(err)
	jwt := func(header, secret string, c map[string]any) string {
		body, err := json.Marshal(c)
		s.must(err)
		return webtest.JWT(header, secret, string(body))
	}
	const hs256 = `{"alg":"HS256","typ":"JWT"}`
	at := func(d time.Duration) int64 { return s.now().Add(d).Unix() }
	for name, c := range map[string]struct{ identity, problem string }{
		"good":             {jwt(hs256, full, map[string]any{"sub": "u17", "name": "Ann", "exp": at(time.Hour)}), ""},
		"for the property": {jwt(hs256, full, map[string]any{"name": "Ann", "aud": "acme", "exp": at(time.Hour)}), ""},
		"for another":      {jwt(hs256, full, map[string]any{"name": "Ann", "aud": "always", "exp": at(time.Hour)}), "wrong_property"},
		"another's key":    {jwt(hs256, other, map[string]any{"name": "Ann", "exp": at(time.Hour)}), "wrong_key"},
		"a reader's key":   {jwt(hs256, reader, map[string]any{"name": "Ann", "exp": at(time.Hour)}), "wrong_key"},
		"the page's key":   {jwt(hs256, key[len("?key="):], map[string]any{"name": "Ann", "exp": at(time.Hour)}), "wrong_key"},
		"no end":           {jwt(hs256, full, map[string]any{"name": "Ann"}), "no_exp"},
		"too old":          {jwt(hs256, full, map[string]any{"name": "Ann", "exp": at(-time.Hour)}), "expired"},
		"for too long":     {jwt(hs256, full, map[string]any{"name": "Ann", "exp": at(48 * time.Hour)}), "lasts_too_long"},
		"nobody":           {jwt(hs256, full, map[string]any{"exp": at(time.Hour)}), "no_facts"},
		"no algorithm":     {jwt(`{"alg":"none"}`, full, map[string]any{"name": "Ann", "exp": at(time.Hour)}), "malformed"},
		"no object":        {webtest.JWT(hs256, full, "5"), "malformed"},
		"a sub of 5 KB":    {jwt(hs256, full, map[string]any{"sub": strings.Repeat("u", 5000), "exp": at(time.Hour)}), "bad_facts"},
		"no JWT":           {"Ann", "malformed"},
	} {
		got := s.post(key, fmt.Sprintf(`{"identity": %q, "events": [%s]}`, c.identity, arrival))
		want := "taken"
		if c.problem != "" {
			want = "refused"
		}
		if got.status != http.StatusAccepted || got.Identity != want || got.Problem != c.problem || got.Counts.Taken != 1 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		d.Check("/paths/~1v1~1page~1events/post/responses/202/content/application~1json/schema", got.body)
	}
}
