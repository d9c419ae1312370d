package jobs_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// patient is a property with a message on one page after a while, and one for British visitors.
const patient = `{"properties": {"acme": {"triggers": [
	{"name": "Pricing", "type": "page", "url": {"contains": "/pricing"}, "delay": "1h", "message": "Shall we talk?"},
	{"name": "British", "type": "advanced", "on": "page.viewed", "conditions": [{"field": "visitor.country", "is": "GB"}], "message": "Hello there"}
]}}}`

func viewed(visitor, path string) event.Event {
	return event.New(event.PageViewed, event.Data{Property: "acme", Visitor: visitor, Visit: visitor + ".1", Page: event.Page{URL: "https://example.com" + path}})
}

// heldBack are the messages that the board shows as held back.
func (b *bundle) heldBack() (list []action.Visitor) {
	b.Helper()
	recent, err := b.client.Recent(b.Context(), 100)
	b.must(err)
	for _, a := range recent {
		if a.Type != action.MessageSkipped {
			continue
		}
		var d action.Visitor
		raw, _ := a.Data.(json.RawMessage)
		b.must(json.Unmarshal(raw, &d))
		list = append(list, d)
	}
	return list
}

func TestWhatIsHeldBackIsSeen(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	b.define(patient)
	b.worker()
	b.quiet()
	b.send(viewed("v1", "/pricing"))
	b.quiet()
	if list := b.heldBack(); len(list) > 0 {
		t.Errorf("conditions that do not hold are shown: %+v", list)
	}
	b.send(viewed("v1", "/about"))
	redistest.Wait(t, "it is shown", func() bool { return len(b.heldBack()) == 1 })
	b.quiet()
	got := b.heldBack()[0]
	if got.Property != "acme" || got.Visitor != "v1" || got.Trigger != "Pricing" || got.Reason != "other_page" || got.Text != "the visitor has left the page" {
		t.Errorf("shown: %+v", got)
	}
	if all := b.visitorActions(); len(all) > 0 {
		t.Errorf("delivered: %+v", all)
	}
	scrape(t, b.metrics).expect(map[string]float64{
		`deskbell_messages_skipped_total{reason="other_page"}`: 1, `deskbell_messages_skipped_total{reason="conditions"}`: 2,
		`deskbell_messages_skipped_total{reason="late"}`: 0, `deskbell_events_total{result="taken"}`: 2,
	})
	var lines []string
	for _, e := range b.lines("message held back") {
		text := fmt.Sprint(e.Data)
		lines = append(lines, fmt.Sprint(e.Level, " ", e.Data["trigger"], " ", e.Data["reason"], " ", e.Data["condition"]))
		if strings.Contains(text, "v1.1") || strings.Contains(text, "example.com") {
			t.Errorf("the log says what it should not: %s", text)
		}
	}
	if got, want := strings.Join(lines, "; "), `debug British conditions visitor.country is "GB"; debug Pricing other_page <nil>; debug British conditions visitor.country is "GB"`; got != want {
		t.Errorf("logged:\n%s\nwant\n%s", got, want)
	}
}

func TestATimerThatIsHeldBackIsSeen(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	b.define(strings.Replace(patient, `"1h"`, `"2s"`, 1))
	b.worker()
	b.quiet()
	b.send(viewed("v1", "/pricing"))
	b.send(event.New(event.VisitorLeft, event.Data{Property: "acme", Visitor: "v1", Visit: "v1.1"}))
	redistest.Wait(t, "it is shown", func() bool { return len(b.heldBack()) == 1 })
	if got := b.heldBack()[0]; got.Reason != "visitor_left" {
		t.Errorf("shown: %+v", got)
	}
}

func TestTheBoardShowsSomeOfManyHeldBack(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics(), shards: 50})
	b.define(patient)
	b.worker()
	b.quiet()
	var first, second []event.Event
	for i := range 100 {
		v := fmt.Sprint("v", i)
		first, second = append(first, viewed(v, "/pricing")), append(second, viewed(v, "/about"))
	}
	b.send(first...)
	b.quiet()
	began := time.Now()
	b.send(second...)
	redistest.Wait(t, "all are held back", func() bool {
		return scrape(t, b.metrics).value(`deskbell_messages_skipped_total{reason="other_page"}`) == 100
	})
	most := 6 + int(time.Since(began)/(4*time.Second))
	if n := len(b.heldBack()); n < 1 || n > most {
		t.Errorf("%d are shown, want 1 to %d", n, most)
	}
}

func TestNothingIsSaidOfMessagesWhereNobodyReadsIt(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	b.log.SetLevel(logrus.InfoLevel)
	b.define(patient)
	b.worker()
	b.quiet()
	b.send(viewed("v1", "/"))
	redistest.Wait(t, "it is counted", func() bool {
		return scrape(t, b.metrics).value(`deskbell_messages_skipped_total{reason="conditions"}`) == 2
	})
	if lines := b.lines("message held back"); len(lines) > 0 {
		t.Errorf("logged: %v", lines[0].Data)
	}
}

func TestRepeatedEventsAreCounted(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	b.define(greeting)
	b.worker()
	b.quiet()
	e := named("e1", arrived("v1"))
	for range 3 {
		b.send(e)
		b.quiet()
	}
	scrape(t, b.metrics).expect(map[string]float64{
		`deskbell_events_total{result="taken"}`: 1, `deskbell_events_total{result="repeated"}`: 2, `deskbell_events_total{result="dropped"}`: 0,
	})
}
