package chat

import (
	"slices"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Snooze puts the chat aside from an instant until another. The ladder of all that was asked up to then begins again at
// the end. A question of the visitor after it has a ladder of its own, as ever.
func (s *State) Snooze(at, until time.Time) {
	s.Progress.Snoozed = Snoozed{At: at.UTC(), Until: until.UTC()}
}

// FollowHours moves the end of a snooze that goes on to the next opening by the hours as they are now, and gives the effect
// that says so; nil where it stays. An edit counts as if the hours had always been so. Where that opening has passed already the
// snooze ends now; where none is in sight the chat is looked at again after trigger.OutOfSight, and nothing is said.
func (s *State) FollowHours(door hours.Door, at time.Time) *Effect {
	z := &s.Progress.Snoozed
	if at = at.Round(0).UTC(); !z.Until.After(at) || !s.Going() {
		return nil
	}
	until, inSight := z.end(door, at)
	if until.Equal(z.Until) {
		return nil
	}
	if next := &s.Progress.Next; next.Base.Equal(z.Until) {
		next.Base = until // the step still counts from the end
	}
	z.Until = until
	if !inSight {
		return nil
	}
	z.Moved++
	return &Effect{
		Chat: s.ID, Do: trigger.Action{Snooze: trigger.NextOpening}, Until: until, At: at, Reason: HoursChanged,
		Cause: Cause{Rule: Moved, Base: until, Step: strconv.Itoa(z.Moved)},
	}
}

// end is when a snooze that goes on ends by the hours as they are now.
func (z Snoozed) end(door hours.Door, at time.Time) (until time.Time, inSight bool) {
	if opens := door.Opens(z.At); opens.After(at) {
		return opens.UTC(), true
	}
	if door.Open(at) {
		return at, true
	}
	if opens := door.Opens(at); !opens.IsZero() {
		return opens.UTC(), true
	}
	if later := z.At.Add(trigger.OutOfSight); later.After(at) {
		return later, false
	}
	return z.Until, false
}

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
