package chat

import (
	"slices"
	"time"
)

// Snooze puts the chat aside from an instant until another. The ladder of all that was asked up to then begins again at
// the end. A question of the visitor after it has a ladder of its own, as ever.
func (s *State) Snooze(at, until time.Time) { s.Progress.Snoozed = Snoozed{at.UTC(), until.UTC()} }

// snooze puts the chat aside by a step of the ladder, and tells whether it did: a ladder does so once, or a chat that
// is never answered and never ended would begin its ladder again each day.
func (d *decider) snooze(s step, e *Effect) bool {
	e.Until = d.scene.Door.Opens(d.at).UTC()
	switch {
	case e.Until.IsZero():
		d.skipStep(s.key, NoOpening, e.At)
	case e.Cause.Base.Equal(d.State.Progress.Snoozed.Until) || d.snoozed(e.Cause.Base):
		d.skipStep(s.key, Snooze, e.At)
	default:
		d.State.Snooze(d.at, e.Until)
		return true
	}
	return false
}

// snoozed tells whether the ladder of an ask has been put aside. After that it begins again, for another instant.
func (d *decider) snoozed(ask time.Time) bool { return !ask.After(d.State.Progress.Snoozed.At) }

// asks are those that wait, each with the instant from which its ladder counts, in the order of these.
func (d *decider) asks() []Ask {
	asks := d.State.asks()
	if !slices.ContainsFunc(asks, func(a Ask) bool { return d.snoozed(a.At) }) {
		return asks
	}
	asks = slices.Clone(asks)
	for i := range asks {
		if d.snoozed(asks[i].At) {
			asks[i].At = d.State.Progress.Snoozed.Until
		}
	}
	slices.SortStableFunc(asks, Ask.compare)
	return asks
}

// askedAt is when the question was asked from which a ladder counts, as far as it matters to whether it has an answer.
func (d *decider) askedAt(base time.Time) time.Time {
	if z := d.State.Progress.Snoozed; base.Equal(z.Until) {
		return z.At
	}
	return base
}
