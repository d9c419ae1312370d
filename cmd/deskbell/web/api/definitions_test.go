package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
)

func TestEachKindIsDefinedReadListedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	for _, c := range []struct{ plural, first, canonical, second string }{
		{"schedules", `"mon-fri 9-17"`, `{"weekly":{"mon-fri":"09:00-17:00"}}`, `{"weekly": {"sat": "9-12"}}`},
		{"agents", `{"name": "Léa", "leave": []}`, `{"name":"Léa"}`, `{"schedule": "24/7"}`},
		{"destinations", `{"type": "log"}`, `{"type":"log"}`, `{"type": "redis_stream"}`},
		{"properties", `{"name": 2024, "destinations": []}`, `{"name":"2024","destinations":[]}`, `{}`},
	} {
		path := "/v1/" + c.plural + "/one"
		b.Want(404, webtest.Request{}, "GET", path, "")
		made := b.Want(201, webtest.Request{}, "PUT", path, c.first)
		if made.Body != c.canonical || made.Header.Get("Location") != path || made.Header.Get("ETag") == "" {
			t.Errorf("%s: %s %v", path, made.Body, made.Header)
		}
		same := b.Want(200, webtest.Request{}, "PUT", path, c.canonical)
		got := b.Want(200, webtest.Request{}, "GET", path, "")
		if got.Body != c.canonical || got.Header.Get("ETag") != made.Header.Get("ETag") || same.Header.Get("ETag") != made.Header.Get("ETag") {
			t.Errorf("%s: %s %v", path, got.Body, got.Header)
		}
		b.Want(304, webtest.Request{Headers: map[string]string{"If-None-Match": got.Header.Get("ETag")}}, "GET", path, "")
		if head := b.Want(200, webtest.Request{}, "HEAD", path, ""); head.Header.Get("ETag") != got.Header.Get("ETag") {
			t.Errorf("HEAD %s: %v", path, head.Header)
		}
		changed := b.Want(200, webtest.Request{}, "PUT", path, c.second)
		if changed.Header.Get("ETag") == got.Header.Get("ETag") {
			t.Errorf("%s: changed, with the same ETag", path)
		}
		list := b.Want(200, webtest.Request{}, "GET", "/v1/"+c.plural, "")
		want := fmt.Sprintf(`{"items":[{"id":"one","etag":%q,"definition":%s}],"next":null}`, changed.Header.Get("ETag"), changed.Body)
		webtest.SameJSON(t, list.Body, want)
		b.Want(204, webtest.Request{}, "DELETE", path, "")
		b.Want(404, webtest.Request{}, "DELETE", path, "")
		webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/"+c.plural, "").Body, `{"items":[],"next":null}`)
	}
}

func TestTwoEditorsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	for _, c := range []struct{ path, one, two, three string }{
		{"/v1/properties/acme", `{"name":"1"}`, `{"name":"2"}`, `{"name":"3"}`},
		{"/v1/schedules/office", `{"weekly":{"mon":"09:00-12:00"}}`, `{"weekly":{"tue":"09:00-12:00"}}`, `{"weekly":{"wed":"09:00-12:00"}}`},
	} {
		b.Want(412, webtest.Etag(`"none"`), "PUT", c.path, c.one)
		b.Want(412, webtest.Etag("*"), "PUT", c.path, c.one)
		b.Want(404, webtest.Request{}, "GET", c.path, "")
		create := webtest.Request{Headers: map[string]string{"If-None-Match": "*"}}
		first := b.Want(201, create, "PUT", c.path, c.one).Header.Get("ETag")
		b.Want(412, create, "PUT", c.path, c.two)
		b.Want(412, create, "PUT", c.path, c.one)

		second := b.Want(200, webtest.Etag(first), "PUT", c.path, c.two).Header.Get("ETag")
		late := b.Want(412, webtest.Etag(first), "PUT", c.path, c.three)
		if got := late.Header.Get("ETag"); got != second {
			t.Errorf("a 412 says that the ETag is %s, and it is %s", got, second)
		}
		b.Want(412, webtest.Etag("W/"+second), "PUT", c.path, c.three) // weak tags match nothing
		b.Want(412, webtest.Etag(first), "DELETE", c.path, "")
		if got := b.Want(200, webtest.Request{}, "GET", c.path, "").Body; got != c.two {
			t.Errorf("there is %s", got)
		}
		third := b.Want(200, webtest.Etag(first+", "+second), "PUT", c.path, c.three).Header.Get("ETag")
		b.Want(200, webtest.Etag("*"), "PUT", c.path, c.one)
		b.Want(200, webtest.Request{}, "PUT", c.path, c.three)
		b.Want(204, webtest.Etag(third), "DELETE", c.path, "")
	}
}

