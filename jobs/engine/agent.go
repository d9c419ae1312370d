package engine

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/store"
)

// decideAgent decides on an agent's status and notices, after some news of them.
func decideAgent(b *Batch, id string, r *store.Record, c *Change, news *agentNews, at time.Time) error {
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
	state.Presence = news.apply(a, state.Presence)
	d := agent.Decide(a, state, at)
	c.Due, c.Seen = d.Due, seenIDs(news.events)
	c.Wake, c.Stir = r.Woken, d.Unforeseen
	if d.Changed {
		if d.Before != d.State.Status {
			c.Flips.Agent++
		}
		if c.Actions, err = appendAction(c.Actions, agentAction(id, d, agentCause(d, news, r.Rev), at), nil); err != nil {
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
	if news.isNone() && !d.Changed && d.State.Reason == before.Reason && d.State.Told.Equal(before.Told) && d.State.Lowered.Equal(before.Lowered) {
		c.State = unchanged(r)
		return nil
	}
	if c.State, err = json.Marshal(d.State); len(news.events) == 0 && string(c.State) == string(r.State) {
		c.State = unchanged(r)
	}
	return err
}

// agentCause is the cause of a change: a boundary, or else the event that the status comes from, the latest of those that
// came, or the edit that gave the record its revision.
func agentCause(d agent.Decision, news *agentNews, rev int64) action.Cause {
	signs := slices.Clone(news.signs)
	for _, e := range news.events {
		signs = append(signs, agent.Sign{ID: e.ID, At: e.Time})
	}
	if !d.Boundary.IsZero() || len(signs) == 0 {
		return cause(d.Boundary, rev)
	}
	if slices.ContainsFunc(signs, func(s agent.Sign) bool { return s.ID == d.Event }) {
		return action.Cause{Event: d.Event}
	}
	latest := slices.MaxFunc(signs, func(a, b agent.Sign) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return action.Cause{Event: latest.ID}
}
