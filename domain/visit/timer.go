package visit

import (
	"cmp"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Timer is a trigger that has started, for one visitor, and has not acted yet.
type Timer struct {
	Trigger string    `json:"trigger"`         // its name
	Made    uint32    `json:"made"`            // a hash of how it starts: a trigger that starts otherwise is another
	Visit   string    `json:"visit,omitempty"` // during which it started
	Tab     string    `json:"tab,omitempty"`   // in which it started
	Chat    string    `json:"chat,omitempty"`  // to which its start belongs
	Event   string    `json:"event"`           // the id of the event from which it counts
	Page    uint32    `json:"page,omitempty"`  // a hash of the page that was viewed in that event, as the trigger understands pages
	Started time.Time `json:"started"`         // the event's own time
	Due     time.Time `json:"due"`
	Waits   bool      `json:"waits,omitempty"`  // Due is when it starts: nothing must happen until then
	Step    int       `json:"step,omitempty"`   // the action with which it goes on, after a wait
	Silent  bool      `json:"silent,omitempty"` // behind a wait: no message of it has used up the one of the visit. Earlier versions let the wait use it up
	Unused  bool      `json:"unused,omitempty"` // behind a wait: it has done nothing yet, and used up nothing of its frequency. Earlier versions let the wait use it up
	Away    bool      `json:"away,omitempty"`   // its visitor has left: as long as they do not come back, it need not run
	Back    int       `json:"back,omitempty"`   // how often they have come back

	// Of a trigger whose delays depend on the hours.
	From     time.Time      `json:"from,omitzero"`      // when the delay began
	For      hours.Duration `json:"for,omitzero"`       // the delay
	Deferred bool           `json:"deferred,omitempty"` // it was recorded that it waits for an opening
}

// ended is the reason to end a timer before its due time: a condition has gone for good. Behind a wait only an answer
// and the end of the chat count: the conditions held when it began.
func (r *run) ended(t Timer) Reason {
	c, _ := r.policy.named(t.Trigger)
	if c == nil {
		return ""
	}
	begins := t.Step == 0
	s := &r.State
	chat, known := r.scene.Chats[t.Chat]
	start := c.Start()
	named, _ := trigger.StartNamed(start)
	switch {
	case begins && c.onPage() && !s.place(t.Visit, t.Tab).on(c, t):
		return OtherPage
	case begins && c.Type == trigger.Maximized && !s.minimized(t.Visit, t.Tab).Before(t.Started):
		return Minimized
	case (c.Type == trigger.Rescue || start == "chat.unanswered") && !chat.Answered.Before(t.Started):
		return Answered
	case c.Until == trigger.UntilJoined && !chat.Joined.Before(t.Started):
		return Joined
	case named.Chat && start != "chat.ended" && (!known || chat.over(t.Started)):
		return ChatEnded
	case begins && c.After > 0 && !r.lasts(c, t):
		return Superseded
	}
	return ""
}

// due checks everything once more for a timer that is due, and tells whether it acts.
func (r *run) due(c *compiled, t Timer) bool {
	switch {
	case r.at.Sub(t.Due)-r.scene.Held > c.Late():
		return r.skip(t, Late)
	case t.Step > 0:
		return (r.widget(c, t).online(r.at) || r.skip(t, WidgetOffline)) && !r.heldBack(c, t, r.sent(t)) && r.goesOn(c, t)
	case c.attended && (r.State.gone(t.Visit, r.at) || r.left(c, t)):
		return r.skip(t, VisitorLeft)
	case c.Type == trigger.Rescue && r.scene.Chats[t.Chat].Waiting.IsZero():
		return r.skip(t, Bot)
	case !r.widget(c, t).online(r.at):
		return r.skip(t, WidgetOffline)
	}
	if !c.Unchecked {
		facts := r.facts(c, t)
		if verdict := c.Match(&facts); !verdict.OK {
			return r.skipFor(t, verdict)
		}
	}
	return r.allowed(c, t, r.at) && !r.heldBack(c, t, r.sent(t))
}

// onTime is how long after its due time a message still counts as sent at that time. Events that come one after another may
// be decided on together: a chat that was requested within that time does not hold back a message that was due before.
const onTime = 2 * time.Second

// sent is the instant at which a timer that is due speaks: for one that is late, the instant of the decision.
func (r *run) sent(t Timer) time.Time {
	if r.at.Sub(t.Due) <= onTime {
		return t.Due
	}
	return r.at
}

// heldBack tells whether the visitor is in a chat at an instant, and the trigger has a message that must not come into it.
func (r *run) heldBack(c *compiled, t Timer, at time.Time) bool {
	if !c.yields || !c.speaks(t.Step) || !r.scene.chatting(at) {
		return false
	}
	r.skip(t, Chatting)
	return true
}

// end drops the timers that have ended. It comes first: a timer that acts ends none.
func (r *run) end() {
	var left []Timer
	for _, t := range r.State.Timers {
		t = r.home(t)
		if reason := r.ended(t); reason != "" {
			r.skip(t, reason)
			r.places++
			continue
		}
		left = append(left, t)
	}
	r.State.Timers = left
}

// leave notes whether the visitor of each timer has left. They may come back, so no timer ends with that.
func (r *run) leave() {
	for i := range r.State.Timers {
		t := &r.State.Timers[i]
		c, _ := r.policy.named(t.Trigger)
		away := c != nil && c.attended && t.Step == 0 && r.left(c, *t)
		if t.Away && !away {
			t.Back++
		}
		t.Away = away
	}
}

// left tells whether the visitor of a timer has left: their visit, or the tab whose page the trigger is about.
func (r *run) left(c *compiled, t Timer) bool {
	return r.State.left(t.Visit) || c.onPage() && r.State.closedTab(t.Visit, t.Tab)
}

// next removes the first timer that is due at an instant, which is not after that of the decision.
func (r *run) next(at time.Time) (t Timer, found bool) {
	slices.SortFunc(r.State.Timers, r.compare)
	if len(r.State.Timers) == 0 || at.Before(r.State.Timers[0].Due) {
		return Timer{}, false
	}
	t = r.State.Timers[0]
	r.State.Timers = slices.Delete(r.State.Timers, 0, 1)
	return t, true
}

// compare orders timers: by their due times, and at one instant as the property has its triggers in order.
func (r *run) compare(a, b Timer) int {
	_, first := r.policy.named(a.Trigger)
	_, second := r.policy.named(b.Trigger)
	return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(first, second), cmp.Compare(a.Trigger, b.Trigger),
		a.Started.Compare(b.Started), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Step, b.Step))
}

