package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestCalendarsAreReadByKeyOrByLink(t *testing.T) {
	t.Parallel()
	var links edit.Links
	b := webtest.New(t, func(_ *webtest.Bundle, c *web.Config) { links = c.Links })
	for path, body := range map[string]string{
		"/v1/schedules/office": `{"time_zone": "Europe/Paris", "weekly": {"mon-fri": "9-17"}}`,
		"/v1/agents/tom":       `{}`,
	} {
		if got := b.Do("PUT", path, body); got.Code != http.StatusCreated {
			t.Fatal(got)
		}
	}
	for path, body := range map[string]string{
		"/v1/agents/lea":      `{"schedule": "office", "leave": [{"on": "2026-11-24"}]}`,
		"/v1/properties/acme": `{"schedule": "office"}`,
	} {
		if got := b.Do("PUT", path, body); got.Code != http.StatusCreated {
			t.Fatal(got)
		}
	}
	key := b.Key(edit.Key{Name: "reader", ReadOnly: true})
	bound := b.Key(edit.Key{Name: "staff", Properties: []string{"acme"}})
	link := func(kind edit.Kind, id string) string {
		t.Helper()
		secret, err := links.Add(t.Context(), kind, id)
		if err != nil {
			t.Fatal(err)
		}
		return "?token=" + secret
	}
	lea, office := link(edit.KindAgent, "lea"), link(edit.KindSchedule, "office")
	for _, c := range []struct {
		key, path string
		want      int
	}{
		{key, "/v1/agents/lea/shifts.ics", 200},
		{key, "/v1/schedules/office/hours.ics", 200},
		{key, "/v1/properties/acme/hours.ics", 200},
		{key, "/v1/agents/nobody/shifts.ics", 404},
		{bound, "/v1/properties/acme/hours.ics", 200},
		{bound, "/v1/properties/other/hours.ics", 403},
		{bound, "/v1/agents/lea/shifts.ics", 403},
		{"", "/v1/agents/lea/shifts.ics", 401},
		{"", "/v1/agents/lea/shifts.ics" + lea, 200},
		{"", "/v1/schedules/office/hours.ics" + office, 200},
		{"", "/v1/agents/tom/shifts.ics" + lea, 401},                // of another agent
		{"", "/v1/schedules/lea/hours.ics" + lea, 401},              // of another kind
		{"", "/v1/agents/lea/shifts.ics" + office, 401},             // of another calendar
		{"", "/v1/agents/lea/shifts.ics?token=", 401},               // of none
		{"", "/v1/agents/lea" + lea, 401},                           // it is no key
		{strings.TrimPrefix(lea, "?token="), "/v1/agents/lea", 401}, // in a header neither
		{strings.TrimPrefix(lea, "?token="), "/v1/agents/lea/shifts.ics", 401},
	} {
		b.Pass(60e9) // wrong ones come seldom enough
		got := b.Send(webtest.Request{Key: c.key}, "GET", c.path, "")
		if got.Code != c.want {
			t.Errorf("%.6s %s: %d %s", c.key, c.path, got.Code, got.Body)
		}
		if c.want == 200 && (got.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.HasPrefix(got.Body, "BEGIN:VCALENDAR\r\n")) {
			t.Errorf("%s: %v\n%s", c.path, got.Header, got.Body)
		}
	}

	got := b.Do("GET", "/v1/agents/lea/shifts.ics"+lea, "")
	if !strings.Contains(got.Body, "DTSTART:20261123T080000Z\r\nDTEND:20261123T160000Z\r\nSUMMARY:lea: on shift\r\n") || strings.Contains(got.Body, "20261124T080000Z") {
		t.Error(got.Body) // the leave is left out
	}
	if again := b.Send(webtest.Request{Headers: map[string]string{"If-None-Match": got.Header.Get("ETag")}}, "GET", "/v1/agents/lea/shifts.ics"+lea, ""); again.Code != http.StatusNotModified || again.Body != "" {
		t.Error(again)
	}
	if head := b.Do("HEAD", "/v1/agents/lea/shifts.ics"+lea, ""); head.Code != 200 {
		t.Error(head)
	}

	// Somebody guesses.
	for range 12 {
		got = b.Do("GET", "/v1/agents/lea/shifts.ics?token=dbf_guess", "")
	}
	if got.Code != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
		t.Error(got)
	}
	if still := b.Do("GET", "/v1/agents/lea/shifts.ics"+lea, ""); still.Code != 200 {
		t.Error("the right one is refused for the wrong ones", still)
	}
	if err := links.Revoke(t.Context(), edit.KindAgent, "lea"); err != nil {
		t.Fatal(err)
	}
	b.Pass(60e9)
	if got := b.Do("GET", "/v1/agents/lea/shifts.ics"+lea, ""); got.Code != http.StatusUnauthorized {
		t.Error(got)
	}
	for _, e := range b.Logged.AllEntries() {
		line, err := e.String()
		if err != nil || strings.Contains(line, "dbf_") || strings.Contains(line, "token") {
			t.Errorf("the log has the address: %s, %v", line, err)
		}
	}
}

