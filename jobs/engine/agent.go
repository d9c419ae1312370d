package engine

import (
	"encoding/json"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/store"
)

// decideAgent decides on an agent's status and notices.
func decideAgent(b *Batch, id string, r *store.Record, c *Change, at time.Time) error {
	var state agent.State
	if err := DecodeState(r.State, &state); err != nil {
		return err
	}
	def := b.Agents[id]
	a, err := b.Agent(id)
	if err != nil {
		return err
	}
	a.First = r.Rev - 1 // as a property's
	d := agent.Decide(a, state, at)
	c.Due = d.Due
	c.Wake = r.Woken
	if d.Changed {
		if d.Before != d.State.Status {
			c.Flips.Agent++
		}
		if c.Actions, err = appendAction(c.Actions, agentAction(id, d, r.Rev, at), nil); err != nil {
			return err
		}
	}
	for _, n := range d.Notices {
		c.Notices++
		if c.Actions, err = appendAction(c.Actions, noticeAction(id, def.Name, n, at), nil); err != nil {
			return err
		}
		c.Actions[len(c.Actions)-1].Notice = len(def.Notify.Via) > 0
	}
	if !d.Changed && d.State.Reason == state.Reason && d.State.Told.Equal(state.Told) {
		c.State = unchanged(r)
		return nil
	}
	c.State, err = json.Marshal(d.State)
	return err
}
