package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// texts are the messages among the actions of a simulation.
func (s *simulated) texts() (list []string) {
	s.Helper()
	for _, a := range s.visitorActions() {
		if a.data.Text != "" {
			list = append(list, a.data.Text)
		}
	}
	return list
}

// TestWhatDeskbellDidIsKnown: conditions and texts see what a trigger or a step has set, until the application says
// otherwise.
func TestWhatDeskbellDidIsKnown(t *testing.T) {
	t.Parallel()
	trigger := func(name, on, conditions, actions string) string {
		return fmt.Sprintf(`{"name": %q, "type": "advanced", "on": %q, "frequency": "every_time", "while_chatting": %t, "conditions": [%s], "actions": [%s]}`,
			name, on, !strings.HasPrefix(on, "chat."), conditions, actions)
	}
	known := func(at time.Time, a event.Attributes) event.Event {
		return happens(at, event.VisitorUpdated, event.Data{Attributes: a})
	}
	custom := func(at time.Time) event.Event {
		return happens(at, event.PageViewed, event.Data{Visit: "1", Page: event.Page{URL: "https://example.com/"}})
	}
	const (
		ask   = `{"field": "visitor.tags", "contains": "buyer"}`
		sales = `{"field": "chat.department", "is": "sales"}`
		named = `{"field": "visitor.name", "is": "Bob"}`
	)
	nine, ten := morning(9, 0), morning(10, 0)
	for name, c := range map[string]struct {
		keys   string
		events []event.Event
		want   []string
	}{
		"a name, in the same trigger": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_name": "Bob"}, {"send_message": "Hi {{visitor.name|there}}"}`) + `]`,
			[]event.Event{asks(nine, "", "")}, []string{"Hi Bob"},
		},
		"a name, in others, at once and later": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_name": "Bob"}`) + `, ` + trigger("B", "chat.requested", named, `{"send_message": "Hi {{visitor.name|there}}"}`) + `,
				` + trigger("C", "chat.message", named, `{"send_message": "Well, {{visitor.name}}?"}`) + `]`,
			[]event.Event{asks(nine, "", ""), writes(ten, event.FromVisitor)}, []string{"Hi Bob", "Well, Bob?"},
		},
		"a later word of the application": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_name": "Bob"}`) + `, ` + trigger("B", "chat.message", "", `{"send_message": "Hi {{visitor.name|there}}"}`) + `]`,
			[]event.Event{asks(nine, "", ""), known(nine.Add(time.Second), event.Attributes{Name: "Ann"}), writes(ten, event.FromVisitor)}, []string{"Hi Ann"},
		},
		"an earlier word of the application, which comes late": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_name": "Bob"}`) + `, ` + trigger("B", "chat.message", "", `{"send_message": "Hi {{visitor.name|there}}"}`) + `]`,
			[]event.Event{asks(nine, "", ""), known(nine.Add(-time.Second), event.Attributes{Name: "Ann"}), writes(ten, event.FromVisitor)}, []string{"Hi Bob"},
		},
		"a name, by the ladder": {
			`"rescue": [{"after": "1m", "actions": [{"set_name": "Bob"}, {"send_message": "Soon, {{visitor.name|there}}"}]}],
				"triggers": [` + trigger("B", "chat.message", named, `{"send_message": "Hi {{visitor.name|there}}"}`) + `]`,
			[]event.Event{asks(nine, "", ""), writes(ten, event.FromVisitor)}, []string{"Soon, Bob", "Hi Bob"},
		},
		"a tag of the visitor": {
			`"triggers": [` + trigger("A", "visitor.arrived", "", `{"add_tag": "buyer"}`) + `, ` + trigger("B", "page.viewed", ask, `{"send_message": "Buyer"}`) + `]`,
			[]event.Event{happens(nine, event.VisitorArrived, event.Data{Visit: "1"}), custom(ten)}, []string{"Buyer"},
		},
		"a tag of the visitor, beside others": {
			`"triggers": [` + trigger("A", "visitor.arrived", "", `{"add_tag": "buyer"}, {"remove_tag": "new"}`) + `,
				` + trigger("B", "page.viewed", ask+`, {"field": "visitor.tags", "contains": "vip"}, {"field": "visitor.tags", "not_contains": "new"}`, `{"send_message": "Buyer"}`) + `]`,
			[]event.Event{happens(nine, event.VisitorArrived, event.Data{Visit: "1", Attributes: event.Attributes{Tags: []string{"vip", "new"}}}), custom(ten)}, []string{"Buyer"},
		},
		"a tag that the application took away": {
			`"triggers": [` + trigger("A", "visitor.arrived", "", `{"add_tag": "buyer"}`) + `, ` + trigger("B", "page.viewed", ask, `{"send_message": "Buyer"}`) + `]`,
			[]event.Event{happens(nine, event.VisitorArrived, event.Data{Visit: "1"}), known(nine.Add(time.Minute), event.Attributes{Tags: []string{"vip"}}), custom(ten)}, nil,
		},
		"a tag that was removed": {
			`"triggers": [` + trigger("A", "visitor.arrived", "", `{"add_tag": "buyer"}, {"remove_tag": "buyer"}`) + `, ` + trigger("B", "page.viewed", ask, `{"send_message": "Buyer"}`) + `]`,
			[]event.Event{happens(nine, event.VisitorArrived, event.Data{Visit: "1"}), custom(ten)}, nil,
		},
		"a tag of the chat": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"add_tag": "buyer"}`) + `,
				` + trigger("B", "chat.message", `{"field": "chat.tags", "contains": "buyer"}`, `{"send_message": "Buyer"}`) + `]`,
			[]event.Event{asks(nine, "", ""), writes(ten, event.FromVisitor)}, []string{"Buyer"},
		},
		"a department": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_department": "sales"}, {"send_message": "{{department|None}} opens {{next_open}}"}`) + `,
				` + trigger("B", "chat.message", sales, `{"send_message": "{{department}}"}`) + `]`,
			[]event.Event{asks(nine, "", ""), writes(ten, event.FromVisitor)}, []string{"Sales opens today at 14:00", "Sales"},
		},
		"another department than the chat named": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_department": "sales"}`) + `, ` + trigger("B", "chat.message", sales, `{"send_message": "{{department}}"}`) + `]`,
			[]event.Event{asks(nine, "help", ""), writes(ten, event.FromVisitor)}, []string{"Sales"},
		},
		"a department that the application names later": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_department": "sales"}`) + `, ` + trigger("B", "chat.message", "", `{"send_message": "{{department}}"}`) + `]`,
			[]event.Event{asks(nine, "", ""), happens(nine.Add(time.Minute), event.ChatQueued, event.Data{Chat: "c1", Department: "help"}), writes(ten, event.FromVisitor)}, []string{"Help"},
		},
		"a department that the visitor chooses later, without naming the chat": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_department": "sales"}`) + `, ` + trigger("B", "chat.message", "", `{"send_message": "{{department}}"}`) + `]`,
			[]event.Event{asks(nine, "sales", ""), chooses(nine.Add(time.Minute), "sales"), chooses(nine.Add(2*time.Minute), "help"), writes(ten, event.FromVisitor)}, []string{"Help"},
		},
		"a department that the visitor chose before": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_department": "sales"}`) + `, ` + trigger("B", "chat.message", "", `{"send_message": "{{department}}"}`) + `]`,
			[]event.Event{chooses(nine.Add(-time.Minute), "help"), asks(nine, "help", ""), writes(ten, event.FromVisitor)}, []string{"Sales"},
		},
		"a choice, and the application names another since": {
			`"triggers": [` + trigger("A", "chat.requested", "", `{"set_department": "sales"}`) + `, ` + trigger("B", "chat.message", "", `{"send_message": "{{department}}"}`) + `]`,
			[]event.Event{
				asks(nine, "", ""), chooses(nine.Add(time.Minute), "help"),
				happens(nine.Add(3*time.Minute), event.ChatQueued, event.Data{Chat: "c1", Department: "sales"}), chooses(nine.Add(6*time.Minute), "help"), writes(ten, event.FromVisitor),
			}, []string{"Sales"},
		},
		"a department, by the ladder": {
			`"rescue": [{"after": "1m", "actions": [{"set_department": "sales"}, {"send_message": "{{department}} opens {{next_open}}"}]}],
				"triggers": [` + trigger("B", "chat.message", sales, `{"send_message": "{{department}}"}`) + `]`,
			[]event.Event{asks(nine, "", ""), writes(ten, event.FromVisitor)}, []string{"Sales opens today at 14:00", "Sales"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := c.keys
			if !strings.Contains(keys, `"triggers"`) {
				keys += `, "triggers": []`
			}
			s := simulation(t, morning(8, 0), 1)
			s.define(`{"properties": {"acme": {"language": "en-GB", "schedule": "daily 8-18", "departments": {"sales": {"name": "Sales", "schedule": "daily 8-12, 14-16"}, "help": {"name": "Help"}}, ` + keys + `}}}`)
			for _, e := range c.events {
				s.must(s.Advance(t.Context(), e.Time))
				s.must(s.Take(t.Context(), complete(t, []event.Event{e})...))
				s.until(e.Time.Add(2 * time.Minute))
			}
			if diff := cmp.Diff(c.want, s.texts()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAnAutoresponderIsNotAnsweredWithoutEnd: after 20 messages nothing is sent until an agent has written.
func TestAnAutoresponderIsNotAnsweredWithoutEnd(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"rescue": [{"after": "30s", "repeat": true, "actions": [{"add_tag": "slow"}, {"send_message": "ladder"}]}],
		"triggers": [{"name": "T", "type": "advanced", "on": "chat.message", "message": "trigger", "frequency": "every_time"}]}}}`
	s := simulation(t, morning(8, 0), 1)
	s.define(text)
	at := morning(9, 0)
	s.take(asks(at, "", ""))
	count := func() map[string]int {
		had := make(map[string]int)
		for _, text := range s.texts() {
			had[text]++
		}
		for _, a := range s.visitorActions() {
			if a.data.Tag != "" {
				had[a.data.Tag]++
			}
		}
		s.actions = nil
		return had
	}
	talk := func(minutes int) map[string]int {
		for range minutes {
			at = at.Add(time.Minute)
			s.take(writes(at, event.FromVisitor))
		}
		return count()
	}
	if diff := cmp.Diff(map[string]int{"trigger": 10, "ladder": 10, "slow": 30}, talk(30)); diff != "" {
		t.Error(diff)
	}
	at = at.Add(time.Minute)
	s.take(writes(at, event.FromAgent))
	s.actions = nil
	if diff := cmp.Diff(map[string]int{"trigger": 10, "ladder": 10, "slow": 29}, talk(30)); diff != "" {
		t.Error(diff)
	}
}

// TestTheTextIsThatOfTheChat: of two chats, each is judged by its own last message.
func TestTheTextIsThatOfTheChat(t *testing.T) {
	t.Parallel()
	in := func(chat string, at time.Time, kind event.Type, text string) event.Event {
		e := happens(at, kind, event.Data{Chat: chat, Text: text})
		if kind == event.ChatMessage {
			e.Data.From = event.FromVisitor
		}
		e.ID += chat
		return e
	}
	s := simulation(t, morning(8, 0), 1)
	s.define(`{"properties": {"acme": {"triggers": [{"name": "T", "type": "advanced", "on": "chat.unanswered", "after": "60s", "frequency": "every_time",
		"conditions": [{"field": "message.text", "contains": "price"}], "message": "About the price"}]}}}`)
	at := morning(9, 0)
	s.take(in("c1", at, event.ChatRequested, "The price?"), in("c2", at.Add(time.Second), event.ChatRequested, "Hello?"), in("c3", at.Add(2*time.Second), event.ChatRequested, ""))
	s.until(at.Add(5 * time.Minute))
	var chats []string
	for _, a := range s.visitorActions() {
		chats = append(chats, a.data.Chat+" "+a.data.Text)
	}
	if diff := cmp.Diff([]string{"c1 About the price"}, chats); diff != "" {
		t.Error(diff)
	}
}

// TestAWorkerTakesATimeAheadOfItsClockAsNow: an agent's message stamped four minutes ahead must not silence the ladder.
func TestAWorkerTakesATimeAheadOfItsClockAsNow(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 0)})
	b.define(`{"properties": {"acme": {"triggers": [], "rescue": [{"after": "1s", "repeat": true, "send_message": "Soon"}]}}}`)
	b.worker()
	b.quiet()
	send := func(id string, ahead time.Duration, e event.Event) {
		e.ID, e.Time = id, b.clock.now().Add(ahead).UTC()
		b.send(complete(t, []event.Event{e})...)
	}
	send("e1", 0, requested("ann", "c1"))
	send("e2", 4*time.Minute, event.New(event.ChatMessage, event.Data{Property: "acme", Chat: "c1", From: event.FromAgent, Agent: "lea", Text: "Hi!"}))
	b.quiet()
	send("e3", 0, event.New(event.ChatMessage, event.Data{Property: "acme", Chat: "c1", From: event.FromVisitor, Text: "Well?"}))
	redistest.Wait(t, "the ladder begins again", func() bool { return slices.Contains(b.messages(), "ann: Soon") })
}
