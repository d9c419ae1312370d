package agent

import (
	"cmp"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// Session is one place at which an agent is logged in: a browser, a phone.
type Session struct {
	Marks []Mark    `json:"marks,omitempty"` // its latest logins and logouts, in their order
	Seen  time.Time `json:"seen,omitzero"`   // the latest sign that named it; of the one without a name see also Presence.Active
	Signs Signs     `json:"signs,omitempty"` // the latest of them, Seen among them; of the one without a name see also Presence.Signs
}

// Mark is a login or a logout.
type Mark struct {
	At    time.Time `json:"at"`
	Event string    `json:"event"`
	Out   bool      `json:"out,omitempty"`
	TTL   int64     `json:"ttl,omitempty"` // of a login, in seconds; 0: until it logs out
}

const (
	mostSessions = 32 // of an agent; beyond it those that ended first are forgotten
	mostMarks    = 8  // of a session
)

func withSession(all map[string]Session, s Sign) map[string]Session {
	one := all[s.Session]
	if at := s.At.UTC(); s.Session != "" || s.Idle {
		one.Seen, one.Signs = later(one.Seen, at), one.Signs.with(one.Seen, at)
	}
	if s.Kind == event.AgentLoggedIn || s.Kind == event.AgentLoggedOut {
		one.Marks = withMark(one.Marks, Mark{At: s.At.UTC(), Event: s.ID, Out: s.Kind == event.AgentLoggedOut, TTL: int64(s.TTL / time.Second)})
	}
	return put(all, s.Session, one, mostSessions, func(s Session) (bool, time.Time) {
		if len(s.Marks) == 0 {
			return false, s.Seen
		}
		last := s.Marks[len(s.Marks)-1]
		return !last.Out, later(last.At, s.Seen)
	})
}

func withMark(marks []Mark, m Mark) []Mark {
	i, found := slices.BinarySearchFunc(marks, m, func(a, b Mark) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Event, b.Event))
	})
	if found {
		return marks
	}
	marks = slices.Insert(slices.Clone(marks), i, m)
	return marks[max(0, len(marks)-mostMarks):]
}

// span is [from, to), in whole seconds. A zero from is before all that is known, which begins at known; a zero to is not in
// sight.
type span struct{ from, to, known time.Time }

func (s span) covers(t time.Time) bool { return !t.Before(s.from) && (s.to.IsZero() || t.Before(s.to)) }

// spans are the times of one session. The signs of a session with a TTL keep it alive from its login to the last of them before the
// next login or logout, also when there are gaps between them. One that would end by itself after asOf goes on: a sign of life may
// still come. shared are signs that keep it alive beside its own.
func (s Session) spans(asOf time.Time, shared Signs) []span {
	var spans []span
	var open bool
	for i, m := range s.Marks {
		at := second(m.At)
		if end := s.endBefore(i, shared); open && !end.IsZero() && (asOf.IsZero() || !end.After(asOf)) {
			spans[len(spans)-1].to, open = end, false
		}
		switch {
		case m.Out && open:
			spans[len(spans)-1].to, open = at, false
		case m.Out && i == 0: // its login is forgotten, or yet to come
			spans = append(spans, span{to: at, known: at})
		case !m.Out && !open:
			spans, open = append(spans, span{from: at, known: at}), true
		}
	}
	if end := s.expiry(); open && (asOf.IsZero() || !end.After(asOf)) {
		spans[len(spans)-1].to = end
	}
	return spans
}

// endBefore is when the session had ended by itself before a mark of it; zero: it had not, as far as is known.
func (s Session) endBefore(mark int, shared Signs) time.Time {
	if mark == 0 || s.Marks[mark-1].TTL == 0 {
		return time.Time{}
	}
	at := second(s.Marks[mark].At)
	last := second(s.Marks[mark-1].At)
	for _, signs := range []Signs{s.Signs, shared} {
		sign, known := signs.before(at)
		if !known {
			return time.Time{}
		}
		last = later(last, sign)
	}
	if end := last.Add(time.Duration(s.Marks[mark-1].TTL) * time.Second); end.Before(at) {
		return end
	}
	return time.Time{}
}

// expiry is when a session that is logged in ends by itself; zero: never.
func (s Session) expiry() time.Time {
	if !s.isOpen() {
		return time.Time{}
	}
	last := s.Marks[len(s.Marks)-1]
	if last.TTL == 0 {
		return time.Time{}
	}
	return second(later(last.At, s.Seen)).Add(time.Duration(last.TTL) * time.Second)
}

// isOpen tells whether it has not logged out since it last logged in. It may have ended by itself.
func (s Session) isOpen() bool { return len(s.Marks) > 0 && !s.Marks[len(s.Marks)-1].Out }

// session is one session, with the signs of life that it shares.
func (p Presence) session(id string) Session {
	s := p.Sessions[id]
	if id == "" {
		s.Seen = later(s.Seen, p.Active)
	}
	return s
}

// attendance are the times at which an agent was logged in anywhere; see spans.
func (p Presence) attendance(asOf time.Time) []span {
	var spans []span
	for id := range p.Sessions {
		var shared Signs
		if id == "" {
			shared = p.Signs
		}
		spans = append(spans, p.session(id).spans(asOf, shared)...)
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	var joined []span
	for _, s := range spans {
		last := len(joined) - 1
		if last < 0 || !joined[last].to.IsZero() && s.from.After(joined[last].to) {
			joined = append(joined, s)
			continue
		}
		one := &joined[last]
		if one.known = earlier(one.known, s.known); !one.to.IsZero() && (s.to.IsZero() || s.to.After(one.to)) {
			one.to = s.to
		}
	}
	return joined
}

// loggedIn tells whether the agent is there at an instant, and since when: of one who is not, when they left.
func loggedIn(attendance []span, t time.Time) (there bool, since time.Time) {
	for _, s := range attendance {
		switch {
		case s.covers(t):
			return true, s.known
		case !s.to.IsZero() && !s.to.After(t):
			since = s.to
		}
	}
	return false, since
}

// leftSince tells whether the agent has left after an instant, up to t. One who was there at no whole second has not.
func leftSince(attendance []span, after, t time.Time) bool {
	return slices.ContainsFunc(attendance, func(s span) bool { return s.from.Before(s.to) && s.to.After(after) && !s.to.After(t) })
}

// second is the whole second of an instant, in UTC.
func second(t time.Time) time.Time { return t.Truncate(time.Second).UTC() }
