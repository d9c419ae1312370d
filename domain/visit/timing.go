package visit

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// A timer whose trigger counts open time, or defers, depends on the hours, which an edit or an override may change; one that
// promises help in a chat depends on whether the chat is put aside. So its due time is found anew with each decision, from when
// its delay began.

// delayed is a timer that waits for a delay from an instant on.
func (r *run) delayed(c *compiled, t Timer, from time.Time, delay hours.Duration) Timer {
	t.Due, t.From, t.For, t.Deferred = from.Add(time.Duration(delay)), time.Time{}, 0, false
	if c.Plain() && !c.promises() {
		return t
	}
	t.From, t.For = from, delay
	return r.timed(c, t)
}

// acts is when a timer is due by the hours as they are now, and when it would be without hours.
func (r *run) acts(c *compiled, t Timer) (due, plain time.Time) {
	if t.From.IsZero() { // also where neither hours nor a snooze mattered to the trigger when its delay began
		return t.Due, t.Due
	}
	delay := time.Duration(t.For)
	from := r.resumed(c, t)
	return c.Due(r.door(t.Chat), from, delay), from.Add(delay)
}

// resumed is when the delay of a timer begins: anew at the end of a snooze that put its chat aside meanwhile. As with the ladder
// that is so for triggers that promise help, and for what the visitor had said up to then. Of a trigger that was due by then
// nothing waits.
func (r *run) resumed(c *compiled, t Timer) time.Time {
	z := r.scene.Chats[t.Chat].Snoozed
	begun := t.From.Before(z.Until) && !t.Started.After(z.At)
	if !c.promises() || !begun || !c.Due(r.door(t.Chat), t.From, time.Duration(t.For)).After(z.At) {
		return t.From
	}
	return z.Until
}

// timed is a timer with its due time by the hours as they are now. One that is deferred, of which nothing has been said
// yet, is looked at when it would be due without hours.
func (r *run) timed(c *compiled, t Timer) Timer {
	due, plain := r.acts(c, t)
	if t.Due = due; !t.Deferred && c.Defers(plain, due) {
		t.Due = plain
	}
	return t
}

// retime gives all timers their due times by the hours as they are now.
func (r *run) retime() {
	for i, t := range r.State.Timers {
		if c, _ := r.policy.named(t.Trigger); c != nil && t.Made == c.made(t.Step) {
			r.State.Timers[i] = r.timed(c, t)
		}
	}
}

// putOff sets a timer to when it is due by the hours, if that is not yet. That a timer is deferred is recorded once.
func (r *run) putOff(c *compiled, t *Timer) bool {
	due, plain := r.acts(c, *t)
	if t.Due = due; !due.After(r.at) {
		return false
	}
	if !t.Deferred && c.Defers(plain, due) {
		t.Deferred = true
		r.skip(*t, Deferred)
	}
	r.State.Timers = append(r.State.Timers, *t)
	return true
}

// shut tells whether a trigger may start though the widget is not online: it is closed, and the trigger is due only while it
// is open.
func (r *run) shut(c *compiled, t Timer, at time.Time) bool {
	return !c.Plain() && !r.door(t.Chat).Open(at)
}

// MindsHours tells whether an edit of the hours may matter to a timer.
func (p *Policy) MindsHours(s *State) bool {
	for _, t := range s.Timers {
		if c, _ := p.named(t.Trigger); c != nil && !c.Plain() {
			return true
		}
	}
	return false
}
