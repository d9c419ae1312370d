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
	morning := step{"20 08:00", "", "→offline (weekly) by an edit: 19 17:00–20 09:00"}
	begins := step{"20 09:00", "", "offline→online (weekly) by 20 09:00: 20 09:00–20 17:00"}
	tests := []struct {
		name  string
		steps []step
	}{
		{"idle, back by a sign, and idle again", []step{morning, begins,
			{"20 09:14:59", "", "as before"},
			{"20 09:15", "", "online→away (idle) by 20 09:15: 20 09:15–20 17:00; idle (idle) 20 09:15–20 17:00"},
			{"20 09:16", "", "as before"},
			{"20 09:20", "20 09:20 active", "away→online (weekly) by an edit: 20 09:20–20 17:00"},
			{"20 09:34", "20 09:33 active", "as before"},
			{"20 09:48", "", "online→away (idle) by 20 09:48: 20 09:48–20 17:00; idle (idle) 20 09:48–20 17:00"},
			{"20 17:00", "", "away→offline (weekly) by 20 17:00: 20 17:00–23 09:00"}}},
		{"late, and still true", []step{morning, begins,
			{"20 09:25", "", "online→away (idle) by 20 09:15: 20 09:15–20 17:00; idle (idle) 20 09:15–20 17:00"}}},
		{"too late to tell, and not told later", []step{morning, begins,
			{"20 09:30:01", "", "online→away (idle) by 20 09:15: 20 09:15–20 17:00"},
			{"20 09:30:02", "", "as before"}}},
		{"a sign that comes late undoes it", []step{morning, begins,
			{"20 09:15", "", "online→away (idle) by 20 09:15: 20 09:15–20 17:00; idle (idle) 20 09:15–20 17:00"},
			{"20 09:16", "20 09:10 active", "away→online (weekly) by an edit: 20 09:00–20 17:00"},
			{"20 09:25", "", "online→away (idle) by 20 09:25: 20 09:25–20 17:00; idle (idle) 20 09:25–20 17:00"}}},
		{"a chat that waits", []step{morning, begins,
			{"20 09:12", "20 09:12 active", "as before"},
			{"20 09:14", "20 09:13 chat c1 assigned asked", "as before"},
			{"20 09:23", "", "online→offline (auto_offline) by 20 09:23: 20 09:23–23 09:00; auto_offline (auto_offline) 20 09:23–23 09:00"},
			{"20 09:24", "20 09:24 chat c1 left", "as before"},
			{"20 09:27", "", "as before"},
			{"20 09:40", "20 09:40 active", "offline→online (weekly) by an edit: 20 09:40–20 17:00"},
			{"20 17:00", "20 16:59 active", "online→offline (weekly) by 20 17:00: 20 17:00–23 09:00"}}},
		{"who gets a chat once more has had it all the time", []step{morning, begins,
			{"20 09:13", "20 09:13 chat c1 assigned asked", "as before"},
			{"20 09:14", "20 09:14 active", "as before"},
			{"20 09:20", "20 09:20 chat c1 assigned", "as before"},
			{"20 09:23", "", "online→offline (auto_offline) by 20 09:23: 20 09:23–23 09:00; auto_offline (auto_offline) 20 09:23–23 09:00"},
			{"20 09:24", "20 09:24 chat c1 assigned", "as before"},
			{"20 09:40", "20 09:40 active", "offline→online (weekly) by an edit: 20 09:40–20 17:00"}}},
		{"a chat that comes back raises nobody, and is missed again", []step{morning, begins,
			{"20 09:13", "20 09:13 chat c1 assigned asked", "as before"},
			{"20 09:14", "20 09:14 active", "as before"},
			{"20 09:23", "", "online→offline (auto_offline) by 20 09:23: 20 09:23–23 09:00; auto_offline (auto_offline) 20 09:23–23 09:00"},
			{"20 09:24", "20 09:24 chat c1 left", "as before"},
			{"20 09:26", "20 09:26 chat c1 assigned", "as before"},
			{"20 09:27", "20 09:27 active", "offline→online (weekly) by an edit: 20 09:27–20 17:00"},
			{"20 09:36", "", "online→offline (auto_offline) by 20 09:36: 20 09:36–23 09:00; auto_offline (auto_offline) 20 09:36–23 09:00"},
			{"20 09:38", "20 09:38 active", "offline→online (weekly) by an edit: 20 09:38–20 17:00"}}},
		{"nor does the next question, when somebody else has answered the last", []step{morning, begins,
			{"20 09:13", "20 09:13 chat c1 assigned asked", "as before"},
			{"20 09:14", "20 09:14 active", "as before"},
			{"20 09:23", "", "online→offline (auto_offline) by 20 09:23: 20 09:23–23 09:00; auto_offline (auto_offline) 20 09:23–23 09:00"},
			{"20 09:24", "20 09:24 chat c1 answered", "as before"},
			{"20 09:25", "20 09:25 chat c1 asked", "as before"},
			{"20 09:30", "20 09:30 active", "offline→online (weekly) by an edit: 20 09:30–20 17:00"},
			{"20 09:35", "", "online→offline (auto_offline) by 20 09:35: 20 09:35–23 09:00; auto_offline (auto_offline) 20 09:35–23 09:00"}}},
		{"of two causes each is told, though the earlier one is heard of later", []step{morning, begins,
			{"20 09:15", "", "online→away (idle) by 20 09:15: 20 09:15–20 17:00; idle (idle) 20 09:15–20 17:00"},
			{"20 09:16", "20 09:04 chat c1 assigned asked", "away→offline (auto_offline) by 20 09:14: 20 09:14–23 09:00; auto_offline (auto_offline) 20 09:14–23 09:00"},
			{"20 09:17", "", "as before"}}},
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

// TestADeadlineMayWait: who decides may hold deadlines back, since a sign from before them may be on its way. Whoever looks at the
// agent sees only those that a decision acted on.
func TestADeadlineMayWait(t *testing.T) {
	t.Parallel()
	a := agent.Agent{
		Hours: compile(t, "UTC", "mon-fri 9-17"), NotifyOn: agent.Kinds(),
		Rules: agent.Rules{IdleAfter: 15 * minute, OnlineWhen: agent.WhenScheduledAndLoggedIn},
	}
	s := tell(t, a, "20 09:30 in a", "20 09:35 in b 600")
	state := agent.Decide(a, agent.State{Presence: s.presence([]int{0, 1})}, at(t, "20 09:40")).State
	now := at(t, "20 09:51")
	held := a
	held.AsOf = at(t, "20 09:49:59.999")
	d := agent.Decide(held, state, now)
	if got := outcome(d); got != "as before" || d.State.Status != agent.Online {
		t.Errorf("held back: %s", got)
	}
	if want := at(t, "20 09:50"); len(d.Settled) != 2 || !d.Settled[1].Equal(want) {
		t.Errorf("settles %v, want %v", d.Settled, want)
	}
	seen := func(s agent.State) agent.Status {
		who := a
		who.Presence, who.AsOf = s.Presence, s.Foreseen()
		return who.At(now).Status
	}
	if got := seen(d.State); got != agent.Online {
		t.Errorf("others see %s, though nothing was decided", got)
	}
	d = agent.Decide(a, d.State, now)
	if want := "online→away (idle) by 20 09:50: 20 09:50–20 17:00; idle (idle) 20 09:50–20 17:00"; outcome(d) != want {
		t.Errorf("not held back: %s\nwant %s", outcome(d), want)
	}
	if got := seen(d.State); got != agent.Away {
		t.Errorf("others see %s", got)
	}
	if d = agent.Decide(a, d.State, now); len(d.Settled) > 0 {
		t.Errorf("settled once more: %v", d.Settled)
	}
}
