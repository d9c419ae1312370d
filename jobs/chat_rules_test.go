package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
)

// happens is an event of the visitor v1 of acme.
func happens(at time.Time, kind event.Type, data event.Data) event.Event {
	data.Property, data.Visitor = "acme", "v1"
	e := event.New(kind, data)
	e.ID, e.Time = string(kind)+at.Format("-15.04.05"), at
	return e
}

func chooses(at time.Time, department string) event.Event {
	return happens(at, event.DepartmentChosen, event.Data{Department: department})
}

func asks(at time.Time, department, text string) event.Event {
	return happens(at, event.ChatRequested, event.Data{Chat: "c1", Department: department, Text: text})
}

func writes(at time.Time, from event.Author) event.Event {
	return happens(at, event.ChatMessage, event.Data{Chat: "c1", From: from, Text: "Hi"})
}

// hears takes in events, each at its time, and gives in short the messages to the visitor until an instant.
func (s *simulated) hears(events []event.Event, until time.Time) []string {
	for _, e := range events {
		s.until(e.Time)
		s.take(e)
	}
	s.until(until)
	var all []string
	for _, a := range s.visitorActions() {
		text := a.data.Rule + ": " + a.data.Text
		if a.data.Ticket != nil {
			text += "a ticket for " + a.data.Department
		}
		if a.data.Departments != nil {
			text += fmt.Sprint(" ", a.data.Departments)
		}
		all = append(all, text)
	}
	return all
}

// TestTheDepartmentOfAChat has sales close at noon, and a visitor come at one o'clock, or a minute before the others close.
func TestTheDepartmentOfAChat(t *testing.T) {
	t.Parallel()
	const sales, during = "auto_reply.outside: Sales is closed [{help Help}]", "auto_reply.during: One moment"
	one, before, yesterday, last := morning(13, 0), morning(12, 59), morning(12, 59).AddDate(0, 0, -1), morning(16, 59)
	for name, c := range map[string]struct {
		events []event.Event
		want   []string
	}{
		"named":             {[]event.Event{asks(one, "sales", "")}, []string{sales}},
		"none":              {[]event.Event{asks(one, "", "Hello?")}, []string{during, "rescue: Soon, nobody"}},
		"chosen":            {[]event.Event{chooses(before, "sales"), asks(one, "", "")}, []string{sales}},
		"chosen in hours":   {[]event.Event{chooses(morning(11, 0), "sales"), asks(one, "", "")}, []string{sales}},
		"chosen the latest": {[]event.Event{chooses(morning(11, 0), "help"), chooses(before, "sales"), asks(one, "", "")}, []string{sales}},
		"chosen afterwards": {
			[]event.Event{asks(one, "", "Hello?"), chooses(one.Add(time.Second), "help")}, []string{during, "rescue: Soon, Help"},
		},
		"chosen, and another named": {
			[]event.Event{chooses(before, "sales"), asks(one, "help", "Hello?")}, []string{during, "rescue: Soon, Help"},
		},
		"chosen the day before": {
			[]event.Event{chooses(yesterday, "sales"), asks(one, "", "Hello?")}, []string{during, "rescue: Soon, nobody"},
		},
		"named, and not defined": {[]event.Event{asks(one, "Sales", "Hello?")}, []string{during, "rescue: Soon, nobody"}},
		"chosen, and not defined": {
			[]event.Event{chooses(before, "nodept"), asks(one, "", "Hello?")}, []string{during, "rescue: Soon, nobody"},
		},
		"of a form": {
			[]event.Event{chooses(before, "sales"), happens(one, event.FormSubmitted, event.Data{Form: event.Form{Kind: event.OfflineForm}})},
			[]string{"form: Thanks from Sales", "form: a ticket for "},
		},
		"of a ticket": {
			[]event.Event{chooses(before, "help"), asks(last, "", "")},
			[]string{"rescue: Soon, Help", "waiting_at_close: Help is closed", "waiting_at_close: a ticket for help"},
		},
		"of a ticket, and not defined": {
			[]event.Event{asks(last, "nodept", "")},
			[]string{"rescue: Soon, nobody", "waiting_at_close: nobody is closed", "waiting_at_close: a ticket for nodept"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulation(t, yesterday, 1)
			s.define(`{"properties": {"acme": {"schedule": "daily 9-17", "triggers": [], "widget": {"waiting_at_close": "message"},
				"departments": {"sales": {"name": "Sales", "schedule": "daily 9-12"}, "help": {"name": "Help"}},
				"auto_replies": {"during": "One moment", "outside": "{{department|nobody}} is closed", "form": "Thanks from {{department|us}}"},
				"rescue": [{"after": "30s", "send_message": "Soon, {{department|nobody}}"}]}}}`)
			end := c.events[len(c.events)-1].Time.Add(time.Minute)
			if diff := cmp.Diff(c.want, s.hears(c.events, end)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestClosingSoonIsForThoseWhoAreThere has a chat that never ends, and hours that end at five.
func TestClosingSoonIsForThoseWhoAreThere(t *testing.T) {
	t.Parallel()
	told := []string{"closing_soon: We close at 17:00"}
	asked, answered := asks(morning(9, 40), "", "Hello?"), writes(morning(9, 50), event.FromAgent)
	for name, c := range map[string]struct {
		events []event.Event
		want   []string
	}{
		"waiting since the morning":       {[]event.Event{asked}, told},
		"answered in the morning":         {[]event.Event{asked, answered}, nil},
		"answered, and waiting again":     {[]event.Event{asked, answered, writes(morning(10, 0), event.FromVisitor)}, told},
		"answered a while ago":            {[]event.Event{asked, writes(morning(16, 25), event.FromAgent)}, told},
		"answered too long ago":           {[]event.Event{asked, writes(morning(16, 20), event.FromAgent)}, nil},
		"answered, and on the page still": {[]event.Event{asked, answered, happens(morning(16, 30), event.WidgetMaximized, event.Data{})}, told},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulation(t, morning(9, 0), 1)
			s.define(`{"properties": {"acme": {"language": "en-GB", "schedule": "daily 9-17", "triggers": [], "closing_soon": {"before": "10m", "message": "We close at {{closes_at}}"}}}}`)
			if diff := cmp.Diff(c.want, s.hears(c.events, morning(17, 0))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAnActionWithoutWordsIsSkipped: the agent of the chat is unknown.
func TestAnActionWithoutWordsIsSkipped(t *testing.T) {
	t.Parallel()
	s := simulation(t, morning(9, 0), 1)
	s.define(`{"properties": {"acme": {"triggers": [], "rescue": [{"after": "1m", "actions": [
		{"add_note": "{{agent.name}}"}, {"replace_note": "{{agent.name}}"}, {"notify": {"text": "{{agent.name}}"}}, {"add_tag": "slow"}]}]}}}`)
	asked := []event.Event{asks(morning(9, 0), "", "Hello?")}
	if diff := cmp.Diff([]string{"rescue: "}, s.hears(asked, morning(9, 5))); diff != "" {
		t.Error(diff)
	}
}