func TestTheStateOfCalendarsThatAreFetched(t *testing.T) {
	t.Parallel()
	var feeds edit.Feeds
	b := webtest.New(t, func(_ *webtest.Bundle, c *web.Config) { feeds = edit.Feeds{Store: c.Links.Store, Now: c.Now} })
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/feeds", "").Body, `{"feeds": []}`)
	const address = "https://calendar.example/private-token/basic.ics"
	b.Want(201, webtest.Request{}, "PUT", "/v1/schedules/office", `{"weekly": "24/7", "exceptions": [{"ical_url": "`+address+`"}]}`)
	name := store.CalendarName(address)
	webtest.SameJSON(t, b.Want(200, webtest.Request{}, "GET", "/v1/feeds", "").Body,
		`{"feeds": [{"calendar": "`+name+`", "host": "calendar.example", "fetched": null, "next": "2026-11-23T08:30:00Z", "events": 0, "skipped": 0}]}`)
	err := feeds.Change(t.Context(), name, func(f *edit.Feed) bool {
		f.Fetched, f.Failing, f.Next, f.Events = webtest.Monday.Add(-time.Hour), webtest.Monday, webtest.Monday.Add(5*time.Minute), 3
		f.Problem = "fetching the calendar: the server answers 500 Internal Server Error"
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	reader := webtest.Request{Key: b.Key(edit.Key{Name: "reader", ReadOnly: true})}
	webtest.SameJSON(t, b.Want(200, reader, "GET", "/v1/feeds", "").Body, `{"feeds": [{"calendar": "`+name+`", "host": "calendar.example",
		"fetched": "2026-11-23T07:30:00Z", "next": "2026-11-23T08:35:00Z", "events": 3, "skipped": 0,
		"problem": "fetching the calendar: the server answers 500 Internal Server Error", "failing_since": "2026-11-23T08:30:00Z"}]}`)
	b.Want(403, webtest.Request{Key: b.Key(edit.Key{Name: "staff", Properties: []string{"acme"}})}, "GET", "/v1/feeds", "")
}

// A tenant must not read the server's disk.
func TestFilesAreRefused(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	got := b.Do("PUT", "/v1/schedules/office", `{"weekly": "24/7", "exceptions": [{"ical": "/etc/passwd"}]}`)
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "files are read only beside definitions that come from the command line") || !strings.Contains(got.Body, "/exceptions/0/ical") {
		t.Error(got)
	}
	got = b.Do("PUT", "/v1/agents/lea", `{"leave": [{"ical": "lea.ics"}]}`)
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "/leave/0/ical") {
		t.Error(got)
	}
}

func TestReadersDoNotSeeAddressesOfCalendars(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	calendar := `{"ical_url": "https://calendar.example/private-token/basic.ics"}`
	bodies := map[string]string{
		"/v1/schedules/office": `{"weekly": "24/7", "exceptions": [` + calendar + `]}`,
		"/v1/properties/acme":  `{"schedule": {"weekly": "24/7", "exceptions": [` + calendar + `]}}`,
		"/v1/agents/lea":       `{"schedule": {"weekly": "24/7", "exceptions": [` + calendar + `]}, "leave": [` + calendar + `]}`,
	}
	for path, body := range bodies {
		if got := b.Do("PUT", path, body); got.Code != http.StatusCreated || !strings.Contains(got.Body, "private-token") {
			t.Fatal(got)
		}
	}
	reader := webtest.Request{Key: b.Key(edit.Key{Name: "reader", ReadOnly: true})}
	for path := range bodies {
		for _, path := range []string{path, path[:strings.LastIndex(path, "/")]} {
			got := b.Send(reader, "GET", path, "")
			if got.Code != 200 || strings.Contains(got.Body, "private-token") || !strings.Contains(got.Body, "ical_url") {
				t.Errorf("%s: %s", path, got.Body)
			}
		}
	}
}
