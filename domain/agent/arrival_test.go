package agent_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
)

// arrival is a sign, or the teller of a chat, and when a worker hears of it.
type arrival struct {
	at   time.Time
	tell func(agent.Presence) agent.Presence
}

// live hears of everything when it arrives, decides then and whenever a decision is due, and gives the state at the end.
func live(r *rapid.T, a agent.Agent, arrivals []arrival, late func(due time.Time) time.Time, end time.Time) (agent.State, []agent.Notice) {
	from := start()
	d := agent.Decide(a, agent.State{}, from)
	var notices []agent.Notice
	decide := func(s agent.State, at time.Time) {
		before := s
		d = agent.Decide(a, s, at)
		notices = append(notices, d.Notices...)
		if s := d.State; d.Changed != (s.Version > before.Version) || s.Version < before.Version || s.Since.After(at) || !s.Until.IsZero() && !s.Until.After(at) || (s.Next == "") != s.Until.IsZero() || s.Next == s.Status {
			r.Fatalf("at %v: %+v after %+v", at, s, before)
		}
		if again := agent.Decide(a, d.State, at); again.Changed || len(again.Notices) > 0 || again.Unforeseen {
			r.Fatalf("at %v, again: %+v after %+v", at, again, d.State)
		}
		if isFlip := d.Before != d.State.Status; isFlip && before.Version > 0 && !d.Unforeseen && d.Boundary.IsZero() {
			r.Fatalf("at %v: nobody foresaw %+v after %+v", at, d, before)
		}
		for _, t := range []time.Time{d.State.Since, d.State.Until, d.State.Told, d.State.LoweredBy.Idle, d.State.LoweredBy.AutoOffline, d.State.Passed, d.Due, d.Boundary} {
			if t.Location() != time.UTC || t.Nanosecond() != 0 {
				r.Fatalf("%v is not a whole second in UTC: %+v", t, d)
			}
		}
	}
	for i := 0; ; {
		next := end
		if i < len(arrivals) {
			next = arrivals[i].at
		}
		if due := d.Due; !due.IsZero() && late(due).Before(next) {
			decide(d.State, late(due))
			continue
		}
		if i == len(arrivals) {
			decide(d.State, end)
			return d.State, notices
		}
		s := d.State
		s.Presence = arrivals[i].tell(s.Presence)
		decide(s, next)
		i++
	}
}

// outline is a state without what depends on the times of decisions.
func outline(s agent.State) string {
	return fmt.Sprint(s.Status, " ", s.Reason, " ", s.Since, " ", s.Until, " ", s.Next)
}

// TestArrivalsInAnyOrderEndAlike: signs that come late, twice and out of order leave the agent as signs on time do, with
// the same instant from which it is so. Chats are told on time: who tells of one knows their order.
func TestArrivalsInAnyOrderEndAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		a := drawAgent(r)
		a.Rules = drawRules(r)
		const length = 26 * 60
		from := start().Add(20 * time.Hour)
		end := from.Add((length + 30) * minute)
		signs := drawSigns(r, from, length)
		if rapid.Bool().Draw(r, "fractions") {
			for i := range signs {
				signs[i].At = signs[i].At.Add(time.Duration(rapid.IntRange(0, 1999).Draw(r, "ms")) * time.Millisecond)
			}
			slices.SortStableFunc(signs, func(a, b agent.Sign) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
		}
		var punctual, shuffled []arrival
		for _, s := range signs {
			tell := func(p agent.Presence) agent.Presence { return p.With(a, s) }
			punctual = append(punctual, arrival{s.At, tell})
			for range rapid.IntRange(1, 2).Draw(r, "times") {
				by := time.Duration(rapid.SampledFrom([]int{0, 1, 5, 90, 2000}).Draw(r, "late")) * minute
				at := s.At.Add(by)
				if at.After(end) {
					at = end
				}
				shuffled = append(shuffled, arrival{at, tell})
			}
		}
		slices.SortStableFunc(shuffled, func(a, b arrival) int { return a.at.Compare(b.at) })
		onTime := func(due time.Time) time.Time { return due }
		sleepy := func(due time.Time) time.Time {
			return due.Add(time.Duration(due.Unix()%7) * 11 * minute)
		}
		want, notices := live(r, a, punctual, onTime, end)
		checkHours(r, notices)
		for i, late := range []func(time.Time) time.Time{onTime, sleepy} {
			got, _ := live(r, a, shuffled, late, end)
			if outline(got) != outline(want) {
				r.Fatalf("%d\n    got %v\non time %v\n%+v\n%+v", i, outline(got), outline(want), signs, a.Rules)
			}
		}
	})
}

// checkHours holds notices on time to what they say: each cause once, and hours as they are.
func checkHours(r *rapid.T, notices []agent.Notice) {
	seen := make(map[string]bool)
	for _, n := range notices {
		key := fmt.Sprint(n.Kind, n.Boundary)
		if seen[key] {
			r.Errorf("twice: %+v", n)
		}
		seen[key] = true
		if n.Boundary.Before(start().Add(-hours.NoticeTooLate)) {
			r.Errorf("%+v", n)
		}
	}
}
