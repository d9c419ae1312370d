package widget

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Change is one state that Decide found different from before.
type Change struct {
	Department string // empty: the property itself
	Before     Status // empty: there was no state before
	State      State
	Boundary   time.Time // the boundary that caused it; zero: an edit or an override did
}

// Decision is what Decide answers.
type Decision struct {
	State   State
	Changes []Change  // of the property and its departments; empty: all is as before
	Due     time.Time // when to decide again; zero: only when something is edited
}

// Decide gives the state of a property at an instant, and what changed against
// the state before (the zero State for a new property). It is level-triggered: it
// may run late, twice, or between two boundaries, and its answer is right at `at`.
func Decide(p Property, before State, at time.Time) Decision {
	at = at.Truncate(time.Second).UTC()
	var d Decision
	own := place{gates: []*hours.Schedule{p.Hours}, agents: p.Agents, policy: p.Policy}
	d.State = d.add("", own, before, at)
	if len(p.Departments) == 0 {
		return d
	}
	departments := make(map[string]State, len(p.Departments))
	for _, part := range p.Departments {
		its := place{gates: []*hours.Schedule{p.Hours, part.Hours}, agents: part.Agents, policy: p.Policy}
		departments[part.ID] = d.add(part.ID, its, before.Departments[part.ID], at)
	}
	d.State.Departments = departments
	return d
}

// add decides one place and keeps what is new of it.
func (d *Decision) add(department string, p place, before State, at time.Time) State {
	s, due, boundary := p.decide(before, at)
	d.Due = earliest(d.Due, due)
	if s.Version != before.Version {
		d.Changes = append(d.Changes, Change{Department: department, Before: before.Status, State: s, Boundary: boundary})
	}
	return s
}

// place is a property or a department: open while all its gates are, online while
// it is open and one of its agents, if it lists any, is available.
type place struct {
	gates  []*hours.Schedule
	agents []Agent
	policy Policy
}

// horizon is how many boundaries a search for the next change looks at. A widget
// whose agents relieve each other without a gap has boundaries and no change: it
// is looked at again where the search ended.
const horizon = 200

// decide gives the state, when to look again, and the boundary that changed it
// (zero when it did not change, or changed by an edit).
func (p place) decide(before State, at time.Time) (s State, due, boundary time.Time) {
	now, reason := p.look(at)
	s = State{Status: now.status, Mode: now.mode, NewChats: now.newChats, Message: now.message, Reason: reason, Version: before.Version}

	crossed := before.Version > 0 && !before.Until.IsZero() && !at.Before(before.Until)
	switch {
	case crossed:
		s.Since = p.lastChange(before.Until, at)
		boundary = s.Since
	case before.Version > 0 && before.face() == now:
		s.Since = before.Since
	default: // new, or changed ahead of its time by an edit
		s.Since = at
	}
	next := p.nextChange(at, now)
	due = next.at
	if next.face != now {
		s.Until, s.Next, s.NextOpen = next.at, next.face.status, p.nextOpen(next)
	}
	if s.equal(before) {
		return before, due, time.Time{}
	}
	s.Version++
	return s, due, boundary
}

// look is the answer at one instant, and why.
func (p place) look(at time.Time) (face, string) {
	var reason string
	for _, gate := range p.gates {
		h := gate.At(at)
		if !h.Open {
			return p.policy.outside(), h.Reason
		}
		if gate != nil || reason == "" { // a department without hours of its own has its property's reason
			reason = h.Reason
		}
	}
	if len(p.agents) == 0 {
		return face{status: Online, mode: Chat, newChats: true}, reason
	}
	for _, a := range p.agents {
		if a.Available(at) {
			return face{status: Online, mode: Chat, newChats: true}, reason
		}
	}
	return p.policy.nobody(), ReasonNoAgents
}

// nextBoundary is the first instant after t at which look may differ. While a
// gate is closed, nothing but its opening can change the answer.
func (p place) nextBoundary(t time.Time) time.Time {
	var next time.Time
	for _, gate := range p.gates {
		boundary := gate.NextBoundary(t)
		if !gate.At(t).Open {
			return boundary
		}
		next = earliest(next, boundary)
	}
	for _, a := range p.agents {
		next = earliest(next, a.NextBoundary(t))
	}
	return next
}

// change is a face and the instant from which it shows.
type change struct {
	at   time.Time
	face face
}

// nextChange is the first change after t from the face now. Its face is now
// itself where the search ended without one: at zero when there is none for ever,
// else where the search ended.
func (p place) nextChange(t time.Time, now face) change {
	for range horizon {
		t = p.nextBoundary(t)
		if t.IsZero() {
			break
		}
		if next, _ := p.look(t); next != now {
			return change{t.UTC(), next}
		}
	}
	return change{t.UTC(), now}
}

// nextOpen is when the widget turns online next, at c or after; zero when no such
// change is in sight.
func (p place) nextOpen(c change) time.Time {
	for range horizon {
		if c.face.status == Online {
			return c.at
		}
		next := p.nextChange(c.at, c.face)
		if next.face == c.face {
			break
		}
		c = next
	}
	return time.Time{}
}

// lastChange is the last change in [from, at], where from is a change itself.
func (p place) lastChange(from, at time.Time) time.Time {
	for {
		f, _ := p.look(from)
		next := p.nextChange(from, f)
		if next.face == f || next.at.After(at) {
			return from
		}
		from = next.at
	}
}
