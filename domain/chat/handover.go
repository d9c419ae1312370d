package chat

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// openFor is how long after the visitor last asked something a chat still counts as open, though they have left the site.
const openFor = 24 * time.Hour

// handover sees to an open chat when the shift of the agent who has it ends. A shift ends by the agent's hours alone, with
// their leave. Whoever chooses to be away, or logs out, comes back to their chats. Whoever stays online after their hours
// goes on with them.
func (d *decider) handover() {
	s, c := &d.State, d.handsOver()
	if c == nil || c.OnShift {
		return
	}
	ended := c.ShiftSince.UTC()
	if ended.After(d.at) || !s.holder().At.Before(ended) || !ended.After(s.Progress.ShiftEnd) {
		return
	}
	e := Effect{At: ended, Reason: ShiftEnded, Cause: Cause{Rule: ShiftEnd, Base: ended}}
	switch {
	case d.at.Sub(ended)-d.scene.Held > hours.NoticeTooLate:
		d.skip(ShiftEnd, Late, ended)
	case c.Online:
		d.skip(ShiftEnd, StillOnline, ended)
	case c.AtShiftEnd == AtEndNotify:
		d.tell(c.ID, e)
	default:
		if to := d.successor(c.ID); to != nil {
			e.At = latest(ended, to.ShiftSince.UTC())
			d.give(to, c.ID, e)
			break
		}
		if next := d.nextShift(); !next.IsZero() && next.Sub(ended) <= hours.NoticeTooLate {
			d.wake(next)
			return
		}
		d.skip(ShiftEnd, NobodyLeft, ended)
	}
	s.Progress.ShiftEnd = ended
}

// awaitShiftEnd has the chat decided again when the shift of its agent ends.
func (d *decider) awaitShiftEnd() {
	switch c := d.handsOver(); {
	case c == nil:
	case c.OnShift:
		d.wake(c.ShiftUntil)
	default:
		d.wake(c.ShiftSince)
	}
}

// handsOver is the agent with the chat, where it is open and is not kept at the end of their shift; else it is nil.
func (d *decider) handsOver() *Colleague {
	h := d.State.holder()
	if h.Agent == "" || !d.open() {
		return nil
	}
	c := d.colleague(h.Agent)
	if c == nil || c.AtShiftEnd != AtEndReassign && c.AtShiftEnd != AtEndNotify {
		return nil
	}
	return c
}

// open tells whether a chat still matters to its agent: the visitor is there, or waits for an answer.
func (d *decider) open() bool {
	s := &d.State
	waits := len(s.asks()) > 0 && d.at.Sub(s.Asked) < openFor
	return s.Going() && (waits || !d.scene.Left && !d.scene.Silent)
}

// nextShift is when the next of those who take such chats begins; zero: it is not in sight.
func (d *decider) nextShift() (next time.Time) {
	for _, c := range d.team() {
		if c.Takes && !c.OnShift && c.ShiftUntil.After(d.at) {
			next = hours.Earliest(next, c.ShiftUntil)
		}
	}
	return next
}

// tell tells the agent whose shift has ended, and those who are on shift and take such chats, that a chat is open.
func (d *decider) tell(from string, e Effect) {
	e.Agents = []string{from}
	for _, c := range d.team() {
		if c.Takes && c.OnShift && c.Online && c.ID != from {
			e.Agents = append(e.Agents, c.ID)
		}
	}
	slices.Sort(e.Agents[1:])
	e.Chat, e.From, e.Notice = d.State.ID, from, &Notice{Department: d.department()}
	d.Effects = append(d.Effects, e)
}
