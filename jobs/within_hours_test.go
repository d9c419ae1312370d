package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

// happened gives in short the actions about visitors: "09:05 message.send sales: Soon".
func (s *simulated) happened() (list []string) {
	s.Helper()
	for _, a := range s.visitorActions() {
		line := a.Time.Format("Mon 15:04 ") + string(a.Type)
		switch d := a.data; a.Type {
		case action.ChatSnooze:
			line += " until " + d.Until.Format("Mon 15:04")
		case action.ChatSLAWarning:
			line += " " + d.Department + " due " + d.Due.Format("Mon 15:04")
		default:
			line += " " + d.Text + d.Tag
		}
		list = append(list, line)
	}
	return list
}

// TestTimeWithinHours plays what definitions say of time within hours, from Monday on. Tuesday is a holiday where a case
// says so.
func TestTimeWithinHours(t *testing.T) {
	t.Parallel()
	late := morning(16, 0)
	for name, c := range map[string]struct {
		keys   string
		events []event.Event
		want   []string
	}{
		"a step counts open hours": {
			`"rescue": [{"after": "4h", "count": "open_hours", "add_tag": "slow"}]`,
			[]event.Event{asks(late, "", "Hello?")}, []string{"Tue 12:00 tag.add slow"},
		},
		"of the department": {
			`"rescue": [{"after": "4h", "count": "open_hours", "add_tag": "slow"}]`,
			[]event.Event{asks(late, "sales", "Hello?")}, []string{"Wed 10:00 tag.add slow"},
		},
		"of the department that the visitor chose": {
			`"rescue": [{"after": "4h", "count": "open_hours", "add_tag": "slow"}]`,
			[]event.Event{chooses(late.Add(-time.Hour), "sales"), asks(late, "", "Hello?")}, []string{"Wed 10:00 tag.add slow"},
		},
		"over a holiday": {
			`"schedule": {"weekly": "daily 9-17", "exceptions": [{"on": "2026-11-24", "closed": true}]}, "rescue": [{"after": "4h", "count": "open_hours", "add_tag": "slow"}]`,
			[]event.Event{asks(late, "", "Hello?")}, []string{"Wed 12:00 tag.add slow"},
		},
		"answered between": {
			`"rescue": [{"after": "4h", "count": "open_hours", "add_tag": "slow"}]`,
			[]event.Event{asks(late, "", "Hello?"), writes(morning(16, 30), event.FromAgent)}, nil,
		},
		"a step is deferred": {
			`"rescue": [{"after": "2h", "when_closed": "defer", "send_message": "Sorry"}]`,
			[]event.Event{asks(late, "", "Hello?")}, []string{"Tue 10:00 message.send Sorry"},
		},
		"and dropped where nothing is said": {
			`"rescue": [{"after": "2h", "send_message": "Sorry"}]`, []event.Event{asks(late, "", "Hello?")}, nil,
		},
		"a trigger counts open hours": {
			`"triggers": [{"name": "T", "type": "advanced", "on": "chat.unanswered", "after": "90m", "count": "open_hours", "message": "Sorry"}]`,
			[]event.Event{asks(late, "", "Hello?")}, []string{"Tue 09:30 message.send Sorry"},
		},
		"a trigger is deferred": {
			`"triggers": [{"name": "T", "type": "rescue", "delay": "30s", "when_closed": "defer", "message": "Good morning"}]`,
			[]event.Event{asks(morning(20, 0), "sales", "Hello?")}, []string{"Tue 09:00 message.send Good morning"},
		},
		"a step snoozes": {
			`"rescue": [{"after": "1m", "send_message": "Soon"}, {"after": "5m", "snooze": "next_opening"}]`,
			[]event.Event{asks(late, "", "Hello?")},
			[]string{"Mon 16:01 message.send Soon", "Mon 16:05 chat.snooze until Tue 09:00", "Tue 09:01 message.send Soon"},
		},
		"a trigger snoozes, until the department opens": {
			`"rescue": [{"after": "10m", "send_message": "Soon"}],
				"triggers": [{"name": "T", "type": "advanced", "on": "chat.requested", "delay": "5m", "actions": [{"snooze": "next_opening"}]}]`,
			[]event.Event{asks(morning(11, 0), "sales", "Hello?")},
			[]string{"Mon 11:05 chat.snooze until Tue 09:00", "Tue 09:10 message.send Soon"},
		},
		"a snoozed chat pauses triggers that promise help": {
			`"rescue": [{"after": "5m", "snooze": "next_opening"}],
				"triggers": [{"name": "T", "type": "rescue", "delay": "10m", "message": "Still there?"},
					{"name": "U", "type": "advanced", "on": "chat.unanswered", "after": "12m", "actions": [{"add_tag": "slow"}]},
					{"name": "V", "type": "advanced", "on": "chat.idle", "after": "14m", "actions": [{"add_tag": "idle"}]},
					{"name": "W", "type": "advanced", "on": "chat.requested", "delay": "8m", "actions": [{"add_tag": "asked"}]}]`,
			[]event.Event{asks(late, "", "Hello?")},
			[]string{"Mon 16:05 chat.snooze until Tue 09:00", "Mon 16:08 tag.add asked", "Tue 09:10 message.send Still there?", "Tue 09:12 tag.add slow", "Tue 09:14 tag.add idle"},
		},
		"a first answer": {
			`"sla": {"first_answer": "90m", "warn_before": "10m"}`,
			[]event.Event{asks(late, "", "Hello?")}, []string{"Tue 09:20 chat.sla_warning  due Tue 09:30"},
		},
		"a first answer of a department": {
			`"sla": {"first_answer": "30m", "warn_before": "10m"}`,
			[]event.Event{asks(late, "sales", "Hello?")}, []string{"Tue 09:20 chat.sla_warning sales due Tue 09:30"},
		},
		"a first answer in time": {
			`"sla": {"first_answer": "30m", "warn_before": "10m"}`,
			[]event.Event{asks(late, "", "Hello?"), writes(late.Add(19*time.Minute), event.FromAgent)}, nil,
		},
		"without a schedule": {
			`"schedule": "24/7", "sla": {"first_answer": "2h", "warn_before": "30m"}, "rescue": [{"after": "2h", "count": "open_hours", "send_message": "Sorry"}]`,
			[]event.Event{asks(late, "", "Hello?")},
			[]string{"Mon 17:30 chat.sla_warning  due Mon 18:00", "Mon 18:00 message.send Sorry"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := c.keys
			if !strings.Contains(keys, `"schedule"`) {
				keys = `"schedule": "daily 9-17", ` + keys
			}
			if !strings.Contains(keys, `"triggers"`) {
				keys = `"triggers": [], ` + keys
			}
			s := simulation(t, morning(8, 0), 1)
			s.define(`{"properties": {"acme": {"departments": {"sales": {"schedule": "daily 9-12"}}, ` + keys + `}}}`)
			s.hears(c.events, morning(23, 0).AddDate(0, 0, 3))
			if diff := cmp.Diff(c.want, s.happened()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestASimulationCountsHoursAsWorkersDo lets a night pass over chats whose steps and triggers count open hours, are
// deferred and snooze, and over an edit of the hours: for two workers on a Redis, and in a simulation.
func TestASimulationCountsHoursAsWorkersDo(t *testing.T) {
	t.Parallel()
	text := func(property string) string {
		return `{"properties": {"acme": {"schedule": "` + property + `", "departments": {"sales": {"schedule": "daily 9-12"}},
			"sla": {"first_answer": "30m", "warn_before": "10m"},
			"triggers": [
				{"name": "Open", "type": "rescue", "delay": "12m", "count": "open_hours", "message": "Still there?", "frequency": "every_time"},
				{"name": "Morning", "type": "rescue", "delay": "11m", "when_closed": "defer", "message": "Good morning"},
				{"name": "Later", "type": "advanced", "on": "chat.requested", "conditions": [{"field": "message.text", "contains": "later"}], "actions": [{"snooze": "next_opening"}]}],
			"rescue": [
				{"after": "15m", "when_closed": "defer", "actions": [{"send_message": "Sorry"}, {"add_tag": "sorry"}]},
				{"after": "20m", "count": "open_hours", "add_tag": "counted"},
				{"after": "30m", "snooze": "next_opening"}]}}}`
	}
	b, s := both(t, setup{clock: morning(16, 50)}, text("daily 9-17"))
	n := 0
	send := func(e event.Event) {
		n++
		e.ID, e.Time = fmt.Sprint("e", n), b.clock.now().UTC().Truncate(time.Millisecond)
		b.send(complete(t, []event.Event{e})...)
		s.must(s.Advance(t.Context(), e.Time))
		s.must(s.Take(t.Context(), complete(t, []event.Event{e})...))
	}
	crosses := func(day, hour, minute int) { // well after the instants that events of the first seconds lead to
		at := morning(hour, minute).AddDate(0, 0, day).Add(30 * time.Second)
		b.crosses(at)
		s.until(at)
	}
	sales, later := requested("bob", "c2"), requested("kim", "c3")
	sales.Data.Department, later.Data.Text = "sales", "Call me later"
	send(requested("ann", "c1"))
	send(sales)
	send(later)
	redistest.Wait(t, "kim's chat is snoozed", func() bool {
		return slices.ContainsFunc(b.visitorActions(), func(a visitorAction) bool { return a.Type == action.ChatSnooze })
	})
	crosses(0, 17, 5)
	b.define(text("daily 9:30-17"))
	s.define(text("daily 9:30-17"))
	b.quiet()
	crosses(1, 9, 30)
	for _, minute := range []int{31, 32, 35, 40} {
		crosses(1, 9, minute)
	}
	send(event.New(event.ChatMessage, event.Data{Property: "acme", Chat: "c2", From: event.FromAgent, Agent: "lea", Text: "Hi!"}))
	for _, minute := range []int{41, 42, 45, 50} { // kim's triggers begin again at 9:30
		crosses(1, 9, minute)
	}
	saysTheSame(b, s, 12)
	for _, want := range []string{"ann: Still there?", "ann: Sorry", "kim: Sorry", "ann: Good morning", "kim: Good morning"} {
		if !slices.Contains(b.messages(), want) {
			t.Errorf("%q is not among %q", want, b.messages())
		}
	}
}

// TestAnOverrideInTheMiddleOfACount closes a property, or the department of a chat, for an hour. That it was closed counts
// also once the override is over.
func TestAnOverrideInTheMiddleOfACount(t *testing.T) {
	t.Parallel()
	for _, department := range []string{"", "sales"} {
		t.Run("of "+department, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{clock: morning(10, 0)})
			b.define(`{"properties": {"acme": {"schedule": "daily 9-17", "departments": {"sales": {}}, "triggers": [],
				"rescue": [{"after": "30m", "count": "open_hours", "send_message": "Sorry"}]}}}`)
			b.worker()
			b.quiet()
			ask := requested("ann", "c1")
			ask.Data.Department = "sales"
			b.send(ask)
			b.quiet()
			_, err := b.client.Force(b.Context(), "acme", department, &hours.Override{From: b.clock.now(), Until: morning(11, 0)})
			b.must(err)
			b.quiet()
			for _, closed := range []time.Time{morning(10, 30), morning(11, 0), morning(11, 29)} {
				b.crosses(closed.Add(20 * time.Second))
				if list := b.messages(); len(list) > 0 {
					t.Fatalf("%v: %q", closed, list)
				}
			}
			b.crosses(morning(11, 30).Add(20 * time.Second))
			b.hears("ann: Sorry")
		})
	}
}

// wakeful is a store that notes which subjects are woken.
type wakeful struct {
	store.Store
	woken map[store.Subject]bool
}

func (w wakeful) Wake(ctx context.Context, shard int, subjects []store.Subject, at time.Time) error {
	for _, s := range subjects {
		w.woken[s] = true
	}
	return w.Store.Wake(ctx, shard, subjects, at)
}

// TestOtherZonesWakeVisitorsWhoseTimersCountHours has visitors without a chat.
func TestOtherZonesWakeVisitorsWhoseTimersCountHours(t *testing.T) {
	t.Parallel()
	db := wakeful{woken: make(map[store.Subject]bool)}
	s := &simulated{TB: t, Simulation: simulate.New(simulate.Config{
		Open: func(now func() time.Time) store.Store { db.Store = memstore.New(2, now); return &db },
		From: morning(18, 0), TimeZone: time.UTC, Action: func([]byte) error { return nil },
	})}
	s.define(`{"properties": {"acme": {"schedule": "daily 9-17", "triggers": [
		{"name": "Won", "type": "advanced", "on": "visitor.custom", "event": "won", "delay": "2h", "count": "open_hours", "actions": [{"add_tag": "won"}]},
		{"name": "Later", "type": "advanced", "on": "visitor.custom", "event": "later", "when_closed": "defer", "actions": [{"add_tag": "later"}]},
		{"name": "Plain", "type": "advanced", "on": "visitor.custom", "event": "plain", "delay": "2h", "actions": [{"add_tag": "plain"}]}]}}}`)
	for _, visitor := range []string{"won", "later", "plain"} {
		e := event.New(event.VisitorCustom, event.Data{Property: "acme", Visitor: visitor, Visit: visitor + ".1", Name: visitor})
		e.ID = visitor
		s.take(e)
	}
	clear(db.woken)
	_, err := s.WakeAll(t.Context())
	s.must(err)
	s.must(s.Settle(t.Context()))
	want := map[store.Subject]bool{
		store.PropertySubject("acme"): true, store.VisitorSubject("acme", "won"): true, store.VisitorSubject("acme", "later"): true,
	}
	if diff := cmp.Diff(want, db.woken); diff != "" {
		t.Error(diff)
	}
}

// TestAnEditWakesVisitorsWhoseTimersCountHours has a visitor without a chat.
func TestAnEditWakesVisitorsWhoseTimersCountHours(t *testing.T) {
	t.Parallel()
	text := func(until int) string {
		return fmt.Sprintf(`{"properties": {"acme": {"schedule": "daily 9-%d", "triggers": [{"name": "Won", "type": "advanced",
			"on": "visitor.custom", "event": "won", "delay": "2h", "count": "open_hours", "actions": [{"add_tag": "won"}]}]}}}`, until)
	}
	b := newBundle(t, setup{clock: morning(16, 0)})
	b.define(text(17))
	b.worker()
	b.quiet()
	b.send(event.New(event.VisitorCustom, event.Data{Property: "acme", Visitor: "ann", Visit: "ann.1", Name: "won"}))
	b.quiet()
	b.define(text(21))
	b.quiet()
	b.crosses(morning(18, 0).Add(20 * time.Second))
	redistest.Wait(t, "the trigger has acted today", func() bool { return len(b.visitorActions()) == 1 })
}