// An ETag is of the definition, and not of the hours, which move by themselves.
func TestAnOverrideLeavesTheETag(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	tag := b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`).Header.Get("ETag")
	b.Want(200, webtest.Request{}, "PUT", "/v1/properties/acme/override", `{"open": false}`)
	b.Want(200, webtest.Etag(tag), "PUT", "/v1/properties/acme", `{"name": "ACME"}`)
}

func TestManyEditorsAtOnceLoseNoEdit(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/agents/lea", `{"name": "0"}`)
	const editors, edits = 4, 10
	done := make(chan error, editors)
	for range editors {
		go func() {
			for n := 0; n < edits; {
				b.Pass(time.Second) // else it is too fast for one address
				got := b.Do("GET", "/v1/agents/lea", "")
				var agent struct {
					Name int `json:",string"`
				}
				if err := json.Unmarshal([]byte(got.Body), &agent); err != nil {
					done <- err
					return
				}
				put := b.Send(webtest.Etag(got.Header.Get("ETag")), "PUT", "/v1/agents/lea", fmt.Sprintf(`{"name": "%d"}`, agent.Name+1))
				if put.Code == http.StatusOK {
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
	webtest.SameJSON(t, b.Do("GET", "/v1/agents/lea", "").Body, fmt.Sprintf(`{"name": "%d"}`, editors*edits))
}

func TestFaultsNameTheirJSONPointer(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
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
		a := b.Want(c.code, webtest.Request{}, c.method, c.path, c.body)
		if diff := cmp.Diff(c.where, a.Problem(t).Locations()); diff != "" {
			t.Errorf("%s %s: %s", c.path, c.body, diff)
		}
		if strings.Contains(a.Body, "hunter2") {
			t.Errorf("it shows a secret: %s", a.Body)
		}
	}
	if p := b.Do("PUT", "/v1/properties/acme", "{\n  \"name\": \"a\",\n}").Problem(t); !strings.Contains(p.Detail, "line 3, column 1") {
		t.Errorf("broken JSON is placed at %s", p.Detail)
	}
	webtest.SameJSON(t, b.Do("GET", "/v1/properties", "").Body, `{"items":[],"next":null}`) // the refused one has changed nothing
}

func TestWhatIsUsedIsNotRemoved(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/office", `"mon-fri 9-17"`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/destinations/crm", `{"type": "log"}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/agents/lea", `{"schedule": "office"}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"departments": {"sales": {"agents": ["lea"]}}, "destinations": ["crm"]}`)
	for path, user := range map[string]string{
		"/v1/agents/lea": "property/acme", "/v1/schedules/office": "agent/lea", "/v1/destinations/crm": "property/acme",
	} {
		if p := b.Want(409, webtest.Request{}, "DELETE", path, "").Problem(t); !strings.Contains(p.Detail, user) {
			t.Errorf("DELETE %s: %s", path, p.Detail)
		}
	}
	b.Want(200, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`) // it lists nobody now
	for _, path := range []string{"/v1/agents/lea", "/v1/schedules/office", "/v1/destinations/crm"} {
		b.Want(204, webtest.Request{}, "DELETE", path, "")
	}
}

func TestPagesShowEach(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	const count = 300
	for i := range count {
		b.Pass(time.Second) // else it is too fast for one address
		b.Want(201, webtest.Request{}, "PUT", fmt.Sprint("/v1/properties/p", i), `{}`)
		if i < 40 {
			b.Want(201, webtest.Request{}, "PUT", fmt.Sprint("/v1/schedules/s", i), `"24/7"`)
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
			a := b.Want(200, webtest.Request{}, "GET", path, "")
			var page struct {
				Items []struct{ ID string }
				Next  *string
			}
			if err := json.Unmarshal([]byte(a.Body), &page); err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				seen[item.ID] = true
			}
			link := a.Header.Get("Link")
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
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"schedule": "mon-fri 9-17", "time_zone": "Europe/Paris"}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/always", `{}`)
	const path = "/v1/properties/acme/override"
	for _, c := range []struct{ body, want string }{
		{`{"open": false}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":null}`},
		{`{"open": false, "for": "30m"}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":"2026-11-23T09:00:00Z"}`},
		{`{"open": false, "for": "2d"}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":"2026-11-25T08:30:00Z"}`},
		{`{"open": false, "until": "2026-11-23T12:00:00+01:00"}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":"2026-11-23T11:00:00Z"}`},
		{`{"open": false, "until_next": true}`, `{"open":false,"reason":"override","since":"2026-11-23T08:30:00Z","until":"2026-11-24T08:00:00Z",
			"override_until":"2026-11-23T16:00:00Z","then":{"open":false,"reason":"weekly","until":"2026-11-24T08:00:00Z"}}`},
	} {
		webtest.SameJSON(t, b.Want(200, webtest.Request{}, "PUT", path, c.body).Body, c.want)
	}
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "DELETE", path, "").Body, `{"open":true,"reason":"weekly","since":"2026-11-23T08:00:00Z","until":"2026-11-23T16:00:00Z"}`)
	// The next boundary is not where the override ends.
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "PUT", path, `{"open": true, "for": "30m"}`).Body, `{
		"open": true, "reason": "override", "since": "2026-11-23T08:00:00Z", "until": "2026-11-23T16:00:00Z",
		"override_until": "2026-11-23T09:00:00Z", "then": {"open": true, "reason": "weekly", "until": "2026-11-23T16:00:00Z"}}`)
	b.Want(404, webtest.Request{}, "PUT", "/v1/properties/nobody/override", `{"open": true}`)
	b.Want(404, webtest.Request{}, "DELETE", "/v1/properties/nobody/override", "")
	for body, where := range map[string][]string{
		`{}`: {"/open"}, `[]`: {""}, `null`: {""}, `{"open": "yes"}`: {"/open"},
		`{"open": true, "for": "soon"}`: {"/for"}, `{"open": true, "for": "0s"}`: {"/for"}, `{"open": true, "for": 30}`: {"/for"},
		`{"open": true, "until": "noon"}`: {"/until"}, `{"open": true, "until": "2026-11-23T08:30:00Z"}`: {"/until"},
		`{"open": true, "until": "9999-12-31T23:59:59-23:59"}`: {"/until"},
		`{"open": true, "until_next": false}`:                  {"/until_next"}, `{"open": true, "til/l": 1}`: {"/til~1l"},
		`{"open": true, "for": "1h", "until_next": true}`: {"/until_next"}, `{"for": "x", "until": 1}`: {"/open", "/for", "/until", "/until"},
	} {
		p := b.Want(422, webtest.Request{}, "PUT", path, body).Problem(t)
		if !slices.Equal(p.Locations(), where) {
			t.Errorf("%s: %v", body, p)
		}
	}
	p := b.Want(422, webtest.Request{}, "PUT", "/v1/properties/always/override", `{"open": false, "until_next": true}`).Problem(t)
	if !slices.Equal(p.Locations(), []string{"/until_next"}) {
		t.Error(p)
	}
}

