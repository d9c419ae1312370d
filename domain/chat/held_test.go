package chat_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
)

// TestHeldSaysWhatAgentsHaveOfAChat merges events of one minute after the other, and the same in the other order.
func TestHeldSaysWhatAgentsHaveOfAChat(t *testing.T) {
	t.Parallel()
	minute := func(n int) time.Time { return time.Date(2026, 11, 23, 9, n, 0, 0, time.UTC) }
	asked, wrote := event.Data{Visitor: "ann"}, event.Data{From: event.FromVisitor, Text: "Well?"}
	of := func(agent string) event.Data { return event.Data{Agent: agent} }
	answer := func(agent string) event.Data { return event.Data{From: event.FromAgent, Agent: agent, Text: "Yes?"} }
	type step struct {
		kind event.Type
		data event.Data
	}
	for name, c := range map[string]struct {
		steps []step // the first is of minute 0
		want  map[string]chat.Held
	}{
		"nobody has it": {steps: []step{{event.ChatRequested, asked}}},
		"the visitor waits for whom it is assigned to": {
			steps: []step{{event.ChatRequested, asked}, {event.ChatAssigned, of("lea")}},
			want:  map[string]chat.Held{"lea": {Assigned: minute(1), Asked: minute(0)}},
		},
		"an answer, and another question": {
			steps: []step{{event.ChatRequested, asked}, {event.ChatAssigned, of("lea")}, {event.ChatMessage, answer("lea")}, {event.ChatMessage, wrote}},
			want:  map[string]chat.Held{"lea": {Assigned: minute(1), Asked: minute(3), Answered: minute(2)}},
		},
		"a colleague who joins answers for both": {
			steps: []step{{event.ChatRequested, asked}, {event.ChatAssigned, of("lea")}, {event.ChatAgentJoined, of("tom")}, {event.ChatMessage, answer("tom")}},
			want: map[string]chat.Held{
				"lea": {Assigned: minute(1), Answered: minute(3)}, "tom": {Assigned: minute(3), Answered: minute(3)},
			},
		},
		"it is assigned to another": {
			steps: []step{{event.ChatRequested, asked}, {event.ChatAssigned, of("lea")}, {event.ChatAssigned, of("tom")}},
			want:  map[string]chat.Held{"lea": {Assigned: minute(1), Left: minute(2)}, "tom": {Assigned: minute(2), Asked: minute(0)}},
		},
		"the agent leaves": {
			steps: []step{{event.ChatRequested, asked}, {event.ChatAssigned, of("lea")}, {event.ChatAgentLeft, of("lea")}},
			want:  map[string]chat.Held{"lea": {Left: minute(2)}},
		},
		"it ends": {
			steps: []step{{event.ChatRequested, asked}, {event.ChatAssigned, of("lea")}, {event.ChatEnded, event.Data{}}},
			want:  map[string]chat.Held{"lea": {Assigned: minute(1), Left: minute(2)}},
		},
	} {
		for _, backwards := range []bool{false, true} {
			var s chat.State
			for i := range c.steps {
				n := i
				if backwards {
					n = len(c.steps) - 1 - i
				}
				e := event.New(c.steps[n].kind, c.steps[n].data)
				e.Data.Property, e.Data.Chat, e.Time = "acme", "c1", minute(n)
				s.Merge(e)
			}
			if diff := cmp.Diff(c.want, s.Held()); diff != "" {
				t.Errorf("%s, backwards %v (-want +got):\n%s", name, backwards, diff)
			}
		}
	}
}
