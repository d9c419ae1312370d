package widget

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// unit is a property or a department: open while all its gates are, online while
// it is open and one of its agents, if it lists any, is available.
type unit struct {
	gates  []*hours.Schedule
	agents []Agent
	policy Policy
	first  int64 // as Property.First
}

// view is what a unit displays at an instant.
type view struct {
	face   face
	reason string
	sure   time.Time // the face does not change before; zero: it never does
}

// look is the view at one instant.
func (p unit) look(at time.Time) view {
	var v view
	for _, gate := range p.gates {
		h := gate.At(at)
		if !h.Open { // nothing but its opening can change the face
			return view{p.policy.outside(), h.Reason, whole(h.Until)}
		}
		if gate != nil || v.reason == "" { // a department without hours of its own has its property's reason
			v.reason = h.Reason
		}
		v.sure = hours.Earliest(v.sure, h.Until)
	}
	available, sure := p.anyone(at)
	v.sure = whole(hours.Earliest(v.sure, sure))
	v.face = face{status: Online, mode: Chat, newChats: true}
	if !available {
		v.face, v.reason = p.policy.nobody(), ReasonNoAgents
	}
	return v
}

// anyone tells whether one of the agents is available, or none is listed, and for
// how long that is sure: while several are available, until the last of them goes.
func (p unit) anyone(at time.Time) (available bool, sure time.Time) {
	if len(p.agents) == 0 {
		return true, time.Time{}
	}
	var arrival, departure time.Time
	for _, a := range p.agents {
		boundary := a.NextBoundary(at)
		switch {
		case !a.Available(at):
			arrival = hours.Earliest(arrival, boundary)
		case boundary.IsZero():
			return true, time.Time{}
		default:
			available = true
			if boundary.After(departure) {
				departure = boundary
			}
		}
	}
	if available {
		return true, departure
	}
	return false, arrival
}

// horizon is how many instants a search for a change visits. A widget whose agents
// relieve each other without a gap has such instants and no change. It is decided
// again long before the search ended, so that a change is foreseen, and has its
// boundary, even when the worker is down for days just then.
const (
	horizon = 200
	again   = horizon / 4
)

// change is a face and the instant from which it shows.
type change struct {
	at   time.Time
	face face
}

// nextChange is the first change after a view. Where none was found its face is
// that of the view: at zero when there is none for ever, else at an instant from
// which to search on.
func (p unit) nextChange(v view) change {
	none := change{face: v.face}
	for step := range horizon {
		t := v.sure
		if t.IsZero() {
			return change{face: v.face}
		}
		if v = p.look(t); v.face != none.face {
			return change{t, v.face}
		}
		if step == again {
			none.at = t
		}
	}
	return none
}

// nextOpen is when the place is online next, at t or after; zero when that is not
// in sight.
func (p unit) nextOpen(t time.Time) time.Time {
	if available, arrival := p.anyone(t); !available && arrival.IsZero() {
		return time.Time{} // no agent is left to come
	}
	for range horizon {
		v := p.look(t)
		if v.face.status == Online {
			return t
		}
		if t = v.sure; t.IsZero() {
			break
		}
	}
	return time.Time{}
}

// whole is the first whole second at or after an instant. Only an override can
// begin or end between two.
func whole(t time.Time) time.Time {
	if fraction := t.Nanosecond(); fraction > 0 {
		t = t.Add(time.Second - time.Duration(fraction))
	}
	return t.UTC()
}
