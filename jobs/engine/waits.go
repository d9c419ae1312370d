package engine

import (
	"context"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
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

// hold replaces a change by that as of an instant, or of the moment before anything was due, whichever is later.
func (out *Outcome) hold(c *Change, then time.Time) error {
	subject := c.Subject
	before, skipped, err := c.asOf(hours.Later(then, slices.MinFunc(c.settled, time.Time.Compare)).Add(-time.Millisecond))
	if err != nil {
		return err // it went well a moment ago
	}
	out.Skipped = slices.DeleteFunc(out.Skipped, func(s Skipped) bool { return s.subject == subject })
	*c = before
	out.Skipped = append(out.Skipped, skipped...)
	out.Held = append(out.Held, subject)
	return nil
}
