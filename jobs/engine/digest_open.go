package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// takeDigest decides on a digest that is due; site is nil where the property is gone.
func (d *Decider) takeDigest(ctx context.Context, out *Outcome, site *propertyAt, r *store.Record, at time.Time) (err error) {
	c := changeOf(r)
	var state digestState
	var broken error
	if site != nil {
		broken = cmp.Or(site.broken, DecodeState(r.State, &state))
	}
	switch {
	case r.Rev == 0: // told by somebody else in between
		return nil
	case site == nil:
		c.Remove = true
	case broken != nil:
		out.Broken = append(out.Broken, Broken{r.Subject, broken})
		c.State, c.Due = r.State, at.Add(retryBroken)
	default:
		err = d.decideDigest(ctx, site, &state, at, &c)
	}
	out.Changes = append(out.Changes, c)
	return err
}

func (d *Decider) decideDigest(ctx context.Context, site *propertyAt, state *digestState, at time.Time, c *Change) (err error) {
	opening, due := state.Opening(site.hours, at)
	if !opening.IsZero() {
		c.Remove = true
		return d.openDigest(ctx, site, &state.Digest, opening, at, c)
	}
	state.Due = hours.Earliest(due, at.Add(digestLook).UTC())
	c.Due = state.Due
	c.State, err = state.encode()
	return err
}

// openDigest adds what is told of a digest at an opening.
func (d *Decider) openDigest(ctx context.Context, s *propertyAt, digest *chat.Digest, opening, at time.Time, c *Change) error {
	chats, err := d.awaiting(ctx, s, digest.Chats, opening)
	if err != nil || len(chats)+digest.Forms.Count+digest.Messages.Count == 0 {
		return err
	}
	data := action.Digest{
		Property: s.id, Reason: s.hours.At(opening).Reason, Cause: action.Cause{Boundary: opening},
		Forms: items(digest.Forms.Count, digest.Forms.IDs), Chats: items(len(chats), chats), Messages: items(digest.Messages.Count, digest.Messages.IDs),
	}
	a := action.Action{ID: action.ID(action.DigestOpened, s.id, data.Cause), Type: action.DigestOpened, Time: at, Data: data}
	if c.Actions, err = appendAction(c.Actions, a, s.def.Destinations); err != nil {
		return err
	}
	if at.Sub(opening) > agent.TooLate {
		return nil
	}
	for _, id := range s.def.AllAgents() {
		def := s.agents[id]
		if def == nil || !slices.Contains(def.Notify.On, string(agent.DigestOpened)) {
			continue
		}
		if c.Actions, err = appendAction(c.Actions, digestNotice(id, def.Name, s.name(), &data, at), s.def.Destinations); err != nil {
			return err
		}
		c.Notices++
		c.Actions[len(c.Actions)-1].Notice = len(def.Notify.Via) > 0
	}
	return nil
}

// awaiting are the chats in which somebody still waits. Their visitors' records are read now: what was said since the chat
// came into the digest is in them.
func (d *Decider) awaiting(ctx context.Context, s *propertyAt, callers []chat.Caller, opening time.Time) ([]string, error) {
	subjects := make([]store.Subject, len(callers))
	for i, c := range callers {
		subjects[i] = store.VisitorSubject(s.id, c.Visitor)
	}
	if len(subjects) == 0 {
		return nil, nil
	}
	records, err := d.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	var chats []string
	for i := range records {
		var state visitorState
		if err := DecodeState(records[i].State, &state); err != nil {
			continue // it is broken for its own events, too, and was said to be
		}
		if c, ok := state.Chats[callers[i].Chat]; ok && s.chats.Awaits(c, opening) && !slices.Contains(chats, c.ID) {
			chats = append(chats, c.ID)
		}
	}
	return chats, nil
}

func items(count int, ids []string) action.Items {
	if ids == nil {
		ids = []string{} // an empty list, and no null
	}
	return action.Items{Count: count, IDs: ids}
}
