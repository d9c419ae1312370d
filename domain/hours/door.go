package hours

import (
	"slices"
	"time"
)

// Door is open while all its gates are, as a department is within its property. Open time is counted at a door. The zero
// Door is always open.
type Door []Gate

// Gate is a schedule with all its overrides.
type Gate struct {
	Hours     *Schedule  // nil: always open. An override that it has by itself does not count
	Overrides []Override // those that are in force, to come, or over; the last that is in force at an instant decides
}

// Open tells whether the door is open at an instant.
func (d Door) Open(t time.Time) bool {
	open, _ := d.at(t)
	return open
}

// Add gives the first instant at which so much open time has passed since t, as Schedule.Add does; ok is false where
// that is never, or not in sight: see [Search].
func (d Door) Add(t time.Time, open time.Duration) (then time.Time, ok bool) {
	open = max(0, open)
	if only, one := d.only(t); one {
		return only.plainAdd(t, open)
	}
	for search := (Search{}); ; {
		isOpen, until := d.at(t)
		switch {
		case isOpen && (until.IsZero() || !t.Add(open).After(until)):
			return t.Add(open), true
		case until.IsZero() || !search.Step(t, until, len(d)):
			return time.Time{}, false
		case isOpen:
			open -= until.Sub(t)
		}
		t = until
	}
}

// only is the schedule of a door with one gate, where no override matters from t on.
func (d Door) only(t time.Time) (*Schedule, bool) {
	if len(d) != 1 || d[0].Hours.unset() || slices.ContainsFunc(d[0].Overrides, func(o Override) bool { return !o.IsOver(t) }) {
		return nil, false
	}
	return d[0].Hours, true
}

// Between is the open time between two instants; zero where b is not after a.
func (d Door) Between(a, b time.Time) (open time.Duration) {
	for a.Before(b) {
		isOpen, until := d.at(a)
		if until.IsZero() || until.After(b) {
			until = b
		}
		if isOpen {
			open += until.Sub(a)
		}
		a = until
	}
	return open
}

// Opens is the first instant after t at which the door begins to be open; zero where that is never, or not in sight: see
// [Search].
func (d Door) Opens(t time.Time) time.Time {
	was, until := d.at(t)
	for search := (Search{}); !until.IsZero() && search.Step(t, until, len(d)); {
		t = until
		var open bool
		if open, until = d.at(t); open && !was {
			return t
		}
		was = open
	}
	return time.Time{}
}

// ClosedSince is when the closed time began in which an instant lies, or from where it began before that. At t the door
// is closed.
func (d Door) ClosedSince(from, t time.Time) time.Time {
	since := from
	for at := from; ; {
		open, until := d.at(at)
		if open {
			since = until
		}
		if until.IsZero() || until.After(t) {
			return since
		}
		at = until
	}
}

// at tells whether the door is open, and until when that may be so, at least; zero: for ever.
func (d Door) at(t time.Time) (open bool, until time.Time) {
	open = true
	for _, g := range d {
		isOpen, ends := g.at(t)
		switch {
		case open && isOpen:
			until = Earliest(until, ends)
		case open: // the first that is closed
			open, until = false, ends
		case !isOpen && (ends.IsZero() || !until.IsZero() && until.Before(ends)):
			until = ends // the door does not open before the last of them does
		}
	}
	return open, until
}

func (g Gate) at(t time.Time) (open bool, until time.Time) {
	var next time.Time
	for _, o := range slices.Backward(g.Overrides) {
		switch {
		case o.InForce(t):
			return o.Open, Earliest(o.Until, next)
		case o.pending(t):
			next = Earliest(next, o.From)
		}
	}
	if g.Hours.unset() {
		return true, next
	}
	s := g.Hours.plain(t)
	return s.Open, Earliest(s.Until, next)
}