func TestOverridesOfDepartments(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"schedule": "mon-fri 9-17", "time_zone": "Europe/Paris", "departments": {"sales": {"schedule": "mon-fri 9-12"}}}`)
	const path = "/v1/properties/acme/departments/sales/override"
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "PUT", path, `{"open": false, "until_next": true}`).Body, `{
		"open": false, "reason": "override", "since": "2026-11-23T08:30:00Z", "until": "2026-11-24T08:00:00Z",
		"override_until": "2026-11-23T11:00:00Z", "then": {"open": false, "reason": "weekly", "until": "2026-11-24T08:00:00Z"}}`)
	b.Want(200, webtest.Request{}, "PUT", "/v1/properties/acme/override", `{"open": false}`)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "PUT", path, `{"open": true, "for": "2h"}`).Body,
		`{"open": true, "reason": "override", "since": "2026-11-23T08:00:00Z", "until": "2026-11-23T10:30:00Z"}`)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "DELETE", path, "").Body, `{"open": false, "reason": "override", "since": "2026-11-23T08:30:00Z", "until": null}`)
	b.Want(404, webtest.Request{}, "PUT", "/v1/properties/acme/departments/dales/override", `{"open": true}`)
	b.Want(422, webtest.Request{}, "PUT", path, `{"open": "yes"}`)
}

func TestBoundaries(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/office", `{"time_zone": "Europe/Paris", "weekly": {"mon-fri": "9-17"}}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/busy", `{"weekly": {"daily": "0-1, 2-3, 4-5, 6-7, 8-9, 10-11, 12-13, 14-15"}}`)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/schedules/office/boundaries?to=2026-11-24T08:00:00Z", "").Body, `{
		"time_zone": "Europe/Paris", "next": null, "items": [
			{"at": "2026-11-23T08:30:00Z", "local": "2026-11-23T09:30:00+01:00", "open": true, "reason": "weekly"},
			{"at": "2026-11-23T16:00:00Z", "local": "2026-11-23T17:00:00+01:00", "open": false, "reason": "weekly"},
			{"at": "2026-11-24T08:00:00Z", "local": "2026-11-24T09:00:00+01:00", "open": true, "reason": "weekly"}]}`)
	count, from := 0, "2026-11-23T00:00:00Z"
	for pages := 0; from != ""; pages++ {
		a := b.Want(200, webtest.Request{}, "GET", "/v1/schedules/busy/boundaries?from="+from+"&to=2027-11-23T00:00:00Z", "")
		var got struct {
			Items []json.RawMessage
			Next  string
		}
		if err := json.Unmarshal([]byte(a.Body), &got); err != nil || len(got.Items) > 1000 || pages > 6 {
			t.Fatal(err, len(got.Items), pages)
		}
		count, from = count+len(got.Items), got.Next
	}
	if want := 365*16 + 1; count != want {
		t.Errorf("%d boundaries in a year, want %d", count, want)
	}
	b.Want(404, webtest.Request{}, "GET", "/v1/schedules/none/boundaries", "")
	for _, query := range []string{"from=now", "to=2026-11-22T00:00:00Z", "to=2029-11-23T00:00:00Z",
		"from=0000-01-01T00:00:00Z", "from=9998-01-01T00:00:00Z&to=9999-01-01T00:00:00Z", "from=9999-12-31T20:00:00Z"} {
		b.Want(422, webtest.Request{}, "GET", "/v1/schedules/office/boundaries?"+query, "")
	}
	b.Want(200, webtest.Request{}, "GET", "/v1/schedules/office/boundaries?from=9998-01-01T00:00:00Z", "")
}

