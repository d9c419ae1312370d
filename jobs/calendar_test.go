package jobs_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/ical"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// feedServer is a server of one calendar, over real HTTP.
type feedServer struct {
	*httptest.Server
	fetcher *ical.Fetcher

	mu     sync.Mutex
	body   string
	etag   string
	status int
	asked  atomic.Int64
	unread atomic.Int64 // answered with 304
}

func newFeedServer(t *testing.T, now func() time.Time) *feedServer {
	t.Helper()
	f := &feedServer{}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	f.fetcher = ical.NewFetcher(guard.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, now)
	return f
}

func (f *feedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked.Add(1)
	switch {
	case f.status != 0:
		w.WriteHeader(f.status)
	case f.etag != "" && r.Header.Get("If-None-Match") == f.etag:
		f.unread.Add(1)
		w.WriteHeader(http.StatusNotModified)
	default:
		w.Header().Set("ETag", f.etag)
		_, _ = w.Write([]byte(f.body)) // an error: the client has gone
	}
}

// says changes the calendar: events, in the form of calendar.
func (f *feedServer) says(etag string, events ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.etag, f.status = etag, 0
	f.body = "BEGIN:VCALENDAR\r\n"
	for _, e := range events {
		f.body += "BEGIN:VEVENT\r\n" + strings.ReplaceAll(e, " ", "\r\n") + "\r\nEND:VEVENT\r\n"
	}
	f.body += "END:VCALENDAR\r\n"
}

func (f *feedServer) fails(status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status = status
}

// Fetch stands in for TLS: definitions name https://, and the server of the test is a plain one.
func (f *feedServer) Fetch(ctx context.Context, _ string, last ical.Validators) (ical.Fetched, error) {
	return f.fetcher.Fetch(ctx, f.URL+"/private-token/basic.ics", last)
}

const feedURL = "https://calendar.example/private-token/basic.ics"

const feedDefinitions = `{
	"schedules": {"office": {"weekly": "24/7", "exceptions": [{"ical_url": "` + feedURL + `"}]}},
	"properties": {
		"acme": {"schedule": "office"},
		"outlet": {"schedule": {"weekly": "24/7", "exceptions": [{"ical_url": "` + feedURL + `"}]}},
		"staffed": {"schedule": "24/7", "agents": ["lea"], "widget": {"no_agents": "offline"}},
		"other": {"schedule": "24/7"}
	},
	"agents": {"lea": {"leave": [{"ical_url": "` + feedURL + `"}]}}
}`

// feed is the record of the calendar.
func (b *bundle) feed() edit.Feed {
	b.Helper()
	all, err := edit.Feeds{Store: b.store, Now: b.clock.now}.Load(b.Context())
	b.must(err)
	return all[store.CalendarName(feedURL)]
}

// A property depends on the calendars of colleagues for whom its agents stand in: by a schedule with a name, in place, and not by
// leave, of which the hours that go over have none.
func TestCalendarsReachWhoStandsIn(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	server := newFeedServer(t, b.clock.now)
	b.fetcher = server
	server.says(`"1"`, "UID:a DTSTART:20261123T080000Z DTEND:20261123T120000Z SUMMARY:Stocktaking")
	b.define(`{
		"schedules": {"office": {"weekly": "24/7", "exceptions": [{"ical_url": "` + feedURL + `"}]}},
		"properties": {"kims": {"agents": ["kim"]}, "toms": {"agents": ["tom"]}, "acme": {"agents": ["ann"]}},
		"agents": {"lea": {"schedule": "office"}, "ivy": {"schedule": {"weekly": "24/7", "exceptions": [{"ical_url": "` + feedURL + `"}]}},
			"kim": {"schedule": "closed"}, "tom": {"schedule": "closed"}, "ann": {}},
		"cover": [{"for": "lea", "by": "kim", "on": "2026-11-23"}, {"for": "ivy", "by": "tom", "on": "2026-11-23"}]
	}`)
	subjects := []store.Subject{store.PropertySubject("kims"), store.PropertySubject("toms"), store.PropertySubject("acme")}
	records, err := b.store.Load(t.Context(), subjects)
	b.must(err)
	batch, err := engine.NewDecider(b.store, time.UTC).Gather(t.Context(), records)
	b.must(err)
	for i, want := range [][]string{{store.CalendarName(feedURL)}, {store.CalendarName(feedURL)}, nil} {
		if got := batch.CalendarsOf(subjects[i]); !slices.Equal(got, want) {
			t.Errorf("%s depends on %q, want %q", subjects[i], got, want)
		}
	}
	b.worker()
	for _, id := range []string{"kims", "toms"} { // the calendar closes their hours up to noon
		b.becomes(id, widget.Away)
	}
	b.becomes("acme", widget.Online)
	b.quiet()
}

