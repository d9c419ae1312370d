package agent_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
)

// replay is another way to the status of an agent: it lives through a story minute by minute. It knows the hours alone
// from package hours. All signs lie on whole minutes.
type replay struct {
	agent agent.Agent
	signs []agent.Sign // in their order
	chats map[string]agent.Held
	now   time.Time // nothing that is put off by a sign of life happens after it

	open, leave bool
	began       time.Time // the latest start of hours
	active      time.Time
	choice      *agent.Sign
	in          map[string]bool // sessions
	wasIn       bool
	unanswered  time.Time // since when a chat has waited too long; zero: none has
}

// lost has sessions whose login nobody told go on from the beginning.
func (r *replay) lost() {
	for _, s := range slices.Backward(r.signs) {
		switch s.Kind {
		case event.AgentLoggedIn:
			delete(r.in, s.Session)
		case event.AgentLoggedOut:
			r.in[s.Session] = true
		}
	}
	r.wasIn = len(r.in) > 0
}

// ends is when the session that is open at a minute is over by itself, as all signs together tell; zero: never, or not before its
// next login or logout.
func (r *replay) ends(session string, m time.Time) time.Time {
	var login, next time.Time
	var ttl time.Duration
	var named, shared []time.Time
	for _, s := range r.signs {
		isMark := s.Session == session && (s.Kind == event.AgentLoggedIn || s.Kind == event.AgentLoggedOut)
		switch {
		case isMark && s.At.After(m) && next.IsZero():
			next = s.At
		case isMark && !s.At.After(m) && s.Kind == event.AgentLoggedIn:
			login, ttl = s.At, s.TTL
		}
		if s.Session == session && (session != "" || s.Idle) {
			named = append(named, s.At)
		}
		if session == "" && s.Kind != event.AgentLoggedOut && !s.Idle {
			shared = append(shared, s.At)
		}
	}
	if ttl == 0 {
		return time.Time{}
	}
	seen := login
	for _, signs := range [][]time.Time{named, shared} {
		last, known := lastBefore(signs, next)
		if !known {
			return time.Time{}
		}
		seen = later(seen, last)
	}
	if end := seen.Add(ttl); next.IsZero() || end.Before(next) {
		return end
	}
	return time.Time{}
}