func TestAdd(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/office", `{"time_zone": "Europe/Paris", "weekly": {"mon-fri": "9-17"}}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/never", `{"weekly": "closed"}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"schedule": "office"}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/agents/lea", `{"schedule": "office", "leave": [{"on": "2026-11-23"}]}`)
	answer := func(want, path string) {
		t.Helper()
		webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", path, "").Body, want)
	}
	answer(`{"time_zone": "Europe/Paris", "at": "2026-11-24T09:00:00Z", "local": "2026-11-24T10:00:00+01:00"}`, "/v1/schedules/office/add?from=2026-11-23T12:00:00Z&duration=5h")
	answer(`{"time_zone": "Europe/Paris", "at": "2026-11-23T08:30:00Z", "local": "2026-11-23T09:30:00+01:00"}`, "/v1/schedules/office/add")
	answer(`{"time_zone": "Europe/Paris", "at": "2026-11-24T08:00:00Z", "local": "2026-11-24T09:00:00+01:00"}`, "/v1/agents/lea/add")
	answer(`{"time_zone": "UTC", "at": null, "local": null}`, "/v1/schedules/never/add?duration=1m")
	b.Want(200, webtest.Request{}, "PUT", "/v1/properties/acme/override", `{"open": false, "for": "30m"}`)
	answer(`{"time_zone": "Europe/Paris", "at": "2026-11-23T09:01:00Z", "local": "2026-11-23T10:01:00+01:00"}`, "/v1/properties/acme/add?duration=1m")
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/properties/acme/boundaries?to=2026-11-23T09:00:00Z", "").Body, `{
		"time_zone": "Europe/Paris", "next": null, "items": [
			{"at": "2026-11-23T08:30:00Z", "local": "2026-11-23T09:30:00+01:00", "open": false, "reason": "override"},
			{"at": "2026-11-23T09:00:00Z", "local": "2026-11-23T10:00:00+01:00", "open": true, "reason": "weekly"}]}`)
	b.Want(404, webtest.Request{}, "GET", "/v1/agents/none/add", "")
	for _, query := range []string{"duration=soon", "duration=-1h", "duration=4000d", "from=9990-01-01T00:00:00Z", "from=x"} {
		b.Want(422, webtest.Request{}, "GET", "/v1/schedules/office/add?"+query, "")
	}
}

func TestQuestionsAreReadStrictly(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/office", `{"time_zone": "Europe/Paris", "weekly": {"mon-fri": "9-17"}}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"schedule": "office"}`)
	const instant = `is not an instant; allowed: RFC 3339, such as 2026-12-24T18:00:00+01:00 or 2026-12-24T17:00:00Z, in the years 1 to 9998`
	for _, c := range []struct {
		path string
		want []string // location, message
	}{
		{"/v1/schedules/office/add?from=2026-12-01T09:00&duration=4", []string{"query.from", instant, "query.duration", `"4" is not a duration`}},
		{"/v1/schedules/office/add?from=0001-01-01T00:00:00Z", []string{"query.from", instant}}, // which is not now
		{"/v1/schedules/office/add?from=9990-01-01T00:00:00Z", []string{"query.from", "leads beyond the years that are known; allowed: instants of the years 1 to 9898"}},
		{"/v1/schedules/office/add?duraton=4h", []string{"query.duraton", `is not a parameter here; allowed: from, duration (did you mean "duration"?)`}},
		{"/v1/schedules/office/add?duration=4h&duration=5h", []string{"query.duration", "is there more than once; allowed: one value"}},
		{"/v1/schedules/office/boundaries?from=now&to=then", []string{"query.from", instant, "query.to", instant}},
		{"/v1/schedules/office/boundaries?limit=1", []string{"query.limit", "is not a parameter here; allowed: from, to"}},
		{"/v1/properties/acme/coverage?form=2026-11-23T00:00:00Z", []string{"query.form", `is not a parameter here; allowed: from, to (did you mean "from"?)`}},
		{"/v1/properties/acme/coverage?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z",
			[]string{"query.to", "is before from, or more than two years after it; allowed: 2026-11-23T00:00:00Z to 2028-11-24T00:00:00Z"}},
		{"/v1/schedules?limt=3", []string{"query.limt", `is not a parameter here; allowed: cursor, limit (did you mean "limit"?)`}},
		{"/v1/schedules/office?verbose=1", []string{"query.verbose", "is not a parameter here; allowed: none"}},
	} {
		p := b.Want(422, webtest.Request{}, "GET", c.path, "").Problem(t)
		var got []string
		for _, e := range p.Errors {
			got = append(got, e.Location, e.Message)
		}
		same := len(got) == len(c.want)
		for i := range c.want {
			same = same && strings.HasPrefix(got[i], c.want[i])
		}
		if !same {
			t.Errorf("%s: %q", c.path, got)
		}
	}
	const answer = `{"time_zone": "Europe/Paris", "at": "2026-12-01T12:00:00Z", "local": "2026-12-01T13:00:00+01:00"}`
	for _, from := range []string{"2026-12-01T09:00:00%2B01:00", "2026-12-01T09:00:00+01:00", "2026-12-01T08:00:00Z"} { // a plus is a blank in a query
		webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/schedules/office/add?duration=4h&from="+from, "").Body, answer)
	}
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/schedules/office/add?duration=1h&from=2026-12-01T08:00:00.5Z", "").Body,
		`{"time_zone": "Europe/Paris", "at": "2026-12-01T09:00:00.5Z", "local": "2026-12-01T10:00:00.5+01:00"}`) // not a moment too early
}

func TestACalendarIsNoDefinition(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	for _, path := range []string{"/v1/schedules/office", "/v1/agents/lea"} {
		a := b.Want(400, webtest.Request{}, "PUT", path, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n")
		if !strings.Contains(a.Body, "it is an iCalendar") || !strings.Contains(a.Body, "ical_url") {
			t.Error(a.Body)
		}
	}
	a := b.Want(422, webtest.Request{}, "PUT", "/v1/properties/acme", `{"schedule": "hours.ics"}`)
	if !strings.Contains(a.Body, "is not the name of a schedule; a calendar closes one, in its exceptions: [{ical: hours.ics}]; allowed: one that is defined") {
		t.Error(a.Body)
	}
}

// A cover stands with both agents. Over HTTP they are written one after the other.
func TestCoversOverHTTP(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	for _, id := range []string{"lea", "tom", "kim"} {
		b.Want(201, webtest.Request{}, "PUT", "/v1/agents/"+id, `{"schedule": "mon-fri 9-17"}`)
	}
	const cover = `{"schedule": "mon-fri 9-17", "cover": [{"for": "lea", "by": "tom", "on": "2026-11-24"}]}`
	warned := func(id string, want ...string) {
		t.Helper()
		if got := b.Want(200, webtest.Request{}, "PUT", "/v1/agents/"+id, cover).Header.Values("Deskbell-Warning"); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	warned("tom", "/cover/0: lea by tom stands with tom alone: lea is not away until it stands in the cover of lea, too")
	warned("lea")
	warned("tom")
	b.Want(200, webtest.Request{}, "PUT", "/v1/agents/tom", `{}`)
	warned("lea", "/cover/0: lea by tom stands with lea alone: tom does not stand in until it stands in the cover of tom, too")

	p := b.Want(422, webtest.Request{}, "PUT", "/v1/agents/kim", cover).Problem(t)
	if len(p.Errors) != 1 || p.Errors[0].Location != "/cover/0" || p.Errors[0].Message != "are other agents; allowed: covers of kim, who is in `for` or in `by`" {
		t.Error(p)
	}
	p = b.Want(422, webtest.Request{}, "PUT", "/v1/agents/tom", `{"cover": [{"for": "zoe", "by": "tom", "on": "2026-11-24"}]}`).Problem(t)
	if !slices.Equal(p.Locations(), []string{"/cover/0/for"}) {
		t.Error(p)
	}

	// A key of one property is told of no agent, by its covers neither.
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"schedule": "mon-fri 9-17", "agents": ["lea"]}`)
	warned("tom")
	bound := webtest.Request{Key: b.Key(edit.Key{Name: "staff", Properties: []string{"acme"}})}
	for _, path := range []string{"/v1/agents/lea", "/v1/agents/tom", "/v1/agents/lea/boundaries", "/v1/agents/tom/add", "/v1/agents"} {
		b.Want(403, bound, "GET", path, "")
	}
	a := b.Want(200, bound, "GET", "/v1/properties/acme/coverage?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z", "")
	if strings.Contains(a.Body, "tom") || strings.Contains(a.Body, "lea") {
		t.Error(a.Body)
	}
}

