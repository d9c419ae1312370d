package jobs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestTextsAreReadAlike sends events with texts from outside that are hard to read to two workers on a Redis and to a
// simulation: both say the same.
func TestTextsAreReadAlike(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"triggers": [
		{"name": "Path", "type": "advanced", "on": "page.viewed", "frequency": "every_time", "conditions": [{"field": "page.path", "is": "/100%/pricing"}], "message": "by path"},
		{"name": "Name", "type": "site", "message": "Hi {{visitor.name|there}}"},
		{"name": "Word", "type": "advanced", "on": "chat.message", "frequency": "every_time", "conditions": [{"field": "message.text", "ends_with": "refund"}], "message": "by word"},
		{"name": "Order", "type": "advanced", "on": "page.viewed", "frequency": "every_time", "conditions": [{"field": "visitor.custom.order", "ends_with": "Z"}, {"field": "visitor.custom.k0", "is": 0}], "message": "by order"},
		{"name": "Source", "type": "advanced", "on": "page.viewed", "frequency": "every_time", "conditions": [{"field": "page.utm_source", "is": "x"}], "message": "by source"}]}}}`
	b, s := both(t, setup{}, text)
	n := 0
	take := func(visitor string, e event.Event) {
		n++
		e.Data.Property, e.Data.Visitor, e.Data.Visit = "acme", visitor, "s1"
		e.ID, e.Time = fmt.Sprint("e", n), b.clock.now().UTC().Truncate(time.Millisecond)
		done, err := event.Intake{}.Complete(e)
		s.must(err)
		b.send(done)
		s.must(s.Advance(t.Context(), done.Time))
		s.must(s.Take(t.Context(), done))
	}
	send := func(visitor string, p event.Page) { take(visitor, event.New(event.PageViewed, event.Data{Page: p})) }
	send("percent", event.Page{URL: "https://acme.example/100%/pricing?utm_source=x"})
	send("repeated", event.Page{URL: "https://acme.example/?utm_source=w&utm_source=x"})
	send("user", event.Page{URL: "https://p%:q@acme.example/100%25/pricing"})
	send("no_scheme", event.Page{URL: "acme.example/100%/pricing?utm_source=x"})
	send("long", event.Page{URL: "https://acme.example/?" + strings.Repeat("y", 8000) + "&utm_source=x"})
	take("writes", event.New(event.ChatRequested, event.Data{Chat: "c1"}))
	take("writes", event.New(event.ChatMessage, event.Data{Chat: "c1", From: event.FromVisitor, Text: strings.Repeat("é", 8186) + "refund"}))
	take("turns", event.New(event.VisitorArrived, event.Data{Attributes: event.Attributes{Name: "\u202Egnp\u202C\x00exe"}}))
	custom := event.Values{"order": strings.Repeat("é", 1023) + "Z"}
	for k := range 60 {
		custom[fmt.Sprint("k", k)] = json.Number(strconv.Itoa(k))
	}
	take("orders", event.New(event.PageViewed, event.Data{Page: event.Page{URL: "https://acme.example/"}, Attributes: event.Attributes{Custom: custom}}))
	want := []string{"long: by source", "orders: by order", "percent: by path", "percent: by source", "repeated: by source", "turns: Hi gnp exe", "user: by path", "writes: by word"}
	redistest.Wait(t, "all is said", func() bool { return len(b.messages()) >= len(want) })
	b.quiet()
	s.until(b.clock.now())
	said := b.messages()
	slices.Sort(said)
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	saysTheSame(b, s, len(want))
}

// TestAnExpressionOfAnOlderVersionDecidesNothing has a definition in the store that is refused today. It stops nobody: the
// trigger is held back, and that is counted and shown.
func TestAnExpressionOfAnOlderVersionDecidesNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	defs := parse(t, strings.Replace(patient, `{"field": "visitor.country", "is": "GB"}`, `{"field": "page.url", "matches": "a*"}`, 1))
	defs.Properties["acme"].Triggers[1].Conditions[0].Value = json.RawMessage(`"(?:a?b?){480}x"`)
	steps, err := b.client.Plan(t.Context(), defs)
	b.must(err)
	b.must(b.client.Apply(t.Context(), steps, nil))
	b.worker()
	b.quiet()
	b.send(viewed("v1", "/"+strings.Repeat("a", 2030)))
	redistest.Wait(t, "it is shown", func() bool { return len(b.heldBack()) == 1 })
	if got := b.heldBack()[0]; got.Trigger != "British" || got.Reason != "budget" || got.Text != "the regular expressions of conditions would take too long on texts of this length" {
		t.Errorf("shown: %+v", got)
	}
	b.quiet()
	scrape(t, b.metrics).expect(map[string]float64{
		`deskbell_messages_skipped_total{reason="budget"}`: 1, `deskbell_events_total{result="taken"}`: 1,
	})
}
