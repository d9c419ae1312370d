package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/event"
)

// lunch has sales pause from noon to two, and end before the property does.
const lunch = `{"properties": {"acme": {"language": "en-GB", "schedule": "mon-fri 9-18", "widget": {"waiting_at_close": "reply"},
	"departments": {"sales": {"name": "Sales", "schedule": "mon-fri 9-12, 14-16"}, "help": {"name": "Help"}},
	"auto_replies": {"during": "Open, else {{next_open}}", "outside": "{{department|Acme}} closed. Back {{next_open}}", "handoff": "A person comes {{next_open|soon}}", "form": "Answered {{next_open}}"},
	"rescue": [{"after": "30s", "send_message": "Soon, else {{next_open}}"}],
	"triggers": [
		{"name": "Ask", "type": "advanced", "on": "chat.requested", "message": "Asked. {{department|Acme}} opens {{next_open}}"},
		{"name": "Choose", "type": "advanced", "on": "department.chosen", "message": "Chosen. {{department|Acme}} opens {{next_open}}"}]}}}`

// TestTheNextOpeningIsOfTheChatsDepartment: every text of a chat names it.
func TestTheNextOpeningIsOfTheChatsDepartment(t *testing.T) {
	t.Parallel()
	noon, half := morning(11, 59), morning(12, 30)
	form := func(at time.Time, department string) event.Event {
		return happens(at, event.FormSubmitted, event.Data{Department: department, Form: event.Form{Kind: event.OfflineForm}})
	}
	handoff := func(at time.Time, department string) event.Event {
		return happens(at, event.ChatHandoff, event.Data{Chat: "c1", Department: department})
	}
	for name, c := range map[string]struct {
		events []event.Event
		want   []string
	}{
		"asked while it is closed": {
			[]event.Event{asks(half, "sales", "Hello?")},
			[]string{": Asked. Sales opens today at 14:00", "auto_reply.outside: Sales closed. Back today at 14:00 [{help Help}]"},
		},
		"chosen, and asked": {
			[]event.Event{chooses(half, "sales"), asks(half.Add(time.Second), "", "Hello?")},
			[]string{": Chosen. Sales opens today at 14:00", ": Asked. Sales opens today at 14:00", "auto_reply.outside: Sales closed. Back today at 14:00 [{help Help}]"},
		},
		"of another department": {
			[]event.Event{asks(half, "help", "Hello?")},
			[]string{": Asked. Help opens tomorrow at 09:00", "auto_reply.during: Open, else tomorrow at 09:00", "rescue: Soon, else tomorrow at 09:00"},
		},
		"of none": {
			[]event.Event{asks(half, "", "Hello?")},
			[]string{": Asked. Acme opens tomorrow at 09:00", "auto_reply.during: Open, else tomorrow at 09:00", "rescue: Soon, else tomorrow at 09:00"},
		},
		"handed over": {[]event.Event{handoff(half, "sales")}, []string{"auto_reply.handoff: A person comes today at 14:00"}},
		"waiting at its close": {
			[]event.Event{asks(noon, "sales", "")},
			[]string{": Asked. Sales opens today at 14:00", "rescue: Soon, else today at 14:00", "waiting_at_close: Sales closed. Back today at 14:00 [{help Help}]"},
		},
		"a form": {[]event.Event{form(half, "sales")}, []string{"form: Answered today at 14:00", "form: a ticket for sales"}},
		"in the evening": {
			[]event.Event{asks(morning(16, 30), "sales", "Hello?")},
			[]string{": Asked. Sales opens tomorrow at 09:00", "auto_reply.outside: Sales closed. Back tomorrow at 09:00 [{help Help}]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulation(t, morning(8, 0), 1)
			s.define(lunch)
			end := c.events[len(c.events)-1].Time.Add(time.Minute)
			if diff := cmp.Diff(c.want, s.hears(c.events, end)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAPromiseFollowsTheChatsDepartment: what tells a visitor that help is near is held back beside a closed department, as
// the ladder is. A trigger that starts at the request may still say that it is closed.
func TestAPromiseFollowsTheChatsDepartment(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"schedule": "daily 9-17", "departments": {"sales": {"schedule": "daily 9-12"}, "help": {}},
		"triggers": [
			{"name": "rescue", "type": "rescue", "delay": "10s", "message": "rescue"},
			{"name": "unanswered", "type": "advanced", "on": "chat.unanswered", "after": "20s", "message": "unanswered"},
			{"name": "idle", "type": "advanced", "on": "chat.idle", "after": "30s", "message": "idle"},
			{"name": "other", "type": "advanced", "on": "chat.requested", "conditions": [{"field": "department.sales.status", "is": "offline"}, {"field": "chat.department", "is": "sales"}], "message": "other"}],
		"rescue": [{"after": "40s", "send_message": "ladder"}]}}}`
	const offered = "auto_reply.outside:  [{help help}]"
	all := []string{": rescue", ": unanswered", ": idle", "rescue: ladder"}
	for name, c := range map[string]struct {
		events []event.Event
		want   []string
	}{
		"open":               {[]event.Event{asks(morning(11, 0), "sales", "")}, all},
		"closed":             {[]event.Event{asks(morning(13, 0), "sales", "")}, []string{": other", offered}},
		"chosen":             {[]event.Event{chooses(morning(12, 59), "sales"), asks(morning(13, 0), "", "")}, []string{": other", offered}},
		"another":            {[]event.Event{asks(morning(13, 0), "help", "")}, all},
		"none":               {[]event.Event{asks(morning(13, 0), "", "")}, all},
		"not defined":        {[]event.Event{asks(morning(13, 0), "repairs", "")}, all},
		"closes meanwhile":   {[]event.Event{asks(morning(11, 59).Add(45*time.Second), "sales", "")}, []string{": rescue"}},
		"property is closed": {[]event.Event{asks(morning(18, 0), "help", "")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulation(t, morning(8, 0), 1)
			s.define(text)
			end := c.events[len(c.events)-1].Time.Add(2 * time.Minute)
			if diff := cmp.Diff(c.want, s.hears(c.events, end)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEachMessageIsUnanswered: a trigger on chat.unanswered counts from every message that has no answer, in whatever order
// events arrive.
func TestEachMessageIsUnanswered(t *testing.T) {
	t.Parallel()
	defs := func(s *simulated) {
		s.define(`{"properties": {"acme": {"triggers": [{"name": "T", "type": "advanced", "on": "chat.unanswered", "after": "60s", "message": "hi", "frequency": "every_time"}]}}}`)
	}
	said := func(s *simulated) (list []string) {
		for _, a := range s.visitorActions() {
			list = append(list, a.Time.Format("15:04:05"))
		}
		return list
	}
	s := simulation(t, morning(8, 0), 1)
	defs(s)
	s.hears([]event.Event{asks(morning(10, 0), "", "Hello?"), writes(morning(10, 2), event.FromVisitor), writes(morning(10, 5), event.FromVisitor)}, morning(11, 0))
	if diff := cmp.Diff([]string{"10:01:00", "10:03:00", "10:06:00"}, said(s)); diff != "" {
		t.Error(diff)
	}
	rapid.Check(t, func(r *rapid.T) {
		at := func(second int) time.Time { return morning(10, 0).Add(time.Duration(second) * time.Second) }
		seconds := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}).Draw(r, "order")
		var answered int
		var events []event.Event
		from := map[int]event.Author{}
		for _, second := range seconds[:rapid.IntRange(1, len(seconds)).Draw(r, "n")] {
			from[second] = rapid.SampledFrom([]event.Author{event.FromVisitor, event.FromVisitor, event.FromAgent}).Draw(r, "from")
			if events = append(events, writes(at(second), from[second])); from[second] == event.FromAgent {
				answered = max(answered, second)
			} else if second == 0 {
				events[len(events)-1] = asks(at(second), "", "Hello?")
			}
		}
		var want []string
		for second := range 10 {
			if from[second] == event.FromVisitor && (second > answered || answered == 0 && from[0] != event.FromAgent) {
				want = append(want, at(second+60).Format("15:04:05"))
			}
		}
		s := simulation(t, morning(8, 0), 1)
		defs(s)
		s.until(at(10))
		for _, e := range events { // all late
			s.must(s.Take(t.Context(), complete(r, []event.Event{e})...))
		}
		s.until(at(200))
		if diff := cmp.Diff(want, said(s)); diff != "" {
			r.Error(fmt.Sprint(from), diff)
		}
	})
}
