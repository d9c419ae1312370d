package chat

import (
	"time"
)

// The due time of a step that counts open time, or is deferred, depends on the hours, which an edit or an override may
// change. So it is found anew with each decision, from when its delay began.

// due is when a delay of a step is over by the hours as they are now. recorded tells whether it was recorded that the step
// is deferred; the answer, whether it is from now on. A step that is deferred is recorded when it would be due without
// hours.
func (d *decider) due(s step, from time.Time, delay time.Duration, recorded bool) (due time.Time, deferred bool) {
	due = s.Due(d.scene.Door, from, delay)
	plain := from.Add(delay)
	switch {
	case !due.After(d.at) || !s.Defers(plain, due):
		return due, false
	case plain.After(d.at):
		d.wake(plain)
		return due, false
	case !recorded:
		d.skipStep(s.key, Deferred, plain)
	}
	return due, true
}

// timed is the rest of a step with its due time by the hours as they are now.
func (d *decider) timed(s step, r Rest) Rest {
	if !s.Plain() && !r.From.IsZero() {
		r.Due, r.Deferred = d.due(s, r.From, time.Duration(r.For), r.Deferred)
	}
	return r
}

// filled is a map, or nil where it is empty.
func filled[V any](m map[string]V) map[string]V {
	if len(m) == 0 {
		return nil
	}
	return m
}
