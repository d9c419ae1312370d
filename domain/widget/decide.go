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
	Lost       int64     // of Property.Lost: the version that is the cause; 0: none
}

// Decision is the answer of Decide.
type Decision struct {
	State   State
	Changes []Change  // of the property and its departments; empty: all is as before, except perhaps for reasons
	Reasons bool      // a reason is another than before, also where that is no change
	Due     time.Time // when to decide again; zero: only when something is edited
}

// Decide gives the state of a property at an instant, and what changed against
// the state before (the zero State for a new property). It is level-triggered: it
// may run late, twice, or between two boundaries, and its answer is right at `at`.
// All instants that it gives are whole seconds, in UTC.
func Decide(p Property, before State, at time.Time) Decision {
	at = at.Truncate(time.Second).UTC()
	var d Decision
	d.State = d.add("", p.unit(), before, at)
	d.State.Departments = nil // not those before: some may have been removed
	if len(p.Departments) == 0 {
		return d
	}
	departments := make(map[string]State, len(p.Departments))
	for i := range p.Departments {
		part := &p.Departments[i]
		departments[part.ID] = d.add(part.ID, p.department(part), before.Departments[part.ID], at)
	}
	d.State.Departments = departments
	return d
}

// Alone is the state of the property itself at an instant, as Decide gives it, without those of its departments.
func Alone(p Property, before State, at time.Time) State {
	u := p.unit()
	s, _, _ := u.decide(before, at.Truncate(time.Second).UTC())
	s.Departments = nil
	return s
}

// add decides one unit and keeps its change.
func (d *Decision) add(department string, p unit, before State, at time.Time) State {
	s, due, boundary := p.decide(before, at)
	d.Due = hours.Earliest(d.Due, due)
	d.Reasons = d.Reasons || s.Reason != before.Reason
	if s.Version != before.Version {
		d.Changes = append(d.Changes, Change{Department: department, Before: before.Status, State: s, Boundary: boundary, Lost: p.lost})
	}
	return s
}

// decide gives the state, when to decide again, and the boundary that changed it
// (zero when it did not change, or changed by an edit).
func (p *unit) decide(before State, at time.Time) (s State, due, boundary time.Time) {
	if ahead := before.Since.Sub(at); ahead > 0 && ahead <= hours.ClockSkew {
		at = before.Since.UTC()
	}
	w := p.walkFrom(at)
	m := w.moment(true)
	now, reason := p.face(m), w.reason(m)
	told := w.reasonUntil(m)
	s = State{
		Status: now.status, Mode: now.mode, NewChats: now.newChats, Message: now.message,
		Reason: reason, Version: before.Version,
	}
	s.Since, boundary = p.since(before, now, at)
	next := p.next(&w, now)
	if next.face != now {
		s.Until, s.Next, s.NextMode = next.at, next.face.status, next.face.mode
		if w.search = (hours.Search{}); w.online() {
			s.NextOpen = w.at
		}
	}
	if due = next.at; next.face != now || next.at.IsZero() { // else hours are hostile, and not looked at more often than need be
		due = hours.Earliest(due, told)
	}
	if s.equal(before) && p.lost == 0 {
		before.Reason, before.NextMode = reason, s.NextMode // which is no news, and true all the same
		return before, due, time.Time{}
	}
	s.Version = hours.NextVersion(max(before.Version, p.lost), p.revision, boundary)
	return s, due, boundary
}

// since is when the face of an instant began to show, and the boundary there. There
// is no boundary where an edit changed the face, or nothing did.
//
// The state before said until when it would hold, and readers believed it: the
// changes then, and after, are found by walking on from there. A face that is the
// same as in the state before is no change: an edit had moved the boundary away.
func (p *unit) since(before State, now face, at time.Time) (since, boundary time.Time) {
	shown, since := before.face(), before.Since
	if before.Version > 0 && !before.Until.IsZero() && !at.Before(before.Until) {
		t := before.Until.UTC()
		w := p.walkFrom(t)
		for f := p.face(w.moment(true)); ; {
			if f != shown {
				shown, since, boundary = f, t, t
			}
			next := p.next(&w, f)
			if next.at.IsZero() || next.at.After(at) {
				break
			}
			t, f = next.at, next.face
		}
	}
	if before.Version == 0 || shown != now { // new, or changed ahead of its time by an edit
		return at, time.Time{}
	}
	return since, boundary
}
