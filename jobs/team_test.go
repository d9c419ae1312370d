package jobs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func assigns(at time.Time, agent string) event.Event {
	return happens(at, event.ChatAssigned, event.Data{Chat: "c1", Agent: agent})
}

func answers(at time.Time, agent string) event.Event {
	return happens(at, event.ChatMessage, event.Data{Chat: "c1", From: event.FromAgent, Agent: agent, Text: "Hi"})
}

// opened are a visitor's request for a chat, and its assignment.
func opened(at time.Time, chat, agent string) []event.Event {
	both := []event.Event{
		happens(at, event.ChatRequested, event.Data{Chat: chat, Text: "Hello?"}), happens(at.Add(time.Second), event.ChatAssigned, event.Data{Chat: chat, Agent: agent}),
	}
	for i := range both {
		both[i].ID += chat
		both[i].Data.Visitor = "v-" + chat
	}
	return both
}

func sets(at time.Time, agent string, status event.Status) event.Event {
	return named(agent+at.Format("-150405"), event.Event{Type: event.AgentStatusSet, Time: at, Data: event.Data{Agent: agent, Status: status}})
}

// teamwork gives in short the actions for agents in chats: "09:01:00 agents.invite eva", "17:00:00 chat.reassign lea→tom".
func (s *simulated) teamwork() (list []string) {
	s.Helper()
	for _, a := range s.visitorActions() {
		d, line := a.data, a.Time.Format(time.TimeOnly+" ")+string(a.Type)
		switch a.Type {
		case action.ChatReassign:
			line += " " + d.Previous + "→" + d.Agent
		case action.AgentsInvite:
			line += " " + strings.Join(d.Agents, ", ")
		case action.AgentNotify:
			line += " " + d.Kind + " to " + strings.Join(d.Agents, ", ") + ": " + d.Text
		}
		list = append(list, line)
	}
	return list
}

