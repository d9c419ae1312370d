package widget

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Listener is an agent who wants to be told that it closes soon.
type Listener struct {
	ID string
	Agent
}

// Announced are the closings that agents have been told of, or that were passed over because
// no agent was there or it was too late: by department, the property's own under "".
type Announced map[string]time.Time

// Notice is for one agent: it closes soon.
type Notice struct {
	Agent      string
	Department string    // that closes; empty: the property does
	Due        time.Time // when it was due
	Closes     time.Time
}

// Closing is the answer of ClosingSoon. All instants are whole seconds, in UTC.
type Closing struct {
	Notices   []Notice  // the property's first; an agent gets one of a closing
	Announced Announced // the one before where Changed is false
	Changed   bool      // Announced differs from before
	Due       time.Time // when to ask again; zero: only when something is edited
}

// ClosingSoon says which agents get a notice at an instant that the hours end
// Property.ClosingSoon later, against the notices before. They go to agents who are available
// then. A department notifies its own agents, by its own hours where it has any. An agent who
// serves the property too gets one notice of a closing, from the property.
//
// It is level-triggered, as Decide is: a closing that an edit or an override brings nearer
// is told at once. It is not told after the closing, nor where it is too late by a quarter of an
// hour, nor where it opened less than ClosingSoon before. A property that is new (before is its
// state: Version 0) has not lived through what was due earlier.
func ClosingSoon(p Property, before State, announced Announced, at time.Time) Closing {
	c := closing{
		Closing: Closing{Announced: announced}, ahead: p.ClosingSoon, isNew: before.Version == 0, at: at.Truncate(time.Second).UTC(),
	}
	if c.ahead <= 0 {
		return c.Closing
	}
	c.place("", p.Listeners, p.Hours)
	for i := range p.Departments {
		d := &p.Departments[i]
		c.place(d.ID, d.Listeners, p.Gates(d)...)
	}
	return c.Closing
}

// closing is one decision as it is made.
type closing struct {
	Closing
	ahead time.Duration
	isNew bool
	at    time.Time
}

// place checks the property, or a department, that is open while all its gates are.
func (c *closing) place(department string, listeners []Listener, gates ...*hours.Schedule) {
	if len(listeners) == 0 {
		return
	}
	var opened, closes time.Time
	for _, gate := range gates {
		h := gate.At(c.at)
		if !h.Open { // the hours that open then will end
			c.Due = hours.Earliest(c.Due, hours.WholeSecond(h.Until))
			return
		}
		if h.Since.After(opened) {
			opened = h.Since
		}
		closes = hours.Earliest(closes, hours.WholeSecond(h.Until))
	}
	if closes.IsZero() {
		return
	}
	due := hours.WholeSecond(closes.Add(-c.ahead))
	if due.After(c.at) {
		c.Due = hours.Earliest(c.Due, due)
		return
	}
	c.Due = hours.Earliest(c.Due, closes)
	if due.Before(opened) || !closes.After(c.Announced[department]) {
		return
	}
	c.pass(department, closes)
	if late := c.at.Sub(due); late <= hours.NoticeTooLate && (late <= 0 || !c.isNew) {
		c.tell(listeners, Notice{Department: department, Due: due, Closes: closes})
	}
}

// pass records that a closing has been dealt with. Those long past are forgotten.
func (c *closing) pass(department string, closes time.Time) {
	announced := Announced{department: closes}
	for place, t := range c.Announced {
		if place != department && t.After(c.at.Add(-hours.ClockSkew)) {
			announced[place] = t
		}
	}
	c.Announced, c.Changed = announced, true
}

func (c *closing) tell(listeners []Listener, n Notice) {
	for _, l := range listeners {
		known := func(o Notice) bool { return o.Agent == l.ID && o.Closes.Equal(n.Closes) }
		if l.Available(c.at) && !slices.ContainsFunc(c.Notices, known) {
			n.Agent = l.ID
			c.Notices = append(c.Notices, n)
		}
	}
}
