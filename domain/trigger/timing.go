package trigger

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Timing says how the delays of a trigger or a step count, and whether one is dropped that ends while it is closed. The zero
// value counts real time, and drops.
type Timing struct {
	Count      string `json:"count,omitempty"`       // empty: CountElapsed
	WhenClosed string `json:"when_closed,omitempty"` // empty: ClosedDrop
}

// The ways to count a delay.
const (
	CountElapsed   = "elapsed"    // real time
	CountOpenHours = "open_hours" // only the time in which it is open
)

// The fate of an effect that is due while it is closed.
const (
	ClosedDrop  = "drop"
	ClosedDefer = "defer" // it waits for the next opening, and for the rest of its delay after that
)

// OutOfSight is how long after its beginning a delay is looked at again that does not end, since it never opens.
const OutOfSight = 30 * 24 * time.Hour

// Plain tells whether delays end when they would without hours.
func (t Timing) Plain() bool { return t.Count != CountOpenHours && t.WhenClosed != ClosedDefer }

// Due is the instant at which a delay is over that begins at an instant. It counts within the hours of a door as they
// are now: after an edit, it is another.
//
// A delay that counts open time and is over at the very end of the hours is over at the next opening. One that is
// deferred stands still from when it closed until it opens, and counts open time from there. So both are over while it is
// open.
func (t Timing) Due(door hours.Door, from time.Time, delay time.Duration) time.Time {
	due := from.Add(delay)
	switch {
	case t.Count == CountOpenHours:
		return openAfter(door, from, delay)
	case t.WhenClosed == ClosedDefer && !door.Open(due):
		closed := door.ClosedSince(from, due)
		return openAfter(door, closed, due.Sub(closed))
	}
	return due
}

// Defers tells whether an effect that would be due at an instant without hours is put off by them, and that is to be
// said.
func (t Timing) Defers(plain, due time.Time) bool {
	return t.Count != CountOpenHours && due.After(plain)
}

func openAfter(door hours.Door, from time.Time, delay time.Duration) time.Time {
	due, ok := door.Add(from, delay)
	if ok && !door.Open(due) {
		due, ok = door.Add(due, 0)
	}
	if !ok {
		return from.Add(delay + OutOfSight)
	}
	return due.UTC()
}