// TestTeam plays the parts of colleagues in chats, on a Monday.
func TestTeam(t *testing.T) {
	t.Parallel()
	nine, five := morning(9, 0), morning(17, 0)
	sec := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Second) }
	const shifts = `"lea": {"name": "Léa", "schedule": "daily 9-17"KEYS}, "tom": {"schedule": "daily 9-18"}, "nina": {"schedule": "daily 17:05-22"}`
	with := func(keys string) string { return strings.Replace(shifts, "KEYS", keys, 1) }
	const hidden = `"lea": {"schedule": "daily 9-17"}, "eva": {"schedule": "daily 9-17", "receive_when_slow": true}, "zoe": {"schedule": "daily 9-17", "receive_when_slow": "2m"}`
	hide := []event.Event{sets(nine, "eva", event.Invisible), sets(nine, "zoe", event.Invisible)}
	for name, c := range map[string]struct {
		property, agents string
		events           []event.Event
		want             []string
	}{
		"invisible helpers are invited": {
			`"agents": ["lea", "eva", "zoe"]`, hidden, append(slices.Clone(hide), asks(sec(10), "", "Hello?")),
			[]string{
				"09:01:10 agents.invite eva", "09:01:10 agent.notify slow_chat to eva: A visitor waits for an answer in chat c1 (acme)",
				"09:02:10 agents.invite zoe", "09:02:10 agent.notify slow_chat to zoe: A visitor waits for an answer in chat c1 (acme)",
			},
		},
		"and not those of other departments": {
			`"agents": ["lea", "eva"], "departments": {"sales": {"name": "Sales", "agents": ["lea"]}, "support": {"agents": ["zoe"]}}`,
			hidden, append(slices.Clone(hide), asks(sec(10), "sales", "Hello?")),
			[]string{"09:01:10 agents.invite eva", "09:01:10 agent.notify slow_chat to eva: A visitor waits for an answer in chat c1 (acme, Sales)"},
		},
		"nor who is visible, nor after an answer": {
			`"agents": ["lea", "eva", "zoe"]`, hidden,
			append(slices.Clone(hide), sets(sec(5), "eva", event.Online), asks(sec(10), "", "Hello?"), answers(sec(100), "lea")), nil,
		},
		"the ladder invites all of them": {
			`"agents": ["lea", "eva"], "rescue": [{"after": "2m", "invite_agents": true}]`, hidden, append(slices.Clone(hide), asks(sec(10), "", "Hello?")),
			[]string{
				"09:01:10 agents.invite eva", "09:01:10 agent.notify slow_chat to eva: A visitor waits for an answer in chat c1 (acme)",
				"09:02:10 agents.invite ",
			},
		},
		"a chat without a first answer goes on": {
			`"agents": ["lea", "tom", "nina"], "reassign_after": "30s"`, with(""),
			[]event.Event{asks(sec(10), "", "Hello?"), assigns(sec(20), "lea"), assigns(sec(51), "tom")},
			[]string{"09:00:50 chat.reassign lea→tom"}, // Nina is not there, and so it stays with Tom
		},
		"within its department": {
			`"agents": ["lea", "tom"], "reassign_after": "30s", "departments": {"sales": {"agents": ["lea", "eva"]}}`, with("") + `, "eva": {}`,
			[]event.Event{asks(sec(10), "sales", "Hello?"), assigns(sec(20), "lea")},
			[]string{"09:00:50 chat.reassign lea→eva"},
		},
		"to whoever is free": {
			`"agents": ["lea", "tom", "una"], "reassign_after": "30s"`, with("") + `, "una": {"capacity": 1}`,
			[]event.Event{
				happens(nine, event.ChatRequested, event.Data{Chat: "c2", Text: "Hello?"}), happens(sec(1), event.ChatMessage, event.Data{Chat: "c2", From: event.FromAgent, Agent: "una"}),
				happens(nine, event.ChatRequested, event.Data{Chat: "c3", Text: "Hello?"}), happens(sec(1), event.ChatMessage, event.Data{Chat: "c3", From: event.FromAgent, Agent: "tom"}),
				happens(nine, event.ChatRequested, event.Data{Chat: "c4", Text: "Hello?"}), happens(sec(1), event.ChatMessage, event.Data{Chat: "c4", From: event.FromAgent, Agent: "tom"}),
				asks(sec(10), "", "Hello?"), assigns(sec(20), "lea"), // Una has fewer chats than Tom, and takes no more
			},
			[]string{"09:00:50 chat.reassign lea→tom"},
		},
		"a shift ends, and the chat goes to who is on shift": {
			`"agents": ["lea", "tom"]`, with(`, "at_shift_end": "reassign"`),
			[]event.Event{asks(five.Add(-time.Hour), "", "Hello?"), assigns(five.Add(-59*time.Minute), "lea")},
			[]string{"17:00:00 chat.reassign lea→tom"},
		},
		"to who comes a little later": {
			`"agents": ["lea", "nina"]`, with(`, "at_shift_end": "reassign"`),
			[]event.Event{asks(five.Add(-time.Hour), "", "Hello?"), assigns(five.Add(-59*time.Minute), "lea")},
			[]string{"17:05:00 chat.reassign lea→nina"},
		},
		"of several chats, each to who has the fewest then, up to their capacity": {
			`"agents": ["lea", "tom", "una"]`, with(`, "at_shift_end": "reassign"`) + `, "una": {"schedule": "daily 9-18", "capacity": 1}`,
			slices.Concat(opened(five.Add(-time.Hour), "c1", "lea"), opened(five.Add(-time.Hour), "c2", "lea"), opened(five.Add(-time.Hour), "c3", "lea")),
			[]string{"17:00:00 chat.reassign lea→tom", "17:00:00 chat.reassign lea→una", "17:00:00 chat.reassign lea→tom"},
		},
		"and nobody has more than they can": {
			`"agents": ["lea", "una"]`, with(`, "at_shift_end": "reassign"`) + `, "una": {"schedule": "daily 9-18", "capacity": 1}`,
			slices.Concat(opened(five.Add(-time.Hour), "c1", "lea"), opened(five.Add(-time.Hour), "c2", "lea")),
			[]string{"17:00:00 chat.reassign lea→una"},
		},
		"nor of one visitor": {
			`"agents": ["lea", "una"]`, with(`, "at_shift_end": "reassign"`) + `, "una": {"schedule": "daily 9-18", "capacity": 1}`,
			[]event.Event{
				asks(five.Add(-time.Hour), "", "Hello?"), assigns(five.Add(-59*time.Minute), "lea"),
				happens(five.Add(-58*time.Minute), event.ChatRequested, event.Data{Chat: "c2", Text: "Hello?"}),
				happens(five.Add(-57*time.Minute), event.ChatAssigned, event.Data{Chat: "c2", Agent: "lea"}),
			},
			[]string{"17:00:00 chat.reassign lea→una"},
		},
		"a shift ends by leave": {
			`"agents": ["lea", "tom"]`, with(`, "at_shift_end": "reassign", "leave": [{"on": "2026-11-24"}]`) + `, "lou": {}`,
			[]event.Event{asks(five.Add(-time.Hour), "", "Hello?"), assigns(five.Add(-59*time.Minute), "lea")},
			[]string{"17:00:00 chat.reassign lea→tom"},
		},
		"or people are told": {
			`"agents": ["lea", "tom"]`, with(`, "at_shift_end": "notify"`),
			[]event.Event{asks(five.Add(-time.Hour), "", "Hello?"), assigns(five.Add(-59*time.Minute), "lea")},
			[]string{"17:00:00 agent.notify shift_end to lea, tom: The hours of Léa have ended, and chat c1 (acme) is open"},
		},
		"or it is kept": {
			`"agents": ["lea", "tom"]`, with(""),
			[]event.Event{asks(five.Add(-time.Hour), "", "Hello?"), assigns(five.Add(-59*time.Minute), "lea")}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulation(t, morning(8, 0), 1)
			s.define(`{"properties": {"acme": {"triggers": [], ` + c.property + `}}, "agents": {` + c.agents + `}}`)
			s.hears(complete(t, c.events), morning(23, 0))
			if diff := cmp.Diff(c.want, s.teamwork()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestHelpersAreToldByTheirOwnServices has a helper who wants to be told by a service, and one who has a service for other notices.
func TestHelpersAreToldByTheirOwnServices(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"properties": {"acme": {"triggers": [], "agents": ["eva", "zoe"]}}, "destinations": {"default": {"type": "log"}}, "agents": {
		"eva": {"receive_when_slow": "1s", "notify": {"on": ["slow_chat"], "via": ["ntfy://one/eva"]}},
		"zoe": {"receive_when_slow": "1s", "notify": {"on": ["hours_started"], "via": ["ntfy://one/zoe"]}}}}`)
	b.worker()
	b.worker()
	b.quiet()
	b.send(event.New(event.AgentStatusSet, event.Data{Agent: "eva", Status: event.Invisible}), event.New(event.AgentStatusSet, event.Data{Agent: "zoe", Status: event.Invisible}))
	b.quiet()
	e := named("e1", requested("ann", "c1"))
	e.Time = b.clock.now()
	b.send(e, e)
	redistest.Wait(t, "Eva is told", func() bool { return len(b.out.notices()) > 0 })
	b.quiet()
	const waits = "A visitor waits for an answer in chat c1 (acme)"
	if diff := cmp.Diff([]string{"ntfy://one/eva A chat of acme waits: " + waits + "."}, b.out.notices()); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, a := range b.visitorActions() {
		got = append(got, strings.TrimSpace(string(a.Type)+" "+strings.Join(a.data.Agents, ", ")+" "+a.data.Text))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"agent.notify zoe " + waits, "agents.invite eva, zoe"}, got); diff != "" {
		t.Error(diff)
	}
}
