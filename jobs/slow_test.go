package jobs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// attacked defines a property whose every event costs as much as one may and leaves a tag, beside a shop that greets. What they do holds for an
// hour, since a busy machine takes minutes for all of it.
func attacked() string {
	conditions := strings.Repeat(`{"field": "page.url", "matches": "(?:a?b?){120}!"},`, 9) + `{"field": "page.url", "contains": "a"}`
	return fmt.Sprintf(`{"properties": {
		"acme": {"triggers": [{"name": "Welcome", "type": "site", "expiry": "1h", "message": "Hello"}]},
		"costly": {"triggers": [{"name": "T", "type": "advanced", "expiry": "1h", "on": "page.viewed", "match": "any", "conditions": [%s], "actions": [{"add_tag": "x"}]}]}}}`, conditions)
}

func costly(n, length int) event.Event {
	visitor := fmt.Sprint("c", n)
	e := event.New(event.PageViewed, event.Data{Property: "costly", Visitor: visitor, Visit: visitor, Page: event.Page{URL: "https://a.example/" + strings.Repeat("a", length)}})
	e.ID = fmt.Sprint("costly-", n)
	return e
}

// TestPropertiesThatTakeLongAreSetAside decides on visitors of two properties together.
func TestPropertiesThatTakeLongAreSetAside(t *testing.T) {
	t.Parallel()
	const visitors = 8
	for name, c := range map[string]struct {
		url   int // characters of it
		taken int // of the costly property, in a batch with the other
	}{
		"quick": {20, visitors},
		"slow":  {500, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := morning(9, 0)
			e := slowEngine(t, at)
			var events []event.Event
			for n := range visitors {
				events = append(events, costly(n, c.url))
			}
			events = append(events, arrived("v1"), arrived("v2"))
			for i := range events {
				var err error
				if events[i], err = (event.Intake{At: at}).Complete(named(fmt.Sprint("e", i), events[i])); err != nil {
					t.Fatal(err)
				}
			}
			taken, err := e.Process(t.Context(), events, nil)
			if err != nil {
				t.Fatal(err)
			}
			isSlow := c.taken < visitors
			if took := taken.Took["costly"]; took.IsSlow() != isSlow || taken.Aside["costly"] != isSlow || taken.Aside["acme"] {
				t.Errorf("got %+v, aside %v", took, taken.Aside)
			}
			if taken.Events != c.taken+2 || taken.SetAside() != visitors-c.taken {
				t.Errorf("%d events were taken, and %d set aside", taken.Events, taken.SetAside())
			}
			left := slices.DeleteFunc(slices.Clone(events), func(e event.Event) bool { return !taken.IsAside(&e) })
			if len(left) != visitors-c.taken {
				t.Errorf("%d events are left", len(left))
			}
			for _, again := range []struct{ taken, repeated int }{{visitors - c.taken, 0}, {0, visitors - c.taken}} {
				taken, err = e.ProcessAlone(t.Context(), left, nil)
				if err != nil {
					t.Fatal(err)
				}
				if taken.Events != again.taken || taken.Repeated != again.repeated || taken.SetAside() > 0 || len(taken.Aside) > 0 {
					t.Errorf("alone: %d events, %d repeated, %d aside %v", taken.Events, taken.Repeated, taken.SetAside(), taken.Aside)
				}
			}
		})
	}
}

// slowEngine has the properties of attacked.
func slowEngine(t *testing.T, at time.Time) *engine.Engine {
	t.Helper()
	log, _ := logtest.NewNullLogger()
	now := func() time.Time { return at }
	db := memstore.New(3, now)
	for id, p := range parse(t, attacked()).Properties {
		body, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Edit(t.Context(), store.Edit{Subject: store.PropertySubject(id), NewRev: 1, Definition: body, Due: at}); err != nil {
			t.Fatal(err)
		}
	}
	return engine.New(engine.Config{
		Store: db, TimeZone: time.UTC, Now: now, Log: log, Batch: 100, SetAside: true,
	})
}

// TestACostlyPropertyHoldsUpNobody sends events that cost as much as they may, seconds of work, and then those of a shop: each of
// these is greeted, while the others wait. None is lost.
func TestACostlyPropertyHoldsUpNobody(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics()})
	b.define(attacked())
	b.worker()
	b.quiet()
	const many = 4
	var events []event.Event
	for n := range many / 2 {
		events = append(events, costly(n, 8000))
	}
	b.send(append(events, arrived("v0"))...) // one task with events of both
	for n := many / 2; n < many; n++ {
		b.send(costly(n, 8000))
	}
	b.send(arrived("v1"))
	redistest.Wait(t, "all is taken in", func() bool { return b.eventsTaken() == many+2 })
	b.quiet()
	var order []string
	for _, a := range b.visitorActions() {
		order = append(order, string(a.Type)+" "+a.data.Visitor)
	}
	greeted := slices.IndexFunc(order, func(a string) bool {
		return strings.HasPrefix(a, string(action.MessageSend)) && strings.HasSuffix(a, "v1")
	})
	if got := len(order); got != many+2 || greeted < 0 || greeted == got-1 { // it came last, and waits for one or two of those on a machine that is busy
		t.Errorf("the last visitor of the shop is number %d of %d: %q", greeted, got, order)
	}
	if len(b.lines("a property takes long to decide on, and is decided on alone for some minutes: make its regular expressions smaller (said once a minute)")) == 0 {
		t.Error("no line says so")
	}
	if notes := b.notes(); len(notes) > 0 {
		t.Errorf("notes are left: %q", notes)
	}
	if len(b.lines("a worker has gone that held events: they are taken in from copies"))+len(b.lines("job failed: it will be tried again")) > 0 {
		return // on a very busy machine: those that come again are heard twice
	}
	counts := scrape(b, b.metrics)
	if aside, repeated := counts.value(`deskbell_events_total{result="set_aside"}`), counts.value(`deskbell_events_total{result="repeated"}`); aside == 0 || repeated > 0 {
		t.Errorf("%v events were set aside, and %v count as repeated, though each was sent once", aside, repeated)
	}
}

// eventsTaken counts the events that workers have taken in.
func (b *bundle) eventsTaken() int {
	return int(scrape(b, b.metrics).value(`deskbell_events_total{result="taken"}`))
}
