package jobs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// edited is the shop of boundary_test.go on another day: its schedule ends earlier, lea
// leaves at noon, acme has another department, and one property is gone.
const edited = `{
	"schedules": {"day": "daily 9-16"},
	"properties": {
		"acme":   {"schedule": "day", "agents": ["lea"], "departments": {
			"sales":   {"schedule": "daily 9-12"},
			"repairs": {"agents": ["lea"]}}},
		"listed": {"schedule": "day", "destinations": ["crm"]},
		"always": {"schedule": "daily 0-12"}
	},
	"agents": {
		"lea": {"name": "Léa", "schedule": "daily 9-12", "notify": {"on": ["hours_started", "hours_ended"]}},
		"tom": {"schedule": "daily 9-12", "notify": {"on": ["hours_started"], "via": ["ntfy://one/tom", "ntfy://two/tom"]}},
		"kim": {"schedule": "day"}
	},
	"destinations": {
		"all": {"type": "log", "actions": ["widget.state_changed", "department.state_changed", "agent.*"]},
		"crm": {"type": "log", "actions": ["widget.state_changed"]}
	}
}`

// both gives definitions to two workers on a Redis, and to a simulation that begins now.
func both(t *testing.T, how setup, definitions string) (*bundle, *simulated) {
	t.Helper()
	b := newBundle(t, how)
	s := simulation(t, b.clock.now(), 3)
	b.define(definitions)
	s.define(definitions)
	s.must(s.Settle(t.Context()))
	b.worker()
	b.worker()
	b.quiet()
	return b, s
}

// TestASimulationDoesAsWorkersDo lets a morning with two boundaries and an edit pass
// over a shop: for two workers on a Redis, and in a simulation.
func TestASimulationDoesAsWorkersDo(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	s := simulation(t, b.clock.now(), 3)
	b.define(shop)
	s.define(shop)
	b.worker()
	b.worker()
	b.quiet()
	b.crosses(morning(9, 0))
	s.must(s.Advance(t.Context(), b.clock.now()))
	b.define(edited)
	s.define(edited)
	b.quiet()
	b.crosses(morning(12, 0))
	s.until(morning(12, 0))

	live := make(map[string][]string)
	collect(t, live, b.actions("all"))
	collect(t, live, slices.DeleteFunc(b.actions("crm"), func(a envelope) bool { return a.Data.Property != "listed" })) // the others are in all
	simulated := make(map[string][]string)
	collect(t, simulated, s.actions)
	told := simulated["agent.notify tom"]
	delete(simulated, "agent.notify tom") // it goes by services of tom's own
	if diff := cmp.Diff(live, simulated); diff != "" {
		t.Errorf("of workers (-), and of a simulation (+):\n%s", diff)
	}
	if len(told) != 1 || len(b.out.notices()) != 2*len(told) {
		t.Errorf("tom's notices: %q, and of workers %q", told, b.out.notices())
	}
}

// collect sorts actions by their subjects. It leaves out the parts that two runs cannot have
// in common: the time to the millisecond, revisions, and by how much versions grow.
func collect(t *testing.T, into map[string][]string, actions []envelope) {
	t.Helper()
	versions := make(map[string][]float64)
	for _, a := range actions {
		place := strings.TrimRight(fmt.Sprintf("%s/%s", a.Data.Property, a.Data.Department), "/") + a.Data.Agent
		raw, _ := a.Action.Data.(json.RawMessage)
		var data map[string]any
		if err := json.Unmarshal(raw, &data); err != nil {
			t.Fatal(err)
		}
		if version, ok := data["version"].(float64); ok {
			versions[place] = append(versions[place], version)
			data["version"] = len(versions[place])
			if !slices.IsSorted(versions[place]) {
				t.Errorf("the versions of %s do not grow: %v", place, versions[place])
			}
		}
		id, _, edit := strings.Cut(a.ID, ":e")
		if edit {
			delete(data, "cause")
			delete(data, "since")
		}
		body, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		key := place
		if a.Type == action.AgentNotify {
			key = "agent.notify " + place
		}
		into[key] = append(into[key], fmt.Sprintf("%s %s %s", a.Time.Format(time.TimeOnly)[:5], id, body))
	}
}

