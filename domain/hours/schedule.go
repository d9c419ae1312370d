package hours

import "time"

// Schedule answers whether it is open at an instant, and when the answer changes. It comes from
// [Spec.Compile] or [Always] and never changes, so that any number of goroutines may share it.
// A nil *Schedule and the zero Schedule are valid: always open, in UTC.
type Schedule struct {
	layers
	location *time.Location
	holes    []hole // of calendars; sorted, disjoint
	override *Override
	under    *Schedule // the same with the override that this one beats; nil: there is none
}

// State is the answer of a schedule at one instant.
type State struct {
	// Open is the answer.
	Open bool

	// Reason names the rule that made it: "weekly", the name of an exception (or "exception"), the
	// name of a holiday (with " (observed)" on the day that stands in for it), "leave", "override",
	// or "always". While open it is the rule of the date on which the window opened, of the latest
	// one where several hold; while closed, the rule of the local date.
	Reason string

	// Since is the boundary at which this answer began; zero when it has always been so.
	Since time.Time

	// Until is the next boundary, the same as NextBoundary; zero when there is none.
	Until time.Time
}

// Reasons that no definition names.
const (
	reasonWeekly    = "weekly"
	reasonException = "exception"
	reasonLeave     = "leave"
	reasonOverride  = "override"
	reasonAlways    = "always"
)

// Always returns a schedule that is always open, in a zone; a nil location is UTC. WithLeave and With
// need it for an agent who has no schedule.
func Always(location *time.Location) *Schedule {
	if location == nil {
		location = time.UTC
	}
	r := &rules{steady: true}
	for day := range r.weekly {
		r.weekly[day] = rule{[]Window{wholeDay()}, reasonAlways}
	}
	r.measure()
	return &Schedule{layers: layers{rules: r}, location: location}
}

// Location is the zone in which the hours are read, and the location of every instant returned.
func (s *Schedule) Location() *time.Location {
	if s.unset() {
		return time.UTC
	}
	return s.location
}

// At answers for the instant t. Fractions of a second do not matter: boundaries lie on whole seconds,
// except those of an override. Instants outside the years 0 to 9999, which RFC 3339 cannot write, are
// answered as the nearest one inside, and no boundary is reported there.
func (s *Schedule) At(t time.Time) State {
	switch {
	case s.unset():
		return State{Open: true, Reason: reasonAlways}
	case s.override != nil:
		return s.overridden(t)
	}
	return s.plain(t)
}

// NextBoundary returns the first instant after t at which the answer differs from that at t; zero
// when it never does. It costs no allocation and well under a microsecond for a plain week, whatever
// the distance.
func (s *Schedule) NextBoundary(t time.Time) time.Time {
	switch {
	case s.unset():
		return time.Time{}
	case s.override != nil:
		return s.overridden(t).Until
	case len(s.holes) > 0:
		return s.holedState(t).Until
	}
	q := s.ask(t)
	_, _, _, open := q.holding(q.mark)
	return q.until(open)
}

// Next is NextBoundary under the name that robfig/cron's Schedule gives it: strictly after t, zero
// when never.
func (s *Schedule) Next(t time.Time) time.Time { return s.NextBoundary(t) }

func (s *Schedule) unset() bool { return s == nil || s.rules == nil }

// plain answers without regard to the override.
func (s *Schedule) plain(t time.Time) State {
	if len(s.holes) > 0 {
		return s.holedState(t)
	}
	return s.ruled(t)
}

// ruled answers without regard to the override and to holes.
func (s *Schedule) ruled(t time.Time) State {
	q := s.ask(t)
	_, _, date, open := q.holding(q.mark)
	if !open {
		date = dayOf(q.clock.reading(q.instant))
	}
	return State{
		Open:   open,
		Reason: s.governing(date).reason,
		Since:  q.since(open),
		Until:  q.until(open),
	}
}

// question is one instant put to a schedule: where the running-maximum clock stands, and the means to
// look around from there.
type question struct {
	walk
	clock   clock
	instant int64 // Unix seconds
	mark    int64 // reading
}

func (s *Schedule) ask(t time.Time) question {
	instant := min(max(t.Unix(), startOf(firstDay-2)), startOf(lastDay+2))
	q := question{walk: walk{layers: s.layers}, clock: clock{location: s.location}, instant: instant}
	q.mark = q.clock.mark(instant)
	return q
}

// until returns the first instant after the question's at which the line is no longer open (closed).
func (q *question) until(open bool) time.Time {
	for reading := q.mark; ; {
		turn, ok := q.forward(reading, open)
		if !ok {
			return time.Time{}
		}
		instant := q.clock.first(turn)
		reading = q.clock.mark(instant)
		if reading == turn {
			return q.time(instant)
		}
		// The clock jumped over the turn. The state that it would have begun may be over on the other side.
		if _, _, _, now := q.holding(reading); now != open {
			return q.time(instant)
		}
	}
}

// since returns the instant at which the line became open (closed), as it is now.
func (q *question) since(open bool) time.Time {
	for reading := q.mark; ; {
		turn, ok := q.backward(reading, open)
		if !ok {
			return time.Time{}
		}
		instant := q.clock.first(turn)
		reading = q.clock.mark(instant - 1)
		if reading == turn-1 {
			return q.time(instant)
		}
		if _, _, _, before := q.holding(reading); before != open {
			return q.time(instant)
		}
	}
}

func (q *question) time(instant int64) time.Time { return time.Unix(instant, 0).In(q.clock.location) }