func TestWarningsAreHeaders(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	a := b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/office", `{"weekly": {"mon": "9-5", "tue": "9-17"}, "exceptions": [{"on": "2026-12-24", "hours": "0:00–23:59"}]}`)
	want := []string{
		"/exceptions/0/hours: 0:00\\u201323:59 is closed for the last minute of the day; if the end of the day is meant, write 24:00",
		"/weekly/mon: 9-5 is open for 20h, until 05:00 on the next day; if 09:00-17:00 is meant, write that",
	}
	got := a.Header.Values("Deskbell-Warning")
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	a = b.Want(200, webtest.Request{}, "PUT", "/v1/schedules/office", `{"weekly": {"mon": "9-17"}}`)
	if got := a.Header.Values("Deskbell-Warning"); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	a = b.Want(422, webtest.Request{}, "PUT", "/v1/schedules/office", `{"intervals": [{"start_time": 1980, "end_time": 2460}]}`)
	if !strings.Contains(a.Body, "the intervals of Zendesk") || strings.Count(a.Body, `"location"`) != 1 {
		t.Error(a.Body)
	}
}

func TestChangesAreLoggedAndBodiesAreNot(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	secret := b.Key(edit.Key{Name: "ci"})
	b.Want(201, webtest.Request{Key: secret}, "PUT", "/v1/agents/lea", `{"notify": {"via": ["ntfy://hunter2@ntfy.sh/x"]}}`)
	if !b.Says("changed") || !b.Says("key=ci") {
		t.Error("the change is not logged")
	}
	if b.Says(secret) || b.Says("hunter2") {
		t.Error("a secret is logged")
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Want(201, webtest.Request{}, "PUT", "/v1/agents/lea", `{"schedule": "mon-fri 9-12"}`)
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"schedule": "mon-fri 9-13", "agents": ["lea"], "departments": {"help": {}}}`)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/properties/acme/coverage?from=2026-11-23T00:00:00Z&to=2026-11-25T00:00:00Z", "").Body, `{
		"property": "acme", "time_zone": "UTC", "from": "2026-11-23T00:00:00Z", "to": "2026-11-25T00:00:00Z", "next": null,
		"open_seconds": 28800, "uncovered_seconds": 7200, "gaps": [
			{"from": "2026-11-23T12:00:00Z", "to": "2026-11-23T13:00:00Z"}, {"from": "2026-11-24T12:00:00Z", "to": "2026-11-24T13:00:00Z"}],
		"departments": {"help": {"open_seconds": 28800, "uncovered_seconds": 0, "gaps": []}}}`)
	b.Want(404, webtest.Request{}, "GET", "/v1/properties/nobody/coverage", "")
	b.Want(422, webtest.Request{}, "GET", "/v1/properties/acme/coverage?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z", "")
}

func TestServicesAreChecked(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	p := b.Want(422, webtest.Request{}, "PUT", "/v1/agents/lea", `{"notify": {"on": ["hours_started"], "via": ["ntfy://ntfy.sh/lea", "slack://hunter2"]}}`).Problem(t)
	if !slices.Equal(p.Locations(), []string{"/notify/via/1"}) || strings.Contains(fmt.Sprint(p), "hunter2") {
		t.Error(p)
	}
}
