package agent

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Decide gives the state of an agent at an instant, and the notices that are due,
// against the state before (the zero State for a new agent). It is
// level-triggered: it may run late, twice, or between two boundaries. All instants
// that it gives are whole seconds, in UTC.
func Decide(a Agent, before State, at time.Time) Decision {
	if ahead := before.Since.Sub(at); ahead > 0 && ahead <= hours.ClockSkew {
		at = before.Since
	}
	now := second(at)
	a.Presence = before.Presence
	if a.AsOf.IsZero() || a.AsOf.After(now) {
		a.AsOf = now
	}
	h := a.Hours.At(now)
	j := judgeOf(&a)
	v := j.verdict(now, h)
	s := State{
		Status: v.status, Reason: v.reason, Version: before.Version,
		Told: before.Told, LoweredBy: before.LoweredBy, Lowered: before.Lowered, Passed: before.Passed, Presence: before.Presence,
	}
	next := j.next(now, v.status)
	if next.known {
		s.Until, s.Next = next.at, next.status
	}
	d := Decision{Before: before.Status, Due: hours.Earliest(hours.Earliest(next.at, j.due(now, h, v)), j.reasonUntil(now, h))}
	if byHoursAlone(&a) {
		s.Since, d.Boundary = since(before, s.Status, v.since, now)
	} else {
		s.Since, d.Boundary = sinceOwn(before, v, h.Since.UTC(), now)
	}
	if d.Boundary.IsZero() {
		d.Event = v.event
	}
	d.Settled, s.Passed = j.passed(before.Passed, now, h)
	if h.Since.After(s.Told) {
		if before.Version > 0 { // a new agent has not lived through the boundaries before
			d.Notices = a.notices(before, at)
		}
		s.Told = h.Since.UTC()
	}
	if v.deadline && v.since.After(s.lowered(v.reason)) {
		*s.LoweredBy.of(v.reason) = v.since
		if kind := Kind(v.reason); slices.Contains(a.NotifyOn, kind) && now.Sub(v.since) <= hours.NoticeTooLate {
			d.Notices = append(d.Notices, Notice{Kind: kind, Boundary: v.since, Until: s.Until, Reason: v.reason, Chat: v.chat})
		}
	}
	d.Told = before.Version == 0 || a.Lost > 0 || s.Status != before.Status || s.Next != before.Next || !s.Until.Equal(before.Until)
	d.Changed = d.Told || !s.Since.Equal(before.Since)
	if d.Changed {
		s.Version = hours.NextVersion(max(before.Version, a.Lost), a.Revision, d.Boundary)
	}
	d.State = s
	d.Unforeseen = d.Changed && before.Version > 0 && !(byHoursAlone(&a) && !isOwn(before.Reason)) && !foresaw(before, d)
	return d
}

// foresaw tells whether a state before said what is so now.
func foresaw(before State, d Decision) bool {
	s := &d.State
	if s.Status == before.Status && s.Next == before.Next && s.Until.Equal(before.Until) {
		return true // it is there for another reason
	}
	return s.Status == before.Next && d.Boundary.Equal(before.Until) && !before.Until.IsZero()
}

// since returns the start of the status of an agent whose hours alone decide, and the boundary there. There is no
// boundary where an edit changed the status, or nothing did.
func since(before State, now Status, began, at time.Time) (since, boundary time.Time) {
	crossed := before.Version > 0 && !before.Until.IsZero() && !at.Before(before.Until)
	switch {
	case crossed && !began.Before(before.Until):
		return began, began
	case before.Version > 0 && before.Status == now: // an edit may have moved the boundary away
		return before.Since, time.Time{}
	case crossed: // an edit moved it ahead, unseen: readers saw the change when it was foreseen
		return before.Until.UTC(), before.Until.UTC()
	default: // new, or changed ahead of its time by an edit
		return at, time.Time{}
	}
}

// sinceOwn is since for an agent of whom events tell. It is the instant of the cause, whenever and in whatever order
// anybody heard of it. The boundary is there only with the first decision after it: actions have their ids by it.
func sinceOwn(before State, v verdict, began, at time.Time) (since, boundary time.Time) {
	isNew := func(t time.Time, known time.Time) time.Time {
		if before.Version > 0 && t.After(known) {
			return t
		}
		return time.Time{}
	}
	switch {
	case v.deadline:
		return v.since, isNew(v.since, before.lowered(v.reason))
	case !v.since.IsZero() && v.own:
		return v.since, time.Time{}
	case !v.since.IsZero():
		return v.since, isNew(began, before.Told)
	case before.Version > 0 && before.Status == v.status:
		return before.Since, time.Time{}
	}
	return at, time.Time{} // no event says
}

// notices are for the boundaries since the last announced one, up to an instant.
// Those that are too late are left out, and those of hours, or a pause, that are over.
func (a Agent) notices(before State, at time.Time) []Notice {
	var due []Notice
	known := before.Status
	from := at.Add(-hours.NoticeTooLate - 1) // NextBoundary is strictly after
	if before.Told.After(from) {
		from = before.Told
	}
	for b := a.Hours.NextBoundary(from); !b.IsZero() && !b.After(at); b = a.Hours.NextBoundary(b) {
		h := a.Hours.At(b)
		// An edit may put a boundary into the past where it changes nothing for the
		// agent: one who began at 9:00 does not begin again when an edit makes that
		// 9:05.
		foreseen := !before.Until.IsZero() && before.Until.Before(b)
		if status(h.Open) == known && !foreseen && byHoursAlone(&a) { // else the status says nothing of the hours
			continue
		}
		known = status(h.Open)
		kind := HoursEnded
		if h.Open {
			kind = HoursStarted
		}
		if isOver := !h.Until.IsZero() && !at.Before(h.Until); isOver { // it would not be true
			continue
		}
		if slices.Contains(a.NotifyOn, kind) {
			due = append(due, Notice{Kind: kind, Boundary: b.UTC(), Until: h.Until.UTC(), Reason: h.Reason})
		}
	}
	return due
}

func status(open bool) Status {
	if open {
		return Online
	}
	return Offline
}
