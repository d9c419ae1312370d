package engine

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/jobs/store"
)

// Change is the outcome of a decision: the part that a store writes, and the part that only the engine uses.
type Change struct {
	store.Change

	came chat.Arrivals // goes into the digest of a visitor's property before this is written; see intake_digests.go

	agents map[string]*agentNews // is written of the agents of a visitor's chats before this is; see intake_agents.go
	after  map[string]*agentNews // is written of agents after this is; see claims.go

	spoken []saying // the states that its actions tell of

	unnamed encoder // the first action of an agent, where it is caused by an event of a chat, without that event; see serving.address

	turning []store.Subject // agents who take turns in a woken property's schedules; before this is written, it is noted that they serve it

	Flips   Flips // for the log and the metrics, as the fields below
	Notices int   // among the actions

	Uncovered time.Duration // open time of a property before its flip in which nobody was on shift

	steps     int                                        // of regular expressions that the decision took, at most
	settled   []time.Time                                // the due times of what was dealt with that had waited for them
	heldSince time.Time                                  // since when it had been held back; zero: it had not
	concerns  []store.Subject                            // the visitor and their chats
	asOf      func(time.Time) (Change, []Skipped, error) // the change as of an earlier instant; see waits.go

	waited int // messages, before the change

	MessagesDue []time.Time // of a visitor: when the messages were due that had waited and have been sent or held back, for the metrics

	WasDue time.Time
	Timers []TimerTask // a visitor's, to be asked for
	Cancel []TimerTask // to be cancelled
}

// changeOf is a change of a record that changes nothing yet.
func changeOf(r *store.Record) Change {
	return Change{Change: store.Change{Subject: r.Subject, Rev: r.Rev, Woken: r.Woken}, WasDue: r.Due}
}

// toRemove is the change that removes a record.
func toRemove(r *store.Record) Change {
	c := changeOf(r)
	c.Remove = true
	return c
}

// toRetry is the change of a record on which no decision could be made.
func toRetry(r *store.Record, at time.Time) Change {
	c := changeOf(r)
	c.State, c.Due = r.State, at.Add(retryBroken)
	return c
}

// toPostpone is the change of a record that is decided on later.
func toPostpone(r *store.Record, at time.Time) Change {
	c := changeOf(r)
	c.State, c.Due, c.At = unchanged(r), at.Add(postponed), at
	return c
}

// postponed is after how long a record comes again whose property has had its share of a sweep.
const postponed = 4 * time.Second

// retryBroken is after how long a record that cannot be decided on is tried again. An edit
// will mend it, and an edit wakes it anyway.
const retryBroken = time.Hour

// reschedule asks for the tasks that are new, and cancels those for which nothing is due any more:
// the visitor has left, say, or an agent has answered.
func (c *Change) reschedule(before, after []TimerTask, at time.Time) {
	for _, u := range after {
		if !u.in(before) && !u.in(c.Timers) {
			c.Timers = append(c.Timers, u)
		}
	}
	for _, u := range before {
		if !u.in(after) && u.At.Sub(at) > cancelAhead {
			c.Cancel = append(c.Cancel, u)
		}
	}
}

// cancelAhead is how far off a wake-up has to be to be worth cancelling. A nearer one comes
// soon, finds nothing to do, and is gone.
const cancelAhead = 10 * time.Second

// HasTimers tells whether the change asks for wake-ups, or cancels some, or is of an agent, who may be due soon.
func (c *Change) HasTimers() bool { return len(c.Timers)+len(c.Cancel) > 0 || c.HasDeadline() }

// HasDeadline tells whether the change is of an agent who is to be decided on again.
func (c *Change) HasDeadline() bool {
	_, ok := c.Subject.Agent()
	return ok && !c.Due.IsZero()
}

// Written are the changes as a store takes them.
func Written(changes []Change) []store.Change {
	list := make([]store.Change, len(changes))
	for i := range changes {
		list[i] = changes[i].Change
	}
	return list
}

// Flips are changes of status.
type Flips struct{ Widget, Department, Agent int }

// Total is the number of all flips.
func (f *Flips) Total() int { return f.Widget + f.Department + f.Agent }

func (f *Flips) add(more Flips) {
	f.Widget += more.Widget
	f.Department += more.Department
	f.Agent += more.Agent
}

// Broken is a record that cannot be decided on.
type Broken struct {
	Subject store.Subject
	Err     error
}

// Outcome is the result of a batch of decisions.
type Outcome struct {
	Changes []Change
	Broken  []Broken
	Skipped []Skipped             // messages that were decided against
	Held    []store.Subject       // of whom something is due, and waits for events
	Dropped map[store.Subject]int // how many events of properties and agents that are not defined

	aside []*store.Record // of visitors who were not decided on: their property has had its share
}

// without leaves the changes that are kept, and forgets what else was to be said of the visitors who are decided on anew.
func (out *Outcome) without(kept []Change, refused []store.Subject) {
	if len(refused) == 0 {
		return
	}
	out.Changes = kept
	out.Skipped = slices.DeleteFunc(out.Skipped, func(s Skipped) bool { return slices.Contains(refused, s.subject) })
	out.Held = slices.DeleteFunc(out.Held, func(s store.Subject) bool { return slices.Contains(refused, s) })
}

// decidedAt notes of all changes when they were decided.
func (out *Outcome) decidedAt(at time.Time) {
	for i := range out.Changes {
		out.Changes[i].At = at
	}
}

// drop counts events of a property, or an agent, that is not defined.
func (out *Outcome) drop(undefined store.Subject, events int) {
	if events == 0 {
		return
	}
	if out.Dropped == nil {
		out.Dropped = make(map[store.Subject]int)
	}
	out.Dropped[undefined] += events
}

// wait says how many messages wait after the change.
func (c *Change) wait(n int) {
	if n != c.waited {
		c.Waits = &n
	}
}

// moreWaits is how many messages more wait after the change than before.
func (c *Change) moreWaits() int {
	switch {
	case c.Remove:
		return -c.waited
	case c.Waits != nil:
		return *c.Waits - c.waited
	}
	return 0
}