// TestASimulationAnswersEventsAsWorkersDo sends the same events, of the same instants, to
// two workers on a Redis and to a simulation.
func TestASimulationAnswersEventsAsWorkersDo(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"triggers": [
		{"name": "Welcome", "type": "site", "message": "Hello {{visitor.name|there}}"},
		{"name": "Soon", "type": "site", "delay": "2s", "message": "Can I help?"}],
		"rescue": [{"after": "1s", "send_message": "We are nearly with you"}, {"after": "10s", "send_message": "Still here"}]}}}`
	b, s := both(t, setup{}, text)
	send := func(id string, e event.Event) {
		e.ID, e.Time = id, b.clock.now().UTC().Truncate(time.Millisecond)
		complete, err := event.Intake{}.Complete(e)
		s.must(err)
		b.send(complete, complete)
		s.must(s.Advance(t.Context(), complete.Time))
		s.must(s.Take(t.Context(), complete, complete))
	}
	send("e1", arrived("ann"))
	send("e2", arrived("bob"))
	b.quiet() // a busy worker may take an arrival and the request together, and a welcome does not go into a chat
	send("e3", requested("ann", "c1"))
	send("e4", requested("bob", "c2"))
	redistest.Wait(t, "both have had the first message of the ladder", func() bool {
		said := b.messages()
		return slices.Contains(said, "ann: We are nearly with you") && slices.Contains(said, "bob: We are nearly with you")
	})
	send("e5", event.New(event.ChatMessage, event.Data{Property: "acme", Chat: "c1", From: event.FromAgent, Agent: "lea", Text: "Hi!"}))
	redistest.Wait(t, "bob has had the whole ladder", func() bool {
		return slices.Contains(b.messages(), "bob: Still here")
	})
	b.quiet()
	s.until(b.clock.now())

	saysTheSame(b, s, 5)
}

// saysTheSame compares the actions about visitors of workers with those of a simulation.
func saysTheSame(b *bundle, s *simulated, least int) {
	b.Helper()
	said := func(v action.Visitor, id string, kind action.Type) string {
		body, err := json.Marshal(v)
		s.must(err)
		return fmt.Sprintf("%s %s %s", kind, id, body)
	}
	var live, simulated []string
	for _, a := range b.visitorActions() {
		live = append(live, said(a.data, a.ID, a.Type))
	}
	for _, a := range s.actions {
		raw, _ := a.Action.Data.(json.RawMessage)
		var v action.Visitor
		s.must(json.Unmarshal(raw, &v))
		if v.Visitor != "" {
			simulated = append(simulated, said(v, a.ID, a.Type))
		}
	}
	slices.Sort(live)
	slices.Sort(simulated)
	if diff := cmp.Diff(live, simulated); diff != "" || len(live) < least {
		b.Errorf("of workers (-), and of a simulation (+):\n%s", diff)
	}
}

// TestASimulationClosesAsWorkersDo lets the hours of a shop end while visitors look at pages, chat and wait: for two
// workers on a Redis, and in a simulation.
func TestASimulationClosesAsWorkersDo(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"schedule": "daily 9-17", "widget": {"waiting_at_close": "message"},
		"triggers": [
			{"name": "Prices", "type": "page", "url": {"contains": "/pricing"}, "delay": "1s", "message": "Prices?", "while_chatting": true},
			{"name": "Stays", "type": "advanced", "on": "page.unchanged", "after": "2s", "while_chatting": true, "actions": [{"add_tag": "stays"}, {"wait": "1s"}, {"send_message": "Still there?"}]}],
		"auto_replies": {"during": "One moment", "outside": "Back {{next_open}}", "handoff": "A person comes {{next_open|soon}}"},
		"closing_soon": {"before": "1m", "message": "Until {{closes_at}}"}}}}`
	b, s := both(t, setup{clock: morning(16, 50)}, text)
	n := 0
	send := func(e event.Event) {
		n++
		e.ID, e.Time = fmt.Sprint("e", n), b.clock.now().UTC().Truncate(time.Millisecond)
		b.send(complete(t, []event.Event{e})...)
		s.must(s.Advance(t.Context(), e.Time))
		s.must(s.Take(t.Context(), complete(t, []event.Event{e})...))
	}
	in := func(chat string, kind event.Type, from event.Author) event.Event {
		d := event.Data{Property: "acme", Chat: chat, From: from}
		if kind == event.ChatMessage {
			d.Text = "Well?"
		}
		if from == event.FromAgent {
			d.Agent = "lea"
		}
		return event.New(kind, d)
	}
	view := arrived("ann")
	view.Data.Page.URL = "https://example.com/pricing"
	send(view)
	send(requested("ann", "c1"))
	send(requested("bob", "c2"))
	send(requested("kim", "c3"))
	redistest.Wait(t, "both have their replies", func() bool { // an event in the same batch would be heard before them
		return slices.Contains(b.messages(), "bob: One moment") && slices.Contains(b.messages(), "kim: One moment")
	})
	send(in("c2", event.ChatMessage, event.FromAgent))
	send(in("c3", event.ChatHandoff, ""))
	redistest.Wait(t, "ann and kim have had everything", func() bool {
		return slices.Contains(b.messages(), "ann: Still there?") && slices.Contains(b.messages(), "ann: Prices?") &&
			slices.Contains(b.messages(), "kim: A person comes soon")
	})
	b.crosses(morning(16, 59))
	s.until(morning(16, 59))
	b.crosses(morning(17, 0))
	s.until(morning(17, 0))
	send(in("c2", event.ChatMessage, event.FromVisitor))
	redistest.Wait(t, "bob is told", func() bool { return slices.Contains(b.messages(), "bob: Back tomorrow at 9:00 AM") })
	b.quiet()
	s.until(b.clock.now())
	saysTheSame(b, s, 12)
}

