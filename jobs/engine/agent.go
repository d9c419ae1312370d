package engine

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/jobs/store"
)

// agentHeldAgain is after how long an agent is looked at again whose deadline waits for events. Most of these are taken in
// within a tenth of a second.
const agentHeldAgain = 250 * time.Millisecond

// decideAgent decides on an agent's status and notices, after some news of them. Deadlines after an instant are held back;
// zero: none is.
func decideAgent(b *Batch, id string, r *store.Record, c *Change, news *agentNews, then, at time.Time) error {
	var state agent.State
	if err := DecodeState(r.State, &state); err != nil {
		return err
	}
	def := b.Agents[id]
	a, err := b.ruled(id)
	if err != nil {
		return err
	}
	a.Revision, a.Lost, a.AsOf = r.Rev, b.spoken.lostOfAgent(r, state), then
	before := state
	state.Presence = news.apply(a, state.Presence)
	d := agent.Decide(a, state, at)
	c.Due, c.Seen = d.Due, seenIDs(news.events)
	switch {
	case !then.IsZero():
		d.State.Held, c.Due = cmp.Or(state.Held, at.UTC()), at.Add(agentHeldAgain)
	case len(d.Settled) > 0:
		c.settled, c.heldSince, c.concerns = d.Settled, state.Held, concernsOf(r.Subject, state.Presence)
	}
	c.Wake, c.Stir = r.Woken, d.Unforeseen
	if d.Told {
		if d.Before != d.State.Status {
			c.Flips.Agent++
		}
		c.spoken = []saying{{version: d.State.Version, face: agentFace(d.State), lost: a.Lost}}
		why, inChat := agentCause(d, news, r.Rev)
		if a.Lost > 0 {
			why, inChat = action.Cause{Lost: a.Lost}, false
		}
		said := agentAction(id, d, why, at)
		said.Context = tracesOf(news.events)[why.Event]
		if c.Actions, err = appendAction(c.Actions, said, nil); err != nil {
			return err
		}
		if inChat {
			c.unnamed = agentAction(id, d, cause(time.Time{}, r.Rev), at)
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
	if news.isNone() && !d.Changed && d.State.Reason == before.Reason && d.State.Told.Equal(before.Told) && d.State.Passed.Equal(before.Passed) &&
		d.State.LoweredBy == before.LoweredBy && d.State.Held.Equal(before.Held) {
		c.State = unchanged(r)
		return nil
	}
	if c.State, err = json.Marshal(d.State); len(news.events) == 0 && string(c.State) == string(r.State) {
		c.State = unchanged(r)
	}
	return err
}

// agentCause is the cause of a change: a boundary, or else the event that the status comes from, the latest of those that
// came, or the edit that gave the record its revision. inChat says that it is an event of a chat.
func agentCause(d agent.Decision, news *agentNews, rev int64) (why action.Cause, inChat bool) {
	signs := slices.Clone(news.signs)
	for _, e := range news.events {
		signs = append(signs, agent.Sign{ID: e.ID, At: e.Time})
	}
	if !d.Boundary.IsZero() || len(signs) == 0 {
		return cause(d.Boundary, rev), false
	}
	if slices.ContainsFunc(signs, func(s agent.Sign) bool { return s.ID == d.Event }) {
		return action.Cause{Event: d.Event}, false
	}
	latest := slices.MaxFunc(signs, func(a, b agent.Sign) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return action.Cause{Event: latest.ID}, slices.ContainsFunc(news.signs, func(s agent.Sign) bool { return s.ID == latest.ID })
}

// concernsOf are an agent, and the chats that they have with their visitors: events of these may put off what is due.
func concernsOf(who store.Subject, p agent.Presence) []store.Subject {
	subjects := []store.Subject{who}
	for id, held := range p.Chats {
		if property, chat, _ := strings.Cut(id, "/"); held.Holds() {
			subjects = append(subjects, store.ChatSubject(property, chat), store.VisitorSubject(property, held.Visitor))
		}
	}
	return subjects
}
