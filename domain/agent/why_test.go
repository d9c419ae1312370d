package agent_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/agent"
)

func explained(a agent.Agent, t time.Time) string {
	var b strings.Builder
	standing, steps := a.Why(t)
	for _, s := range steps {
		mark := " "
		if s.Decisive {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s %s: %s", mark, s.Question, s.Answer)
		if !s.Since.IsZero() {
			fmt.Fprintf(&b, ", since %s", clock(s.Since))
		}
		if !s.Until.IsZero() {
			fmt.Fprintf(&b, ", until %s", clock(s.Until))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "= %s (%s)", standing.Status, standing.Reason)
	return b.String()
}

func TestWhy(t *testing.T) {
	t.Parallel()
	week := agent.Agent{Hours: compile(t, "UTC", "mon-fri 9-17")}
	strict := week
	strict.Rules = agent.Rules{OnlineWhen: agent.WhenScheduledAndLoggedIn, AutoOfflineAfter: 10 * minute, IdleAfter: 15 * minute}
	tests := []struct {
		agent agent.Agent
		said  []string
		clock string
		want  string
	}{
		{week, []string{"20 18:00 set online"}, "20 18:30", `
  leave: not on leave
  locked: no choice is locked
  choice: online was refused: outside_hours, since 20 18:00
* hours: outside their hours: weekly, since 20 17:00, until 23 09:00
  session: logins do not count
  chats: chats may wait for as long as they like
  idle: no idle time is set
= offline (weekly)`},
		{strict, []string{"20 09:30 in a 600", "20 09:40 set away", "20 09:45 active a"}, "20 09:50", `
  leave: not on leave
  locked: no choice is locked
* choice: away, until the next boundary, since 20 09:40, until 20 17:00
  hours: in their hours: weekly, since 20 09:00, until 20 17:00
  session: logged in, since 20 09:30, until 20 09:55
  chats: no chat waits for their answer
  idle: not idle yet, until 20 10:00
= away (chosen)`},
		{strict, []string{"20 09:30 in", "20 09:40 set away", "20 09:45 out"}, "20 10:50", `
  leave: not on leave
  locked: no choice is locked
  choice: away, until they left, since 20 09:40
  hours: in their hours: weekly, since 20 09:00, until 20 17:00
* session: not logged in, since 20 09:45
  chats: no chat waits for their answer
  idle: nothing heard of them for too long, since 20 09:55
= offline (not_logged_in)`},
		{strict, []string{"20 09:30 in", "20 09:31 chat c1 assigned asked", "20 09:38 active"}, "20 09:45", `
  leave: not on leave
  locked: no choice is locked
  choice: none
  hours: in their hours: weekly, since 20 09:00, until 20 17:00
  session: logged in, since 20 09:30
* chats: has not answered acme/c1 in time, since 20 09:41
  idle: not idle yet, until 20 09:53
= offline (auto_offline)`},
	}
	for _, tt := range tests {
		a := tt.agent
		a.AsOf = at(t, tt.clock)
		a.Presence = tell(t, a, tt.said...).presence(orders(len(tt.said))[0])
		if got := explained(a, a.AsOf); got != tt.want[1:] {
			t.Errorf("%v, at %s:\n%s\nwant\n%s", tt.said, tt.clock, got, tt.want)
		}
	}
}

// TestWhyHasOneAnswer: whatever happened, one step is decisive, and the status is that of At.
func TestWhyHasOneAnswer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		a := drawAgent(r)
		a.Rules = drawRules(r)
		signs := drawSigns(r, start(), 600)
		a.Presence, a.AsOf = told(r, a, signs, drawChats(r, start(), 600)), start().Add(600*minute)
		standing, steps := a.Why(a.AsOf)
		decisive := 0
		for _, s := range steps {
			if s.Decisive {
				decisive++
			}
			if s.Answer == "" || s.Since.After(a.AsOf) {
				r.Errorf("%+v", s)
			}
		}
		if decisive != 1 || standing != a.At(a.AsOf) {
			r.Errorf("%+v\n%+v", standing, steps)
		}
	})
}