// TestASimulationGivesChatsOnAsWorkersDo lets chats wait for an answer of the agents to whom they are assigned, and of a helper,
// and shifts end: for two workers on a Redis, and in a simulation.
func TestASimulationGivesChatsOnAsWorkersDo(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"schedule": "daily 9-20", "triggers": [], "agents": ["lea", "tom", "nina", "eva"], "reassign_after": "3s"}},
		"agents": {"lea": {"schedule": "daily 9-17", "at_shift_end": "reassign"}, "tom": {"schedule": "daily 9-18"},
			"nina": {"schedule": "daily 9-17", "at_shift_end": "notify"}, "eva": {"receive_when_slow": "4s"}}}`
	b, s := both(t, setup{clock: morning(16, 30)}, text)
	n := 0
	send := func(events ...event.Event) {
		now := b.clock.now().UTC().Truncate(time.Millisecond)
		for i := range events {
			n++
			events[i].ID, events[i].Time = fmt.Sprint("e", n), now
		}
		b.send(complete(t, events)...)
		s.must(s.Advance(t.Context(), now))
		s.must(s.Take(t.Context(), complete(t, events)...))
	}
	given := func(chat, agent string) event.Event {
		return event.New(event.ChatAssigned, event.Data{Property: "acme", Chat: chat, Agent: agent})
	}
	said := func(chat, agent string) event.Event {
		return event.New(event.ChatMessage, event.Data{Property: "acme", Chat: chat, From: event.FromAgent, Agent: agent, Text: "Hi"})
	}
	reassigned := func(visitor string) (n int) {
		for _, a := range b.visitorActions() {
			if a.Type == action.ChatReassign && a.data.Visitor == visitor {
				n++
			}
		}
		return n
	}
	send(event.New(event.AgentStatusSet, event.Data{Agent: "eva", Status: event.Invisible}))
	b.quiet()
	send(requested("ann", "c1"), given("c1", "lea"), requested("bob", "c2"), given("c2", "lea"), requested("kim", "c3"), given("c3", "nina"))
	send(said("c2", "lea"), said("c3", "nina"))
	redistest.Wait(t, "Ann's chat has been given to both others", func() bool { return reassigned("ann") == 2 })
	b.quiet()
	s.until(b.clock.now())
	b.crosses(morning(17, 0))
	s.until(morning(17, 0))
	redistest.Wait(t, "Bob's chat has been given on", func() bool { return reassigned("bob") == 1 })
	b.quiet()
	s.until(b.clock.now())
	saysTheSame(b, s, 6)
}

// TestWhatComesTogetherIsKnownAsInASimulation: a worker takes in one task a request, for which a trigger sets things, and later words of
// the visitor and of the application. The later word counts, as in a simulation, where the events come one by one.
func TestWhatComesTogetherIsKnownAsInASimulation(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"departments": {"sales": {"name": "Sales"}, "help": {"name": "Help"}}, "triggers": [
		{"name": "Set", "type": "advanced", "on": "chat.requested", "actions": [{"set_department": "sales"}, {"set_name": "Bob"}]},
		{"name": "Mark", "type": "advanced", "on": "visitor.arrived", "actions": [{"add_tag": "buyer"}]},
		{"name": "Chosen", "type": "advanced", "on": "department.chosen", "while_chatting": true, "message": "Chosen: {{department}}"},
		{"name": "Said", "type": "advanced", "on": "chat.message", "message": "{{visitor.name}} in {{department}}"},
		{"name": "Tagged", "type": "advanced", "on": "chat.message", "conditions": [{"field": "visitor.tags", "contains": "buyer"}], "message": "a buyer"}]}}}`
	b, s := both(t, setup{}, text)
	known := b.clock.now()
	redistest.Wait(t, "the events are all from after the shop's first state", func() bool { return b.clock.now().Sub(known) > time.Second })
	n := 0
	send := func(events ...event.Event) {
		now := b.clock.now().UTC().Truncate(time.Millisecond)
		for i := range events {
			n++
			events[i].ID, events[i].Time = fmt.Sprint("e", n), now.Add(time.Duration(i-len(events)+1)*100*time.Millisecond)
		}
		b.send(complete(t, events)...)
		b.quiet()
		for _, e := range complete(t, events) {
			s.must(s.Advance(t.Context(), e.Time))
			s.must(s.Take(t.Context(), e))
		}
	}
	of := func(kind event.Type, d event.Data) event.Event {
		d.Property, d.Visitor = "acme", "ann"
		return event.New(kind, d)
	}
	send(
		of(event.VisitorArrived, event.Data{Visit: "1"}),
		of(event.VisitorUpdated, event.Data{Attributes: event.Attributes{Tags: []string{"vip"}}}),
		requested("ann", "c1"),
		of(event.VisitorUpdated, event.Data{Attributes: event.Attributes{Name: "Ann"}}),
		of(event.DepartmentChosen, event.Data{Department: "help"}),
	)
	send(of(event.ChatMessage, event.Data{Chat: "c1", From: event.FromVisitor, Text: "Well?"}))
	redistest.Wait(t, "all is said", func() bool { return len(b.messages()) == 2 })
	b.quiet()
	s.until(b.clock.now())
	saysTheSame(b, s, 2)
	if said := b.messages(); !slices.Equal(said, []string{"ann: Chosen: Help", "ann: Ann in Help"}) {
		t.Errorf("said: %q", said)
	}
}

