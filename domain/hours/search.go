package hours

import "time"

// Search bounds a walk over the boundaries of several schedules, which may go on for ever without finding anything: those
// of agents who relieve each other without a gap, or of hours that never meet. The zero value is ready to use.
//
// It counts the time that it walked through, and a jump over a quiet time as one day, however long that was. So it finds
// changes after the leave of years, and changes that come once a year; and a widget without any change costs a year of steps.
type Search struct {
	walked time.Duration
	asked  int
}

const (
	sight      = 400 * 24 * time.Hour // a year, and more than the month by which its feasts move
	sightAsked = 50_000               // about 20 ms. Only a hostile definition has so many boundaries in a year
)

// Step notes that the walk has gone from one instant to another, and that it has asked so many schedules there. It reports
// whether the walk may go on.
func (s *Search) Step(from, to time.Time, asked int) bool {
	s.walked += min(to.Sub(from), 24*time.Hour)
	s.asked += asked
	return s.walked < sight && s.asked < sightAsked
}

// Share is the part of the bound that is used up, from 0 to 1.
func (s *Search) Share() float64 {
	return max(float64(s.walked)/float64(sight), float64(s.asked)/sightAsked)
}

// Opening returns the first instant at or after t at which all of some schedules are open; zero when that is never, or
// not in sight: see [Search].
func Opening(t time.Time, schedules ...*Schedule) time.Time {
	var search Search
	for {
		opens, ok := lastOpening(t, schedules)
		switch {
		case !ok:
			return time.Time{}
		case opens.Equal(t):
			return t
		case !search.Step(t, opens, len(schedules)):
			return time.Time{}
		}
		t = opens
	}
}

// lastOpening is the instant before which the schedules cannot all be open: t where they are; ok is false for never.
func lastOpening(t time.Time, schedules []*Schedule) (opens time.Time, ok bool) {
	opens = t
	for _, s := range schedules {
		state := s.At(t)
		switch {
		case state.Open:
		case state.Until.IsZero():
			return time.Time{}, false
		case state.Until.After(opens):
			opens = state.Until
		}
	}
	return opens, true
}

// Joint is the answer of several schedules together: open while all of them are, as a department is within its property.
// Its reason is that of the first that is closed, or else of the last. Its instants are in UTC, and zero also where they
// are not in sight: see [Search].
func Joint(t time.Time, schedules ...*Schedule) State {
	joint := State{Open: true}
	for _, s := range schedules {
		state := s.At(t)
		if joint.Reason = state.Reason; !state.Open {
			return State{Reason: state.Reason, Since: jointClosing(t, schedules).UTC(), Until: Opening(t, schedules...).UTC()}
		}
		if state.Since.After(joint.Since) {
			joint.Since = state.Since.UTC()
		}
		joint.Until = Earliest(joint.Until, state.Until).UTC()
	}
	return joint
}

// jointClosing walks back from a time at which some schedule is closed, to where they were last open together.
func jointClosing(t time.Time, schedules []*Schedule) time.Time {
	for search := (Search{}); ; {
		closed, open := time.Time{}, true
		for _, s := range schedules {
			state := s.At(t)
			switch {
			case state.Open:
			case state.Since.IsZero():
				return time.Time{}
			default:
				open, closed = false, Earliest(closed, state.Since)
			}
		}
		if open {
			return t.Add(1)
		}
		if !search.Step(closed, t, len(schedules)) {
			return time.Time{}
		}
		t = closed.Add(-1)
	}
}
