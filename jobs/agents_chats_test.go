package jobs_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
)

// desk is a property with two agents: one may leave nobody waiting, the other has to log in and becomes idle.
const desk = `{
	"properties": {"acme": {"schedule": "daily 8-20", "agents": ["lea", "tom"], "triggers": []}},
	"agents": {
		"lea": {"schedule": "daily 9-17", "auto_offline_after": "2m", "notify": {"on": ["auto_offline", "idle"]}},
		"tom": {"schedule": "daily 9-17", "online_when": "scheduled_and_logged_in", "idle": {"after": "5m"}, "notify": {"on": ["auto_offline", "idle"]}}
	},
	"destinations": {"all": {"type": "log", "actions": ["widget.state_changed", "agent.*"]}}
}`

// agentActions are the changes of agents and the widget since the last call: "time agent status reason", "time agent kind".
func (s *simulated) agentActions() (list []string) {
	s.Helper()
	for _, a := range s.actions {
		at := a.Time.Format("15:04:05 ")
		switch a.Type {
		case action.AgentStatusChanged:
			if a.Data.Previous == a.Data.Status { // only since or until when is another
				continue
			}
			list = append(list, at+a.Data.Agent+" "+a.Data.Status+" "+a.Data.Reason)
		case action.AgentNotify:
			list = append(list, at+a.Data.Agent+" "+a.Data.Kind)
		case action.WidgetStateChanged:
			list = append(list, at+"widget "+a.Data.Status)
		default:
		}
	}
	s.actions = nil
	slices.Sort(list)
	return list
}

// TestChatsTellAgentsWhatTheyHold lets a chat wait for an agent, who comes back by an answer.
func TestChatsTellAgentsWhatTheyHold(t *testing.T) {
	t.Parallel()
	s := simulation(t, morning(9, 30), 3)
	s.define(desk)
	s.until(morning(9, 30))
	s.agentActions()
	n := 0
	at := func(clock time.Time, kind event.Type, d event.Data) {
		n++
		e := event.New(kind, d)
		e.ID, e.Time = fmt.Sprint("e", n), clock
		if kind != event.AgentLoggedIn {
			e.Data.Property = "acme"
			e.Data.Chat = "c1"
		}
		s.take(e)
	}
	expect := func(what string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, s.agentActions()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	at(morning(9, 31), event.ChatRequested, event.Data{Visitor: "ann"})
	at(morning(9, 32), event.ChatAssigned, event.Data{Agent: "lea"})
	s.until(morning(9, 40))
	expect("nobody answers", "09:34:00 lea auto_offline", "09:34:00 lea offline auto_offline", "09:34:00 widget away")
	at(morning(9, 41), event.AgentLoggedIn, event.Data{Agent: "tom"})
	expect("tom comes", "09:41:00 tom online logged_in", "09:41:00 widget online")
	at(morning(9, 42), event.ChatMessage, event.Data{From: event.FromAgent, Agent: "lea", Text: "Yes?"})
	expect("lea answers", "09:42:00 lea online weekly")
	at(morning(9, 43), event.ChatMessage, event.Data{From: event.FromVisitor, Text: "Well"})
	at(morning(9, 44), event.ChatAgentJoined, event.Data{Agent: "tom"})
	at(morning(9, 44).Add(30*time.Second), event.ChatMessage, event.Data{From: event.FromAgent, Agent: "tom", Text: "Hello"})
	s.until(morning(9, 48))
	expect("tom has answered in time, for both")
	at(morning(9, 48), event.ChatEnded, event.Data{})
	s.until(morning(10, 0))
	expect("tom does nothing", "09:49:30 tom away idle", "09:49:30 tom idle")
	at(morning(10, 1), event.ChatMessage, event.Data{From: event.FromAgent, Agent: "nobody", Text: "Hello"})
	expect("whoever does not serve the property is told nothing")
}

// TestASimulationKnowsAgentsAsWorkersDo lets agents come, choose, chat and go: for two workers on a Redis, and in a simulation.
func TestASimulationKnowsAgentsAsWorkersDo(t *testing.T) {
	t.Parallel()
	b, s := both(t, setup{clock: morning(9, 30)}, desk)
	n := 0
	send := func(kind event.Type, d event.Data) {
		n++
		e := event.New(kind, d)
		e.ID, e.Time = fmt.Sprint("e", n), b.clock.now().UTC().Truncate(time.Millisecond)
		b.send(complete(t, []event.Event{e})...)
		s.must(s.Advance(t.Context(), e.Time))
		s.must(s.Take(t.Context(), complete(t, []event.Event{e})...))
		s.must(s.Settle(t.Context()))
		b.quiet() // two workers may take up the next event first
	}
	in := func(d event.Data) event.Data {
		d.Property, d.Chat = "acme", "c1"
		return d
	}
	send(event.AgentLoggedIn, event.Data{Agent: "tom", Session: "desk"})
	send(event.AgentLoggedIn, event.Data{Agent: "tom", Session: "phone"})
	send(event.AgentStatusSet, event.Data{Agent: "lea", Status: event.Invisible})
	send(event.AgentLoggedOut, event.Data{Agent: "tom", Session: "desk"})
	send(event.ChatRequested, in(event.Data{Visitor: "ann"}))
	send(event.ChatAssigned, in(event.Data{Agent: "lea"}))
	send(event.AgentLoggedOut, event.Data{Agent: "tom", Session: "phone"})
	b.crosses(morning(9, 40)) // lea has left ann waiting
	s.until(morning(9, 40))
	send(event.AgentLoggedIn, event.Data{Agent: "tom"})
	send(event.ChatMessage, in(event.Data{From: event.FromAgent, Agent: "lea", Text: "Yes?"}))
	send(event.AgentStatusSet, event.Data{Agent: "lea", Status: event.Online})
	b.crosses(morning(9, 50)) // tom is idle
	s.until(morning(9, 50))
	b.crosses(morning(17, 0))
	s.until(morning(17, 0))

	live, simulated := make(map[string][]string), make(map[string][]string)
	collect(t, live, b.actions("all"))
	collect(t, simulated, s.actions)
	for _, all := range []map[string][]string{live, simulated} {
		for _, list := range all {
			for i := range list {
				list[i] = list[i][len("15:04 "):] // workers whose clock jumps are late for what is due at odd seconds
			}
		}
	}
	if diff := cmp.Diff(live, simulated); diff != "" {
		t.Errorf("of workers (-), and of a simulation (+):\n%s", diff)
	}
	if len(live["lea"]) < 6 || len(live["tom"]) < 6 || len(live["agent.notify lea"]) != 1 || len(live["agent.notify tom"]) != 1 || len(live["acme"]) < 4 {
		t.Errorf("got %q", live)
	}
}