// TestASimulationKeepsVisitsApartAsWorkersDo has a visitor with two visits at once, on pages of their own, and a chat in the
// first: for two workers on a Redis, and in a simulation.
func TestASimulationKeepsVisitsApartAsWorkersDo(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"triggers": [
		{"name": "Prices", "type": "page", "url": {"contains": "/pricing"}, "delay": "2s", "message": "Prices?"},
		{"name": "Docs", "type": "page", "url": {"contains": "/docs"}, "delay": "3s", "message": "Docs?"},
		{"name": "Heard", "type": "advanced", "on": "chat.message", "message": "We have heard you"},
		{"name": "Late", "type": "advanced", "on": "visitor.custom", "event": "won", "message": "Well done"}]}}}`
	b, s := both(t, setup{}, text)
	n := 0
	send := func(visit string, e event.Event) {
		n++
		e.ID, e.Time, e.Data.Visit = fmt.Sprint("e", n), b.clock.now().UTC().Truncate(time.Millisecond), visit
		b.send(complete(t, []event.Event{e})...)
		b.quiet() // two workers may take up the next event first
		s.must(s.Advance(t.Context(), e.Time))
		s.must(s.Take(t.Context(), complete(t, []event.Event{e})...))
	}
	view := func(visit, tab, url string) {
		e := event.NewPageViewed("acme", "ann", visit, event.Page{URL: "https://acme.example" + url})
		e.Data.Tab = tab
		send(visit, e)
	}
	view("x1", "a", "/pricing")
	view("x1", "a", "/pricing#plans")
	view("x2", "", "/docs")
	view("x1", "b", "/about")
	redistest.Wait(t, "both visits have had their messages", func() bool {
		return slices.Contains(b.messages(), "ann: Prices?") && slices.Contains(b.messages(), "ann: Docs?")
	})
	send("x1", requested("ann", "c1"))
	send("x2", event.NewVisitorCustom("acme", "ann", "won"))
	send("", event.NewVisitorMessage("acme", "c1", "Hello?"))
	redistest.Wait(t, "the chat has its message", func() bool { return slices.Contains(b.messages(), "ann: We have heard you") })
	b.quiet()
	s.until(b.clock.now())
	saysTheSame(b, s, 3)
	for _, a := range b.visitorActions() {
		if want := map[string]string{"Prices": "x1", "Docs": "x2", "Heard": "x1"}[a.data.Trigger]; a.data.Visit != want {
			t.Errorf("%s: to %q, want %q", a.data.Trigger, a.data.Visit, want)
		}
	}
}

// TestASimulationHearsOfThePastAsWorkersDo sends events that come late, all at once: an answer among them holds a rescue that was due
// since, one that nobody answered is sent, and one is too late. For two workers on a Redis, and in a simulation.
func TestASimulationHearsOfThePastAsWorkersDo(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"schedule": "daily 9-18",
		"auto_replies": {"during": "One moment"},
		"rescue": [{"after": "25s", "send_message": "Nearly with you"}],
		"triggers": [
			{"name": "Rescue", "type": "rescue", "delay": "30s", "message": "Soon"},
			{"name": "Page", "type": "page", "url": {"contains": "/pricing"}, "delay": "20s", "message": "Prices?"},
			{"name": "Unanswered", "type": "advanced", "on": "chat.unanswered", "after": "10s", "message": "Sorry", "frequency": "every_time"}]}}}`
	b, s := both(t, setup{clock: morning(9, 40)}, text)
	b.skip(20 * time.Minute) // the widget has been online for a while
	now := b.clock.now().UTC().Truncate(time.Millisecond)
	ago := func(before time.Duration, e event.Event) event.Event {
		e.Time = now.Add(-before)
		return e
	}
	message := func(chat string, from event.Author) event.Event {
		d := event.Data{Property: "acme", Chat: chat, From: from, Text: "Well?"}
		if from == event.FromAgent {
			d.Agent = "lea"
		}
		return event.New(event.ChatMessage, d)
	}
	view := func(url string) event.Event {
		return event.NewPageViewed("acme", "tom", "x1", event.Page{URL: "https://acme.example" + url})
	}
	events := []event.Event{
		ago(40*time.Second, requested("ann", "c1")), ago(20*time.Second, message("c1", event.FromAgent)),
		ago(40*time.Second, requested("bob", "c2")), ago(35*time.Second, message("c2", event.FromVisitor)),
		ago(10*time.Minute, requested("kim", "c3")),
		ago(39*time.Second, view("/pricing")), ago(30*time.Second, view("/about")), ago(25*time.Second, view("/pricing")),
	}
	for i := range events {
		events[i].ID = fmt.Sprint("e", i)
	}
	slices.SortStableFunc(events, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
	b.send(complete(t, events)...)
	s.must(s.Advance(t.Context(), now))
	s.must(s.Take(t.Context(), complete(t, events)...))
	redistest.Wait(t, "bob is told, and tom", func() bool {
		return slices.Contains(b.messages(), "bob: Soon") && slices.Contains(b.messages(), "tom: Prices?")
	})
	b.quiet()
	s.until(b.clock.now())
	saysTheSame(b, s, 4)
	for _, said := range b.messages() {
		if said == "ann: Soon" || said == "kim: Soon" {
			t.Error(said)
		}
	}
}

