package hours

import "time"

// Override forces open or closed. It is in force on [From, Until): a zero From means since ever, a
// zero Until means until it is undone. It beats every other rule and expires by itself. One that ends
// before it begins is never in force.
type Override struct {
	Open  bool      `json:"open"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"`
}

// InForce reports whether the override decides at t.
func (o Override) InForce(t time.Time) bool { return !o.pending(t) && !o.over(t) }

func (o Override) pending(t time.Time) bool { return !o.From.IsZero() && t.Before(o.From) }

func (o Override) over(t time.Time) bool { return !o.Until.IsZero() && !t.Before(o.Until) }

// With returns the schedule under an override, which replaces the one it may have had. The copy is
// cheap: the tables are shared. Boundaries of the result are those of the effective answer: there is
// none where the override begins or ends in agreement with the schedule.
func (s *Schedule) With(o Override) *Schedule {
	c := s.clone()
	c.override = nil
	if o.From.IsZero() || o.Until.IsZero() || o.From.Before(o.Until) {
		c.override = &o
	}
	return c
}

// clone copies the schedule, but not its tables.
func (s *Schedule) clone() *Schedule {
	if s.unset() {
		return Always(time.UTC)
	}
	c := *s
	return &c
}

// overridden answers with regard to the override. Time has three parts, before, during and after it,
// and an answer may last from one part into the next.
func (s *Schedule) overridden(t time.Time) State {
	if s.override.InForce(t) {
		open := s.override.Open
		return State{open, reasonOverride, s.forcedSince(open), s.forcedUntil(open)}
	}
	state := s.plain(t)
	if s.override.pending(t) {
		if from := s.override.From; state.Until.IsZero() || !state.Until.Before(from) {
			state.Until = from.In(s.location)
			if s.override.Open == state.Open {
				state.Until = s.forcedUntil(state.Open)
			}
		}
		return state
	}
	if until := s.override.Until; !state.Since.After(until) {
		state.Since = until.In(s.location)
		if s.override.Open == state.Open {
			state.Since = s.forcedSince(state.Open)
		}
	}
	return state
}

// forcedUntil returns the end of an answer that holds at the end of the override.
func (s *Schedule) forcedUntil(open bool) time.Time {
	until := s.override.Until
	if until.IsZero() {
		return time.Time{}
	}
	if then := s.plain(until); then.Open == open {
		return then.Until
	}
	return until.In(s.location)
}

// forcedSince returns the begin of an answer that holds at the begin of the override.
func (s *Schedule) forcedSince(open bool) time.Time {
	from := s.override.From
	if from.IsZero() {
		return time.Time{}
	}
	if earlier := s.plain(from.Add(-1)); earlier.Open == open {
		return earlier.Since
	}
	return from.In(s.location)
}
