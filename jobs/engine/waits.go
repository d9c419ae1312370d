package engine

import (
	"context"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// An event that was acknowledged before something was due for its visitor counts, also where it is not taken in yet: its task
// waits, is under way in another worker, is tried again, or was held by a worker that has died. So a decision that deals with
// something whose time had come is committed only when no such event is left. It asks after it has read the record: an event
// that is taken in meanwhile gives the record a new revision, and the decision is lost.
//
// Where one is left, the record is decided on as of the moment at which it was accepted, and what is due later is held back.
// The record says since when. That time is not lateness, and it has an end.

// Wait asks for events of some visitors or chats that were accepted until an instant.
type Wait struct {
	Subjects []store.Subject // of one property
	Until    time.Time
}

// Unfinished gives, for each wait, when the first of the events was accepted that are still to be taken in; zero: there are
// none. The events of some tasks do not count. The instant is as much too early as clocks may differ.
type Unfinished func(ctx context.Context, waits []Wait, except []string) ([]time.Time, error)

// mostHeld is how long something that is due waits for events at most.
const mostHeld = 5 * time.Minute

// heldAgain is after how long a sweep looks again at a record that is held back. The task of its timer looks more often.
const heldAgain = time.Second

// holdBack replaces the changes that have to wait by what may be written before. The events of some tasks are not waited for:
// those of which these changes were made.
func (in intake) holdBack(ctx context.Context, out *Outcome, tasks []string, at time.Time) error {
	if in.unfinished == nil {
		return nil
	}
	var waits []Wait
	var changes []*Change
	for i := range out.Changes {
		c := &out.Changes[i]
		if c.asOf == nil || !c.heldSince.IsZero() && at.Sub(c.heldSince) >= mostHeld {
			continue
		}
		waits, changes = append(waits, Wait{c.concerns, slices.MaxFunc(c.settled, time.Time.Compare)}), append(changes, c)
	}
	if len(waits) == 0 {
		return nil
	}
	accepted, err := in.unfinished(ctx, waits, tasks)
	if err != nil {
		return err
	}
	for i, first := range accepted {
		if first.IsZero() {
			continue
		}
		if err := out.hold(changes[i], first); err != nil {
			return err
		}
	}
	return nil
}

// hold replaces a change by that as of an instant, or of the moment before anything was due, whichever is later.
func (out *Outcome) hold(c *Change, then time.Time) error {
	subject := c.Subject
	before, skipped, err := c.asOf(Later(then, slices.MinFunc(c.settled, time.Time.Compare)).Add(-time.Millisecond))
	if err != nil {
		return err // it went well a moment ago
	}
	out.Skipped = slices.DeleteFunc(out.Skipped, func(s Skipped) bool { return s.subject == subject })
	*c = before
	out.Skipped = append(out.Skipped, skipped...)
	out.Held = append(out.Held, subject)
	return nil
}

// hold notes that something that is due is held back from now on, or still is.
func (v *visitor) hold(at time.Time) {
	if v.Held.IsZero() {
		v.Held = at.UTC()
	}
}

// heldFor is how long it has been held back.
func (v *visitor) heldFor(at time.Time) time.Duration {
	if v.Held.IsZero() {
		return 0
	}
	return min(max(0, at.Sub(v.Held)), mostHeld)
}

// concerns are the visitor and their chats: events may name either.
func (v *visitor) concerns() []store.Subject {
	subjects := []store.Subject{v.record.Subject}
	for id := range v.Chats {
		subjects = append(subjects, store.ChatSubject(v.propertyAt.id, id))
	}
	return subjects
}