// TestASimulationSpeaksInChatsAsWorkersDo has a department that is closed, messages that are left unanswered, an answer
// that comes late, names and tags that triggers set, and a talk with a program: for two workers on a Redis, and in a
// simulation.
func TestASimulationSpeaksInChatsAsWorkersDo(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"language": "en-GB", "schedule": "daily 9-18",
		"departments": {"sales": {"name": "Sales", "schedule": "daily 9-12, 14-16"}},
		"auto_replies": {"outside": "{{department}} closed. Back {{next_open}}"},
		"triggers": [
			{"name": "Rescue", "type": "rescue", "delay": "4s", "message": "Soon"},
			{"name": "Unanswered", "type": "advanced", "on": "chat.unanswered", "after": "3s", "message": "Sorry, {{visitor.name|you}}", "frequency": "every_time"},
			{"name": "Know", "type": "advanced", "on": "chat.requested", "actions": [{"set_name": "Bob"}, {"add_tag": "asked"}]},
			{"name": "Known", "type": "advanced", "on": "chat.requested", "conditions": [{"field": "visitor.name", "is": "Bob"}, {"field": "chat.tags", "contains": "asked"}], "message": "Hi {{visitor.name}}"},
			{"name": "Echo", "type": "advanced", "on": "chat.message", "conditions": [{"field": "message.text", "contains": "out of office"}], "message": "Thanks", "frequency": "every_time"}]}}}`
	b, s := both(t, setup{clock: morning(12, 30)}, text)
	n := 0
	send := func(events ...event.Event) time.Time {
		now := b.clock.now().UTC().Truncate(time.Millisecond)
		for i := range events {
			n++
			if events[i].ID = fmt.Sprint("e", n); events[i].Time.IsZero() {
				events[i].Time = now
			}
		}
		b.send(complete(t, events)...)
		s.must(s.Advance(t.Context(), now))
		s.must(s.Take(t.Context(), complete(t, events)...))
		return now
	}
	in := func(chat string, from event.Author, text string) event.Event {
		d := event.Data{Property: "acme", Chat: chat, From: from, Text: text}
		if from == event.FromAgent {
			d.Agent = "lea"
		}
		return event.New(event.ChatMessage, d)
	}
	sales := requested("ann", "c1")
	sales.Data.Department = "sales"
	send(sales)
	send(requested("bob", "c2"))
	answer := in("c2", event.FromAgent, "Yes?")
	answer.Time = send(in("c2", event.FromVisitor, "Well?")).Add(-time.Millisecond) // the message is left unanswered
	send(answer)
	program := []event.Event{requested("kim", "c3")}
	for range 25 {
		program = append(program, in("c3", event.FromVisitor, "I am out of office"))
	}
	send(program...) // at once: of messages that come one by one, each worker answers those that it has
	redistest.Wait(t, "bob has had everything, and kim as much as there may be", func() bool {
		said := 0
		for _, text := range b.messages() {
			if strings.HasPrefix(text, "kim: ") {
				said++
			}
		}
		return slices.Contains(b.messages(), "bob: Sorry, Bob") && said == 20
	})
	b.quiet()
	s.until(b.clock.now())
	saysTheSame(b, s, 20)
}

// TestASimulationIsOverriddenAsWorkersDo closes and opens a property and a department while visitors wait and are put aside: for
// two workers on a Redis, and in a simulation.
func TestASimulationIsOverriddenAsWorkersDo(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"schedule": "daily 9-17", "departments": {"sales": {"schedule": "daily 9-12"}},
		"widget": {"waiting_at_close": "message"}, "closing_soon": {"before": "10m", "message": "Until {{closes_at}}"},
		"auto_replies": {"during": "One moment", "outside": "Back {{next_open}}"},
		"triggers": [{"name": "Open", "type": "rescue", "delay": "30m", "count": "open_hours", "message": "Still there?"}],
		"rescue": [{"after": "5m", "snooze": "next_opening"}]}}}`
	b, s := both(t, setup{clock: morning(10, 0)}, text)
	n := 0
	send := func(e event.Event) {
		n++
		e.ID, e.Time = fmt.Sprint("e", n), b.clock.now().UTC().Truncate(time.Millisecond)
		b.send(complete(t, []event.Event{e})...)
		b.quiet()
		s.must(s.Advance(t.Context(), e.Time))
		s.must(s.Take(t.Context(), complete(t, []event.Event{e})...))
	}
	crosses := func(hour, minute int) { // well after the instants that events of the first seconds lead to
		at := morning(hour, minute).Add(30 * time.Second)
		b.crosses(at)
		s.until(at)
	}
	force := func(department string, o *hours.Override) {
		t.Helper()
		s.must(s.Advance(t.Context(), b.clock.now()))
		if o != nil {
			o.From = b.clock.now().Truncate(time.Second)
		}
		_, err := b.client.Force(t.Context(), "acme", department, o)
		s.must(err)
		s.must(s.Override(t.Context(), "acme", department, func([]*hours.Schedule) (*hours.Override, error) { return o, nil }))
		b.quiet()
		s.must(s.Settle(t.Context()))
	}
	send(requested("ann", "c1"))
	sales := requested("bob", "c2")
	sales.Data.Department = "sales"
	send(sales)
	crosses(10, 5) // both are put aside until tomorrow
	force("", &hours.Override{Until: morning(10, 20)})
	crosses(10, 20)
	send(event.NewVisitorMessage("acme", "c1", "Hello?"))
	force("sales", &hours.Override{})
	crosses(10, 26)
	force("sales", nil)
	for _, minute := range []int{31, 50, 56, 57, 59} { // a slow machine moves the last message of the workers by some seconds
		crosses(10, minute)
	}
	saysTheSame(b, s, 8)
	states := make(map[string]int)
	for _, a := range s.actions {
		if a.Type == action.WidgetStateChanged || a.Type == action.DepartmentStateChanged {
			states[string(a.Type)]++
		}
	}
	if states[string(action.WidgetStateChanged)] != 3 || states[string(action.DepartmentStateChanged)] != 5 { // the first are the beginning
		t.Errorf("changes of states: %v", states)
	}
}
