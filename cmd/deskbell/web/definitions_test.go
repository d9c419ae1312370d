package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/edit"
)

func TestEachKindIsDefinedReadListedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, c := range []struct{ plural, first, canonical, second string }{
		{"schedules", `"mon-fri 9-17"`, `{"weekly":{"mon-fri":"09:00-17:00"}}`, `{"weekly": {"sat": "9-12"}}`},
		{"agents", `{"name": "Léa", "leave": []}`, `{"name":"Léa"}`, `{"schedule": "24/7"}`},
		{"destinations", `{"type": "log"}`, `{"type":"log"}`, `{"type": "redis_stream"}`},
		{"properties", `{"name": 2024, "destinations": []}`, `{"name":"2024","destinations":[]}`, `{}`},
	} {
		path := "/v1/" + c.plural + "/one"
		b.want(404, request{}, "GET", path, "")
		made := b.want(201, request{}, "PUT", path, c.first)
		if made.body != c.canonical || made.header.Get("Location") != path || made.header.Get("ETag") == "" {
			t.Errorf("%s: %s %v", path, made.body, made.header)
		}
		same := b.want(200, request{}, "PUT", path, c.canonical)
		got := b.want(200, request{}, "GET", path, "")
		if got.body != c.canonical || got.header.Get("ETag") != made.header.Get("ETag") || same.header.Get("ETag") != made.header.Get("ETag") {
			t.Errorf("%s: %s %v", path, got.body, got.header)
		}
		b.want(304, request{headers: map[string]string{"If-None-Match": got.header.Get("ETag")}}, "GET", path, "")
		if head := b.want(200, request{}, "HEAD", path, ""); head.header.Get("ETag") != got.header.Get("ETag") {
			t.Errorf("HEAD %s: %v", path, head.header)
		}
		changed := b.want(200, request{}, "PUT", path, c.second)
		if changed.header.Get("ETag") == got.header.Get("ETag") {
			t.Errorf("%s: changed, with the same ETag", path)
		}
		list := b.want(200, request{}, "GET", "/v1/"+c.plural, "")
		want := fmt.Sprintf(`{"items":[{"id":"one","etag":%q,"definition":%s}],"next":null}`, changed.header.Get("ETag"), changed.body)
		sameJSON(t, list.body, want)
		b.want(204, request{}, "DELETE", path, "")
		b.want(404, request{}, "DELETE", path, "")
		sameJSON(t, b.want(200, request{}, "GET", "/v1/"+c.plural, "").body, `{"items":[],"next":null}`)
	}
}

func TestTwoEditorsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, c := range []struct{ path, one, two, three string }{
		{"/v1/properties/acme", `{"name":"1"}`, `{"name":"2"}`, `{"name":"3"}`},
		{"/v1/schedules/office", `{"weekly":{"mon":"09:00-12:00"}}`, `{"weekly":{"tue":"09:00-12:00"}}`, `{"weekly":{"wed":"09:00-12:00"}}`},
	} {
		b.want(412, etag(`"none"`), "PUT", c.path, c.one)
		b.want(412, etag("*"), "PUT", c.path, c.one)
		b.want(404, request{}, "GET", c.path, "")
		create := request{headers: map[string]string{"If-None-Match": "*"}}
		first := b.want(201, create, "PUT", c.path, c.one).header.Get("ETag")
		b.want(412, create, "PUT", c.path, c.two)
		b.want(412, create, "PUT", c.path, c.one)

		second := b.want(200, etag(first), "PUT", c.path, c.two).header.Get("ETag")
		late := b.want(412, etag(first), "PUT", c.path, c.three)
		if got := late.header.Get("ETag"); got != second {
			t.Errorf("a 412 says that the ETag is %s, and it is %s", got, second)
		}
		b.want(412, etag("W/"+second), "PUT", c.path, c.three) // weak tags match nothing
		b.want(412, etag(first), "DELETE", c.path, "")
		if got := b.want(200, request{}, "GET", c.path, "").body; got != c.two {
			t.Errorf("there is %s", got)
		}
		third := b.want(200, etag(first+", "+second), "PUT", c.path, c.three).header.Get("ETag")
		b.want(200, etag("*"), "PUT", c.path, c.one)
		b.want(200, request{}, "PUT", c.path, c.three)
		b.want(204, etag(third), "DELETE", c.path, "")
	}
}