// lastBefore is the last of some signs before an instant, of which the latest eight minutes are kept; a zero instant is the end of time.
func lastBefore(signs []time.Time, at time.Time) (last time.Time, known bool) {
	kept := slices.Compact(signs)
	isFull := len(kept) >= 8
	for _, s := range kept[max(0, len(kept)-8):] {
		if at.IsZero() || s.Before(at) {
			last = s
		}
	}
	return last, !last.IsZero() || !isFull
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// begin is how hours stand where a replay begins, and when they last started.
func begin(a agent.Agent, at time.Time) (open bool, began time.Time) {
	h := a.Hours.At(at)
	if !h.Open && !h.Since.IsZero() {
		return false, a.Hours.At(h.Since.Add(-minute)).Since
	}
	return h.Open, h.Since
}

func (r *replay) minute(m time.Time) (agent.Status, string) {
	a, rules := r.agent, r.agent.Rules
	h := a.Hours.At(m)
	if h.Open != r.open {
		if r.open = h.Open; r.open {
			r.began = m
			if rules.OnlineWhen != agent.WhenLoggedIn && r.unanswered.Before(m) {
				r.unanswered = time.Time{}
			}
		}
		if r.choice != nil && !r.choice.Locked {
			r.choice = nil
		}
	}
	r.leave = !h.Open && h.Reason == "leave"
	for i := range r.signs {
		if s := &r.signs[i]; s.At.Equal(m) {
			r.hear(s)
		}
	}
	r.expire(m)
	r.waits(m)
	return r.status(m, h.Reason)
}

func (r *replay) hear(s *agent.Sign) {
	if s.Kind != event.AgentLoggedOut && !s.Idle {
		r.active = s.At
		if r.unanswered.Before(s.At) {
			r.unanswered = time.Time{}
		}
	}
	switch s.Kind {
	case event.AgentLoggedIn:
		r.in[s.Session] = true
	case event.AgentLoggedOut:
		delete(r.in, s.Session)
	case event.AgentStatusSet:
		isRefused := s.Status == agent.Online && (r.leave || !r.open && !r.agent.Rules.OnlineOutsideHours && r.agent.Rules.OnlineWhen != agent.WhenLoggedIn)
		switch {
		case isRefused:
		case s.Status == agent.Scheduled:
			r.choice = nil
		default:
			r.choice = s
		}
	}
}

// expire ends sessions, and the choice of one who has left.
func (r *replay) expire(m time.Time) {
	for session := range r.in {
		if end := r.ends(session, m); !end.IsZero() && !end.After(m) && !end.After(r.now) {
			delete(r.in, session)
		}
	}
	isIn := len(r.in) > 0
	byLogin := r.agent.Rules.OnlineWhen != agent.WhenScheduled
	if r.wasIn && !isIn && byLogin && r.choice != nil && !r.choice.Locked && r.choice.At.Before(m) {
		r.choice = nil
	}
	r.wasIn = isIn
}

// waits notices a chat that waits too long from this minute on.
func (r *replay) waits(m time.Time) {
	for _, c := range r.chats {
		due := later(c.Asked, c.Assigned).Add(r.agent.Rules.AutoOfflineAfter)
		has := c.Left.IsZero() || c.Left.Before(c.Assigned) || c.Left.After(m)
		answered := !c.Answered.Before(c.Asked) && !c.Answered.After(m)
		if r.agent.Rules.AutoOfflineAfter > 0 && due.Equal(m) && !m.After(r.now) && has && !answered {
			r.unanswered = m
		}
	}
}

func (r *replay) status(m time.Time, byHours string) (status agent.Status, reason string) {
	rules := r.agent.Rules
	status, reason = agent.Offline, byHours
	switch {
	case r.leave:
	case r.choice != nil && r.choice.Locked:
		status, reason = r.choice.Status, "locked"
	case r.choice != nil:
		status, reason = r.choice.Status, "chosen"
	case rules.OnlineWhen == agent.WhenLoggedIn && r.wasIn, rules.OnlineWhen == agent.WhenScheduledAndLoggedIn && r.open && r.wasIn:
		status, reason = agent.Online, "logged_in"
	case rules.OnlineWhen == agent.WhenLoggedIn, rules.OnlineWhen == agent.WhenScheduledAndLoggedIn && r.open:
		reason = "not_logged_in"
	case rules.OnlineWhen == agent.WhenScheduled && r.open:
		status = agent.Online
	}
	if !r.unanswered.IsZero() && status != agent.Offline {
		return agent.Offline, "auto_offline"
	}
	since := r.active
	if rules.OnlineWhen != agent.WhenLoggedIn {
		since = later(since, r.began)
	}
	due := since.Add(rules.IdleAfter)
	if rules.IdleAfter == 0 || since.IsZero() || due.After(m) || due.After(r.now) {
		return status, reason
	}
	switch {
	case rules.IdleTo == agent.Offline && status != agent.Offline:
		return agent.Offline, "idle"
	case rules.IdleTo == agent.Away && status == agent.Online:
		return agent.Away, "idle"
	}
	return status, reason
}

// drawRules draws rules with short times, so that something happens.
func drawRules(r *rapid.T) agent.Rules {
	minutes := func(label string) time.Duration {
		return time.Duration(rapid.SampledFrom([]int{0, 1, 7, 40}).Draw(r, label)) * minute
	}
	return agent.Rules{
		OnlineWhen: rapid.SampledFrom(agent.Ways()).Draw(r, "way"), OnlineOutsideHours: rapid.Bool().Draw(r, "outside"),
		AutoOfflineAfter: minutes("auto"), IdleAfter: minutes("idle"), IdleTo: rapid.SampledFrom([]agent.Status{agent.Away, agent.Offline}).Draw(r, "to"),
	}
}

// drawSigns draws signs within a span of some hours around the night in which clocks go back, in their order.
func drawSigns(r *rapid.T, from time.Time, minutes int) []agent.Sign {
	signs := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) agent.Sign {
		s := agent.Sign{At: from.Add(time.Duration(rapid.IntRange(0, minutes).Draw(r, "at")) * minute), Session: rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(r, "session")}
		switch s.Kind = rapid.SampledFrom([]event.Type{event.AgentLoggedIn, event.AgentLoggedOut, event.AgentStatusSet, event.AgentActive}).Draw(r, "kind"); s.Kind {
		case event.AgentLoggedIn:
			s.TTL = time.Duration(rapid.SampledFrom([]int{0, 2, 60}).Draw(r, "ttl")) * minute
		case event.AgentActive:
			s.Idle = rapid.Bool().Draw(r, "idle")
		case event.AgentStatusSet:
			s.Status = rapid.SampledFrom([]agent.Status{agent.Online, agent.Online, agent.Away, agent.Invisible, agent.Offline, agent.Scheduled}).Draw(r, "status")
			s.Locked = s.Status != agent.Scheduled && rapid.IntRange(0, 3).Draw(r, "locked") == 0
		}
		return s
	}), 0, 12).Draw(r, "signs")
	for i := range signs {
		signs[i].ID = fmt.Sprintf("e%02d", i)
	}
	slices.SortFunc(signs, func(a, b agent.Sign) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return signs
}

