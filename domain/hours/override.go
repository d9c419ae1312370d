package hours

import "time"

// Override forces open or closed. It is in force on [From, Until): a zero From means since ever, a
// zero Until means until it is undone. It beats every other rule and expires by itself. One that ends
// before it begins is never in force.
type Override struct {
	Open  bool      `json:"open"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"`
	Note  string    `json:"note,omitempty"` // why, for people to read
	By    string    `json:"by,omitempty"`   // who set it: the name of a key, say; empty: not known
}

// InForce reports whether the override decides at t.
func (o Override) InForce(t time.Time) bool { return !o.pending(t) && !o.IsOver(t) }

func (o Override) pending(t time.Time) bool { return !o.From.IsZero() && t.Before(o.From) }

// IsOver reports whether the override has run out at t.
func (o Override) IsOver(t time.Time) bool { return !o.Until.IsZero() && !t.Before(o.Until) }

// With returns the schedule under an override, which replaces the one it may have had. The copy is
// cheap: the tables are shared. Boundaries of the result are those of the effective answer: there is
// none where the override begins or ends in agreement with the schedule.
func (s *Schedule) With(o Override) *Schedule {
	c := s.clone()
	c.override, c.under = nil, nil
	if o.From.IsZero() || o.Until.IsZero() || o.From.Before(o.Until) {
		c.override = &o
	}
	return c
}

// Over returns the schedule under one more override, which beats the one that it may have had and leaves it in place
// for the time before and after. The copy is cheap.
func (s *Schedule) Over(o Override) *Schedule {
	if s.unset() || s.override == nil {
		return s.With(o)
	}
	c := s.With(o)
	if c.override != nil {
		c.under = s
		return c
	}
	return s
}

// OverrideAlone returns the overrides of a schedule over hours that are always open; nil: it has none.
func (s *Schedule) OverrideAlone() *Schedule {
	if s.unset() || s.override == nil {
		return nil
	}
	beneath := s.under.OverrideAlone()
	if beneath == nil {
		beneath = Always(s.location)
	}
	return beneath.Over(*s.override)
}

// clone copies the schedule, but not its tables.
func (s *Schedule) clone() *Schedule {
	if s.unset() {
		return Always(time.UTC)
	}
	c := *s
	return &c
}

// beneath answers as if the override were not there.
func (s *Schedule) beneath(t time.Time) State {
	if s.under != nil {
		return s.under.At(t)
	}
	return s.plain(t)
}

// overridden answers with regard to the override. Time has three parts, before, during and after it,
// and an answer may last from one part into the next.
func (s *Schedule) overridden(t time.Time) State {
	if s.override.InForce(t) {
		open := s.override.Open
		return State{open, reasonOverride, s.forcedSince(open), s.forcedUntil(open)}
	}
	state := s.beneath(t)
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
	if then := s.beneath(until); then.Open == open {
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
	if earlier := s.beneath(from.Add(-1)); earlier.Open == open {
		return earlier.Since
	}
	return from.In(s.location)
}
