package jobs_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func submitted(id, property string, at time.Time) event.Event {
	e := event.New(event.FormSubmitted, event.Data{
		Property: property, Visitor: "v1", Department: "sales", Attributes: event.Attributes{Name: "Ann"},
		Form: event.Form{Kind: event.OfflineForm, Fields: event.Values{"order": "17"}},
	})
	e.ID, e.Time = id, at
	return e
}

// TestFormsAreConfirmedOnce sends forms twice and late, to two workers and to a simulation.
func TestFormsAreConfirmedOnce(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {
		"silent":  {"schedule": "daily 9-17", "auto_replies": {"form": ""}},
		"plain":   {"schedule": "daily 9-17"},
		"worded":  {"auto_replies": {"form": "Thank you, {{visitor.name|and bye}}. {{department}} answers."}, "departments": {"sales": {"name": "Sales"}}},
		"nowords": {"auto_replies": {"form": "{{agent.name}}"}}
	}}`
	want := []string{
		"nowords e1 ticket.create offline_form 17", "nowords e2 ticket.create offline_form 17",
		"plain e1 message.send ✓", "plain e1 ticket.create offline_form 17", "plain e2 message.send ✓", "plain e2 ticket.create offline_form 17",
		"silent e1 ticket.create offline_form 17", "silent e2 ticket.create offline_form 17",
		"worded e1 message.send Thank you, Ann. Sales answers.", "worded e1 ticket.create offline_form 17",
		"worded e2 message.send Thank you, Ann. Sales answers.", "worded e2 ticket.create offline_form 17",
	}
	says := func(list []visitorAction) []string {
		var said []string
		for _, a := range list {
			what := a.data.Text
			if a.data.Ticket != nil {
				what = fmt.Sprint(a.data.Ticket.Form, " ", a.data.Ticket.Fields["order"])
			}
			said = append(said, fmt.Sprintf("%s %s %s %s", a.data.Property, a.data.Cause.Event, a.Type, what))
		}
		slices.Sort(said)
		return said
	}
	b, s := both(t, setup{clock: morning(20, 0)}, text)
	now, late := b.clock.now(), b.clock.now().Add(-6*time.Hour) // in hours
	for _, property := range []string{"silent", "plain", "worded", "nowords"} {
		first, second := submitted("e1", property, now), submitted("e2", property, late)
		b.send(first, first)
		b.send(second)
		b.send(first, second)
		s.take(first, first, second, first, second)
	}
	redistest.Wait(t, "all are answered", func() bool { return len(b.visitorActions()) >= len(want) })
	b.quiet()
	if diff := cmp.Diff(want, says(b.visitorActions())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, says(s.visitorActions())); diff != "" {
		t.Errorf("simulated: %s", diff)
	}
	for _, a := range b.visitorActions() {
		if a.data.Rule != "form" || a.Type == action.TicketCreate && (a.data.Ticket.Form != "offline_form" || a.data.Department != "sales") {
			t.Errorf("%+v", a.data)
		}
	}
}