// drawChats draws what became of chats, as their decisions told it.
func drawChats(r *rapid.T, from time.Time, minutes int) map[string]agent.Held {
	chats := make(map[string]agent.Held)
	instant := func(r *rapid.T, label string) (t time.Time) {
		if rapid.IntRange(0, 2).Draw(r, label+" at all") > 0 {
			t = from.Add(time.Duration(rapid.IntRange(0, minutes).Draw(r, label)) * minute)
		}
		return t
	}
	for _, id := range []string{"acme/c1", "acme/c2"}[:rapid.IntRange(0, 2).Draw(r, "chats")] {
		c := agent.Held{Assigned: instant(r, "assigned"), Asked: instant(r, "asked"), Answered: instant(r, "answered"), Left: instant(r, "left")}
		if !c.Assigned.IsZero() && !c.Asked.IsZero() {
			chats[id] = c
		}
	}
	return chats
}

// told is a presence after signs in any order, some of them twice, and the chats in between.
func told(r *rapid.T, a agent.Agent, signs []agent.Sign, chats map[string]agent.Held) agent.Presence {
	signs = slices.Clone(signs)
	if len(signs) > 0 {
		signs = rapid.Permutation(append(signs, signs[:len(signs)/2]...)).Draw(r, "order")
	}
	var p agent.Presence
	for i, s := range signs {
		if i == len(signs)/2 {
			for id, c := range chats {
				p = p.Hold(a.Rules, id, c).Hold(a.Rules, id, c)
			}
		}
		p = p.With(a, s)
	}
	for id, c := range chats {
		p = p.Hold(a.Rules, id, c)
	}
	return p
}

// TestStandingIsAReplay holds the status, its reason and its end against a life minute by minute.
func TestStandingIsAReplay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		a := drawAgent(r)
		a.Rules = drawRules(r)
		const length, beyond = 26 * 60, 24 * 60 // minutes of the story, and of what is foreseen
		from := start().Add(20 * time.Hour)
		signs, chats := drawSigns(r, from, length), drawChats(r, from, length)
		now := from.Add(time.Duration(rapid.IntRange(0, length).Draw(r, "now")) * minute)
		signs = slices.DeleteFunc(signs, func(s agent.Sign) bool { return s.At.After(now) })
		for id, c := range chats {
			for _, f := range []*time.Time{&c.Assigned, &c.Asked, &c.Answered, &c.Left} {
				if f.After(now) {
					*f = time.Time{}
				}
			}
			if chats[id] = c; c.Assigned.IsZero() || c.Asked.IsZero() {
				delete(chats, id)
			}
		}
		model := replay{agent: a, signs: signs, chats: chats, now: now, in: make(map[string]bool)}
		first := from.Add(-30 * time.Hour)
		model.open, model.began = begin(a, first)
		model.lost()
		var status agent.Status
		var reason string
		for m := first; !m.After(now); m = m.Add(minute) {
			status, reason = model.minute(m)
		}
		a.Presence, a.AsOf = told(r, a, signs, chats), now
		got := a.At(now)
		if got.Status != status || got.Reason != reason {
			r.Fatalf("at %v: got %s (%s), want %s (%s)\n%+v\nof %+v\n%+v", now, got.Status, got.Reason, status, reason, a.Presence, signs, a.Rules)
		}
		if a.Available(now) != (status == agent.Online) || got.Since.After(now) {
			r.Errorf("at %v: %+v", now, got)
		}
		var turns time.Time
		next := status
		for m := now.Add(minute); !m.After(now.Add(beyond * minute)); m = m.Add(minute) {
			if next, _ = model.minute(m); next != status {
				turns = m
				break
			}
		}
		switch {
		case turns.IsZero() && (got.Until.IsZero() || got.Until.After(now.Add(beyond*minute))):
		case got.Until.Equal(turns) && got.Next == next:
		default:
			r.Fatalf("at %v: %s until %v, then %s, want until %v, then %s\n%+v\n%+v", now, got.Status, got.Until, got.Next, turns, next, a.Presence, a.Rules)
		}
	})
}