// An ETag is of the definition, and not of the hours, which move by themselves.
func TestAnOverrideLeavesTheETag(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	tag := b.want(201, request{}, "PUT", "/v1/properties/acme", `{}`).header.Get("ETag")
	b.want(200, request{}, "PUT", "/v1/properties/acme/override", `{"open": false}`)
	b.want(200, etag(tag), "PUT", "/v1/properties/acme", `{"name": "ACME"}`)
}

func TestManyEditorsAtOnceLoseNoEdit(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.want(201, request{}, "PUT", "/v1/agents/lea", `{"name": "0"}`)
	const editors, edits = 4, 10
	done := make(chan error, editors)
	for range editors {
		go func() {
			for n := 0; n < edits; {
				b.pass(time.Second) // else it is too fast for one address
				got := b.do("GET", "/v1/agents/lea", "")
				var agent struct {
					Name int `json:",string"`
				}
				if err := json.Unmarshal([]byte(got.body), &agent); err != nil {
					done <- err
					return
				}
				put := b.send(etag(got.header.Get("ETag")), "PUT", "/v1/agents/lea", fmt.Sprintf(`{"name": "%d"}`, agent.Name+1))
				if put.code == http.StatusOK {
					n++
				}
			}
			done <- nil
		}()
	}
	for range editors {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	sameJSON(t, b.do("GET", "/v1/agents/lea", "").body, fmt.Sprintf(`{"name": "%d"}`, editors*edits))
}

func TestFaultsNameTheirJSONPointer(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, c := range []struct {
		method, path, body string
		code               int
		where              []string
	}{
		{"PUT", "/v1/properties/acme", `{"nam": 1, "agents": ["a/b"], "widget": {"no_agents": "gone"}}`, 422, []string{"/agents/0", "/nam", "/widget/no_agents"}},
		{"PUT", "/v1/properties/acme", `{"schedule": "office", "agents": ["lea"], "destinations": ["crm"], "departments": {"a": {"agents": ["tom"], "schedule": "night"}}}`, 422,
			[]string{"/schedule", "/agents/0", "/destinations/0", "/departments/a/schedule", "/departments/a/agents/0"}},
		{"PUT", "/v1/agents/lea", `{"schedule": "office"}`, 422, []string{"/schedule"}},
		{"PUT", "/v1/agents/lea", `{"notify": {"via": ["hunter2"]}}`, 422, []string{"/notify/via/0"}},
		{"PUT", "/v1/agents/lea", `{"notify": {"via": ["ntfy://…"]}}`, 422, []string{"/notify/via/0"}},
		{"PUT", "/v1/destinations/crm", `{"type": "webhook", "url": "https://…", "secret_env": "CRM_SECRET"}`, 422, []string{"/url"}},
		{"PUT", "/v1/schedules/office", `{"weekly": {"mon": "9-25"}, "exceptions": [{"on": "2026-02-30", "closed": true}]}`, 422, []string{"/weekly/mon", "/exceptions/0/on"}},
		{"PUT", "/v1/schedules/closed", `"24/7"`, 422, []string{""}},
		{"PUT", "/v1/destinations/crm", `{"type": "log", "stream": "x"}`, 422, []string{"/stream"}},
		{"PUT", "/v1/destinations/crm", `[]`, 422, []string{""}},
		{"PUT", "/v1/properties/acme", `{"name": "a", "name": "b"}`, 400, nil},
		{"PUT", "/v1/properties/acme", "{\n  \"name\": \"a\",\n}", 400, nil},
		{"PUT", "/v1/properties/acme", `{} {}`, 400, nil},
		{"PUT", "/v1/properties/acme", "{\"name\": \"\xff\"}", 400, nil},
		{"PUT", "/v1/properties/acme", ``, 400, nil},
		{"PUT", "/v1/properties/acme", ` `, 400, nil},
		{"PUT", "/v1/properties/-acme", `{}`, 422, []string{"path.id"}},
		{"PUT", "/v1/properties/a%2Fb", `{}`, 422, []string{"path.id"}},
		{"GET", "/v1/properties?limit=0", ``, 422, []string{"query.limit"}},
		{"GET", "/v1/properties?limit=501", ``, 422, []string{"query.limit"}},
		{"GET", "/v1/properties?cursor=9.0", ``, 422, []string{"query.cursor"}},
		{"GET", "/v1/properties?cursor=0.x", ``, 422, []string{"query.cursor"}},
	} {
		a := b.want(c.code, request{}, c.method, c.path, c.body)
		if diff := cmp.Diff(c.where, a.problem(t).locations()); diff != "" {
			t.Errorf("%s %s: %s", c.path, c.body, diff)
		}
		if strings.Contains(a.body, "hunter2") {
			t.Errorf("it shows a secret: %s", a.body)
		}
	}
	if p := b.do("PUT", "/v1/properties/acme", "{\n  \"name\": \"a\",\n}").problem(t); !strings.Contains(p.Detail, "line 3, column 1") {
		t.Errorf("broken JSON is placed at %s", p.Detail)
	}
	sameJSON(t, b.do("GET", "/v1/properties", "").body, `{"items":[],"next":null}`) // what was refused has changed nothing
}

func TestWhatIsUsedIsNotRemoved(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.want(201, request{}, "PUT", "/v1/schedules/office", `"mon-fri 9-17"`)
	b.want(201, request{}, "PUT", "/v1/destinations/crm", `{"type": "log"}`)
	b.want(201, request{}, "PUT", "/v1/agents/lea", `{"schedule": "office"}`)
	b.want(201, request{}, "PUT", "/v1/properties/acme", `{"departments": {"sales": {"agents": ["lea"]}}, "destinations": ["crm"]}`)
	for path, user := range map[string]string{
		"/v1/agents/lea": "property/acme", "/v1/schedules/office": "agent/lea", "/v1/destinations/crm": "property/acme",
	} {
		if p := b.want(409, request{}, "DELETE", path, "").problem(t); !strings.Contains(p.Detail, user) {
			t.Errorf("DELETE %s: %s", path, p.Detail)
		}
	}
	b.want(200, request{}, "PUT", "/v1/properties/acme", `{}`) // it lists nobody now
	for _, path := range []string{"/v1/agents/lea", "/v1/schedules/office", "/v1/destinations/crm"} {
		b.want(204, request{}, "DELETE", path, "")
	}
}

func TestPagesShowEach(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const count = 300
	for i := range count {
		b.pass(time.Second) // else it is too fast for one address
		b.want(201, request{}, "PUT", fmt.Sprint("/v1/properties/p", i), `{}`)
		if i < 40 {
			b.want(201, request{}, "PUT", fmt.Sprint("/v1/schedules/s", i), `"24/7"`)
		}
	}
	for _, c := range []struct {
		kind  string
		count int
		query string
		pages int // at least
	}{{"properties", count, "?limit=10", 3}, {"properties", count, "", 2}, {"properties", count, "?limit=500", 1}, {"schedules", 40, "?limit=7", 6}, {"agents", 0, "", 1}} {
		seen := make(map[string]bool)
		pages := 0
		for path := "/v1/" + c.kind + c.query; path != ""; pages++ {
			a := b.want(200, request{}, "GET", path, "")
			var page struct {
				Items []struct{ ID string }
				Next  *string
			}
			if err := json.Unmarshal([]byte(a.body), &page); err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				seen[item.ID] = true
			}
			link := a.header.Get("Link")
			if (link == "") != (page.Next == nil) {
				t.Errorf("next is %v, and Link %q", page.Next, link)
			}
			path, _, _ = strings.Cut(strings.TrimPrefix(link, "<"), ">")
		}
		if len(seen) != c.count || pages < c.pages {
			t.Errorf("%s%s: %d in %d pages", c.kind, c.query, len(seen), pages)
		}
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.want(201, request{}, "PUT", "/v1/properties/acme", `{"schedule": "mon-fri 9-17", "time_zone": "Europe/Paris"}`)
	b.want(201, request{}, "PUT", "/v1/properties/always", `{}`)
	const path = "/v1/properties/acme/override"
	for _, c := range []struct{ body, want string }{
		{`{"open": false}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":null}`},
		{`{"open": false, "for": "30m"}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":"2026-11-23T09:00:00Z"}`},
		{`{"open": false, "for": "2d"}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":"2026-11-25T08:30:00Z"}`},
		{`{"open": false, "until": "2026-11-23T12:00:00+01:00"}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":"2026-11-23T11:00:00Z"}`},
		{`{"open": false, "until_next": true}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":"2026-11-24T08:00:00Z"}`},
	} {
		sameJSON(t, b.want(200, request{}, "PUT", path, c.body).body, c.want)
	}
	sameJSON(t, b.want(200, request{}, "DELETE", path, "").body, `{"open":true,"reason":"weekly","since":"2026-11-23T08:00:00Z","until":"2026-11-23T16:00:00Z"}`)
	b.want(404, request{}, "PUT", "/v1/properties/nobody/override", `{"open": true}`)
	b.want(404, request{}, "DELETE", "/v1/properties/nobody/override", "")
	for body, where := range map[string][]string{
		`{}`: {"/open"}, `[]`: {""}, `null`: {""}, `{"open": "yes"}`: {"/open"},
		`{"open": true, "for": "soon"}`: {"/for"}, `{"open": true, "for": "0s"}`: {"/for"}, `{"open": true, "for": 30}`: {"/for"},
		`{"open": true, "until": "noon"}`: {"/until"}, `{"open": true, "until": "2026-11-23T08:30:00Z"}`: {"/until"},
		`{"open": true, "until": "9999-12-31T23:59:59-23:59"}`: {"/until"},
		`{"open": true, "until_next": false}`:                  {"/until_next"}, `{"open": true, "til/l": 1}`: {"/til~1l"},
		`{"open": true, "for": "1h", "until_next": true}`: {"/until_next"}, `{"for": "x", "until": 1}`: {"/open", "/for", "/until", "/until"},
	} {
		p := b.want(422, request{}, "PUT", path, body).problem(t)
		if !slices.Equal(p.locations(), where) {
			t.Errorf("%s: %v", body, p)
		}
	}
	p := b.want(422, request{}, "PUT", "/v1/properties/always/override", `{"open": false, "until_next": true}`).problem(t)
	if !slices.Equal(p.locations(), []string{"/until_next"}) {
		t.Error(p)
	}
}

func TestBoundaries(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.want(201, request{}, "PUT", "/v1/schedules/office", `{"time_zone": "Europe/Paris", "weekly": {"mon-fri": "9-17"}}`)
	b.want(201, request{}, "PUT", "/v1/schedules/busy", `{"weekly": {"daily": "0-1, 2-3, 4-5, 6-7, 8-9, 10-11, 12-13, 14-15"}}`)
	sameJSON(t, b.want(200, request{}, "GET", "/v1/schedules/office/boundaries?to=2026-11-24T08:00:00Z", "").body, `{
		"time_zone": "Europe/Paris", "next": null, "items": [
			{"at": "2026-11-23T08:30:00Z", "local": "2026-11-23T09:30:00+01:00", "open": true, "reason": "weekly"},
			{"at": "2026-11-23T16:00:00Z", "local": "2026-11-23T17:00:00+01:00", "open": false, "reason": "weekly"},
			{"at": "2026-11-24T08:00:00Z", "local": "2026-11-24T09:00:00+01:00", "open": true, "reason": "weekly"}]}`)
	count, from := 0, "2026-11-23T00:00:00Z"
	for pages := 0; from != ""; pages++ {
		a := b.want(200, request{}, "GET", "/v1/schedules/busy/boundaries?from="+from+"&to=2027-11-23T00:00:00Z", "")
		var got struct {
			Items []json.RawMessage
			Next  string
		}
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Items) > 1000 || pages > 6 {
			t.Fatal(err, len(got.Items), pages)
		}
		count, from = count+len(got.Items), got.Next
	}
	if want := 365*16 + 1; count != want {
		t.Errorf("%d boundaries in a year, want %d", count, want)
	}
	b.want(404, request{}, "GET", "/v1/schedules/none/boundaries", "")
	for _, query := range []string{"from=now", "to=2026-11-22T00:00:00Z", "to=2029-11-23T00:00:00Z",
		"from=0000-01-01T00:00:00Z", "from=9998-01-01T00:00:00Z&to=9999-01-01T00:00:00Z", "from=9999-12-31T20:00:00Z"} {
		b.want(422, request{}, "GET", "/v1/schedules/office/boundaries?"+query, "")
	}
	b.want(200, request{}, "GET", "/v1/schedules/office/boundaries?from=9998-01-01T00:00:00Z", "")
}

func TestChangesAreLoggedAndBodiesAreNot(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	secret := b.key(edit.Key{Name: "ci"})
	b.want(201, request{key: secret}, "PUT", "/v1/agents/lea", `{"notify": {"via": ["ntfy://hunter2@ntfy.sh/x"]}}`)
	if !b.says("changed") || !b.says("key=ci") {
		t.Error("the change is not logged")
	}
	if b.says(secret) || b.says("hunter2") {
		t.Error("a secret is logged")
	}
}
