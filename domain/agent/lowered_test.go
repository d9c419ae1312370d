package agent_test

import (
	"testing"

	"github.com/deskbell/deskbell/domain/agent"
)

// step is one decision of a story, after a line that may have come just then.
type step struct{ clock, said, want string }

// TestLoweredIsTold: an agent is told why they are not online, once, while it is true.
func TestLoweredIsTold(t *testing.T) {
	t.Parallel()
	a := agent.Agent{
		Hours: compile(t, "UTC", "mon-fri 9-17"), NotifyOn: []agent.Kind{agent.AutoOffline, agent.Idle},
		Rules: agent.Rules{AutoOfflineAfter: 10 * minute, IdleAfter: 15 * minute},
	}
	morning := step{"20 08:00", "", "v1 →offline (weekly) by an edit: 19 17:00–20 09:00"}
	begins := step{"20 09:00", "", "v2 offline→online (weekly) by 20 09:00: 20 09:00–20 17:00"}
	tests := []struct {
		name  string
		steps []step
	}{
		{"idle, back by a sign, and idle again", []step{morning, begins,
			{"20 09:14:59", "", "as before"},
			{"20 09:15", "", "v3 online→away (idle) by 20 09:15: 20 09:15–20 17:00; idle (idle) 20 09:15–20 17:00"},
			{"20 09:16", "", "as before"},
			{"20 09:20", "20 09:20 active", "v4 away→online (weekly) by an edit: 20 09:20–20 17:00"},
			{"20 09:34", "20 09:33 active", "as before"},
			{"20 09:48", "", "v5 online→away (idle) by 20 09:48: 20 09:48–20 17:00; idle (idle) 20 09:48–20 17:00"},
			{"20 17:00", "", "v6 away→offline (weekly) by 20 17:00: 20 17:00–23 09:00"}}},
		{"late, and still true", []step{morning, begins,
			{"20 09:25", "", "v3 online→away (idle) by 20 09:15: 20 09:15–20 17:00; idle (idle) 20 09:15–20 17:00"}}},
		{"too late to tell, and not told later", []step{morning, begins,
			{"20 09:30:01", "", "v3 online→away (idle) by 20 09:15: 20 09:15–20 17:00"},
			{"20 09:30:02", "", "as before"}}},
		{"a sign that comes late undoes it", []step{morning, begins,
			{"20 09:15", "", "v3 online→away (idle) by 20 09:15: 20 09:15–20 17:00; idle (idle) 20 09:15–20 17:00"},
			{"20 09:16", "20 09:10 active", "v4 away→online (weekly) by an edit: 20 09:00–20 17:00"},
			{"20 09:25", "", "v5 online→away (idle) by 20 09:25: 20 09:25–20 17:00; idle (idle) 20 09:25–20 17:00"}}},
		{"a chat that waits", []step{morning, begins,
			{"20 09:12", "20 09:12 active", "as before"},
			{"20 09:14", "20 09:13 chat c1 assigned asked", "as before"},
			{"20 09:23", "", "v3 online→offline (auto_offline) by 20 09:23: 20 09:23–23 09:00; auto_offline (auto_offline) 20 09:23–23 09:00"},
			{"20 09:24", "20 09:24 chat c1 left", "as before"},
			{"20 09:27", "", "as before"},
			{"20 09:40", "20 09:40 active", "v4 offline→online (weekly) by an edit: 20 09:40–20 17:00"},
			{"20 17:00", "20 16:59 active", "v5 online→offline (weekly) by 20 17:00: 20 17:00–23 09:00"}}},
	}
	for _, tt := range tests {
		var state agent.State
		for i, step := range tt.steps {
			s := story{agent: a}
			if step.said != "" {
				state.Presence = s.say(t, i, step.said)(state.Presence)
			}
			d := agent.Decide(a, state, at(t, step.clock))
			if got := outcome(d); got != step.want {
				t.Errorf("%s, at %s:\n got %s\nwant %s", tt.name, step.clock, got, step.want)
			}
			if !d.State.Until.IsZero() && d.Due.After(d.State.Until) || d.Due.IsZero() {
				t.Errorf("%s, at %s: due %s, until %s", tt.name, step.clock, clock(d.Due), clock(d.State.Until))
			}
			state = d.State
		}
	}
}