// push sets a timer, unless there are too many. Timers that can only end as Frequency take no place: they end when another
// needs theirs.
func (r *run) push(t Timer) {
	if t.Due.After(r.at) && !r.takesPlace() {
		r.skip(t, Quota)
		return
	}
	r.State.Timers = append(r.State.Timers, t)
	r.begun = append(r.begun, t)
	if len(r.State.Timers) <= trigger.MostTimers {
		return
	}
	slices.SortFunc(r.State.Timers, r.compare)
	if i := r.vain(); i >= 0 {
		r.skip(r.State.Timers[i], Frequency)
		r.State.Timers = slices.Delete(r.State.Timers, i, i+1)
		return
	}
	r.skip(t, TooMany)
	r.State.Timers = slices.DeleteFunc(r.State.Timers, func(o Timer) bool { return o == t })
}

// takesPlace takes a place of those that are left for timers on the property; false: none is.
func (r *run) takesPlace() bool {
	if r.scene.Room == nil {
		return true
	}
	r.places--
	return r.places >= 0
}

// unused tells whether the timer has used up nothing of the frequency of its trigger yet.
func (t Timer) unused() bool { return t.Step == 0 || t.Unused }

// vain is the place of the last timer that can only end as Frequency: its trigger has acted, or acts before it by another
// timer; -1 where there is none.
func (r *run) vain() int {
	for i, t := range slices.Backward(r.State.Timers) {
		c, _ := r.policy.named(t.Trigger)
		if c == nil || !t.unused() {
			continue
		}
		at := t.Due
		if t.Waits {
			at = at.Add(time.Duration(c.Delay))
		}
		acted := r.State.Fired[c.Name].Fired
		for _, before := range r.State.Timers[:i] {
			if before.Trigger == t.Trigger && before.unused() && before.Waits == t.Waits {
				acted = acted.Again(before.Visit, before.Due)
			}
		}
		if !trigger.Allowed(c.Frequency, acted, t.Visit, at) {
			return i
		}
	}
	return -1
}
