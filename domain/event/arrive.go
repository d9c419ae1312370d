package event

import (
	"slices"
	"time"
)

// Arrive gives events that are stamped ahead of a receiver's clock the time of their arrival there: the sender's clock is
// wrong, and an answer that is yet to come must not silence what is said until then. They keep their order: those before
// the last are some nanoseconds earlier. It changes the events of the list.
func Arrive(events []Event, at time.Time) {
	at = at.Round(0).UTC()
	var ahead []*Event
	for i := range events {
		if events[i].Time.After(at) {
			ahead = append(ahead, &events[i])
		}
	}
	slices.SortStableFunc(ahead, func(a, b *Event) int { return b.Time.Compare(a.Time) }) // the last first
	var said time.Time
	for i, e := range ahead {
		if i > 0 && e.Time.Before(said) {
			at = at.Add(-1)
		}
		said, e.Time = e.Time, at
	}
}