func TestCalendarsAreFetchedAndWakeTheirUsers(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	server := newFeedServer(t, b.clock.now)
	b.fetcher = server
	server.says(`"1"`, "UID:a DTSTART:20261123T080000Z DTEND:20261123T120000Z SUMMARY:Stocktaking")
	b.worker()
	b.worker()
	b.define(feedDefinitions)
	for _, id := range []string{"acme", "outlet", "staffed"} { // by a named schedule, in place, and by an agent's leave
		b.becomes(id, widget.Offline)
	}
	b.becomes("other", widget.Online)
	b.quiet()
	if n := server.asked.Load(); n != 1 {
		t.Errorf("two workers asked %d times", n)
	}

	// Nothing has changed an hour later, and it is asked for once.
	hour := b.feed().Next
	b.clock.set(hour)
	b.worker() // as a worker starts, it asks for calendars that are due, as each minute's beat does
	b.await("asked again", func() bool { return server.unread.Load() > 0 })
	b.await("noted", func() bool { return b.feed().Next.After(hour) })
	b.quiet()
	if n := server.asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}

	// A failure is shown, and its closures from before stay.
	server.fails(http.StatusInternalServerError)
	b.beat()
	b.await("the failure is kept", func() bool { return b.feed().Problem != "" })
	if got, want := b.feed().Problem, "fetching the calendar: the server answers 500 Internal Server Error"; got != want {
		t.Error(got)
	}
	if got := b.status("acme"); got != widget.Offline {
		t.Errorf("after a failure, acme is %s", got)
	}
	lines := b.lines("calendar not taken in: what it said before stays in force")
	if len(lines) != 1 || strings.Contains(text(t, lines[0]), "private-token") || !strings.Contains(text(t, lines[0]), "calendar.example") {
		t.Errorf("%d lines", len(lines))
	}

	// It says something new, and everybody opens at once.
	server.says(`"2"`, "UID:a DTSTART:20261224T080000Z DTEND:20261224T120000Z")
	b.beat()
	for _, id := range []string{"acme", "outlet", "staffed"} {
		b.becomes(id, widget.Online)
	}
	b.quiet()
	if f := b.feed(); f.Problem != "" || f.Events != 1 || f.ETag != `"2"` {
		t.Errorf("%+v", f)
	}
	want := `
# HELP deskbell_calendar_fetches_total Calendars that this worker has fetched, by result: changed, unchanged, failed (and what they said before stays in force).
# TYPE deskbell_calendar_fetches_total counter
deskbell_calendar_fetches_total{result="changed"} 2
deskbell_calendar_fetches_total{result="failed"} 1
deskbell_calendar_fetches_total{result="unchanged"} 1
`
	if err := testutil.CollectAndCompare(b.metrics, strings.NewReader(want), "deskbell_calendar_fetches_total"); err != nil {
		t.Error(err)
	}
	for _, e := range b.logged.AllEntries() {
		if strings.Contains(text(t, e), "private-token") {
			t.Errorf("the log tells the address: %s", text(t, e))
		}
	}

	// Nobody uses it any more: it is forgotten.
	b.define(`{"properties": {"other": {"schedule": "24/7"}}}`)
	b.beat()
	b.await("it is forgotten", func() bool { return b.feed().URL == "" })
	b.quiet()
	bodies, err := b.store.Schedules(t.Context(), []string{store.CalendarName(feedURL)})
	if err != nil || bodies[0] != nil {
		t.Errorf("%s, %v", bodies[0], err)
	}
}

// beat lets the time come at which the calendar is fetched again. An edit asks for calendars that are due, as each minute's
// beat does.
func (b *bundle) beat() {
	b.Helper()
	b.clock.set(b.feed().Next)
	b.must(b.client.Apply(b.Context(), nil, nil))
}

// await waits for a fact.
func (b *bundle) await(what string, fact func() bool) {
	b.Helper()
	redistest.Wait(b, what, fact)
}

// A calendar is no schedule: it is in no list, and no plan removes it.
func TestCalendarsAreNoDefinitions(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(feedDefinitions)
	name := store.CalendarName(feedURL)
	_, err := b.store.SetGlobal(t.Context(), store.GlobalSchedule, name, nil, []byte(`[{"from":"2026-11-23","to":"2026-11-23","name":"Closed"}]`))
	b.must(err)
	if steps := b.define(feedDefinitions); len(steps) != 0 {
		t.Errorf("steps %v", steps)
	}
	list, _, err := b.client.List(t.Context(), edit.KindSchedule, "", 100)
	if err != nil || len(list) != 1 || list[0].Name != "office" {
		t.Errorf("%v, %v", list, err)
	}
	s, err := b.client.NamedSchedule(t.Context(), "office")
	b.must(err)
	if got := s.At(morning(9, 0)); got.Open || got.Reason != "Closed" {
		t.Error(fmt.Sprint(got))
	}
}
