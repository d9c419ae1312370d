package engine

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// decideAgent decides on an agent's status and notices, after some events of theirs.
func decideAgent(b *Batch, id string, r *store.Record, c *Change, fresh []event.Event, at time.Time) error {
	var state agent.State
	if err := DecodeState(r.State, &state); err != nil {
		return err
	}
	def := b.Agents[id]
	a, err := b.ruled(id)
	if err != nil {
		return err
	}
	a.First = r.Rev - 1 // as a property's
	before := state
	state.Presence = withSigns(a, state.Presence, fresh)
	d := agent.Decide(a, state, at)
	c.Due, c.Seen = d.Due, seenIDs(fresh)
	c.Wake, c.Stir = r.Woken, d.Unforeseen
	if d.Changed {
		if d.Before != d.State.Status {
			c.Flips.Agent++
		}
		if c.Actions, err = appendAction(c.Actions, agentAction(id, d, agentCause(d, fresh, r.Rev), at), nil); err != nil {
			return err
		}
	}
	own := len(def.Notify.Via) > 0
	for _, n := range d.Notices {
		c.Notices++
		if c.Actions, err = appendAction(c.Actions, agentNotice(id, def.Name, own, n, at), nil); err != nil {
			return err
		}
		forAgent(&c.Actions[len(c.Actions)-1], def)
	}
	if len(fresh) == 0 && !d.Changed && d.State.Reason == before.Reason && d.State.Told.Equal(before.Told) && d.State.Lowered.Equal(before.Lowered) {
		c.State = unchanged(r)
		return nil
	}
	c.State, err = json.Marshal(d.State)
	return err
}

// withSigns is a presence after some events of an agent.
func withSigns(a agent.Agent, p agent.Presence, events []event.Event) agent.Presence {
	for _, e := range events {
		if _, sign, ok := agent.SignOf(e); ok {
			p = p.With(a, sign)
		}
	}
	return p
}

// agentCause is the cause of a change: a boundary, or else the event that the status comes from, the latest of those that
// came, or the edit that gave the record its revision.
func agentCause(d agent.Decision, fresh []event.Event, rev int64) action.Cause {
	if !d.Boundary.IsZero() || len(fresh) == 0 {
		return cause(d.Boundary, rev)
	}
	latest := slices.MaxFunc(fresh, func(a, b event.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID))
	})
	if slices.ContainsFunc(fresh, func(e event.Event) bool { return e.ID == d.Event }) {
		return action.Cause{Event: d.Event}
	}
	return action.Cause{Event: latest.ID}
}
