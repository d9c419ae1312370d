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

// decideDigest decides on a digest that is due; p is nil where the property is gone.
func decideDigest(ctx context.Context, db Reader, out *Outcome, p *propertyAt, r *store.Record, at time.Time) (err error) {
	c := changeOf(r)
	var state digestState
	var broken error
	if p != nil {
		broken = cmp.Or(p.broken, DecodeState(r.State, &state))
	}
	switch {
	case r.Rev == 0: // another worker has sent it in between
		return nil
	case p == nil:
		c.Remove = true
	case broken != nil:
		out.Broken = append(out.Broken, Broken{r.Subject, broken})
		c.State, c.Due = r.State, at.Add(retryBroken)
	default:
		err = openWhenDue(ctx, db, p, &state, at, &c)
	}
	out.Changes = append(out.Changes, c)
	return err
}

// digestCheck is after how long a digest is decided on at the latest. It makes up for a wake-up that was lost, and removes
// the digest of a property that was removed.
const digestCheck = 24 * time.Hour

// openWhenDue sends a digest once the property has opened, and else keeps it until then.
func openWhenDue(ctx context.Context, db Reader, p *propertyAt, state *digestState, at time.Time, c *Change) (err error) {
	opening, due := state.Opening(p.hours, at)
	if !opening.IsZero() {
		c.Remove = true
		return openDigest(ctx, db, p, &state.Digest, opening, at, c)
	}
	state.Due = hours.Earliest(due, at.Add(digestCheck).UTC())
	c.Due = state.Due
	c.State, err = state.encode()
	return err
}

// openDigest adds the actions of a digest at an opening.
func openDigest(ctx context.Context, db Reader, p *propertyAt, digest *chat.Digest, opening, at time.Time, c *Change) error {
	chats, err := awaiting(ctx, db, p, digest.Chats, opening)
	if err != nil || len(chats)+digest.Forms.Count+digest.Messages.Count == 0 {
		return err
	}
	data := action.Digest{
		Property: p.id, Reason: p.hours.At(opening).Reason, Cause: action.Cause{Boundary: opening},
		Forms: items(digest.Forms.Count, digest.Forms.IDs), Chats: items(len(chats), chats), Messages: items(digest.Messages.Count, digest.Messages.IDs),
	}
	a := action.Action{ID: action.ID(action.DigestOpened, p.id, data.Cause), Type: action.DigestOpened, Time: at, Data: data}
	if c.Actions, err = appendAction(c.Actions, a, p.def.Destinations); err != nil {
		return err
	}
	if at.Sub(opening) > hours.NoticeTooLate {
		return nil
	}
	for _, id := range p.def.AllAgents() {
		def := p.agents[id]
		if def == nil || !slices.Contains(def.Notify.On, string(agent.DigestOpened)) {
			continue
		}
		if c.Actions, err = appendAction(c.Actions, digestNotice(id, def.Name, p.name(), &data, at), p.def.Destinations); err != nil {
			return err
		}
		c.Notices++
		forAgent(&c.Actions[len(c.Actions)-1], def)
	}
	return nil
}

// awaiting are the chats in which a visitor still waits. Their records are read now, with all that was said since
// the chat came into the digest.
func awaiting(ctx context.Context, db Reader, p *propertyAt, callers []chat.Caller, opening time.Time) ([]string, error) {
	subjects := make([]store.Subject, len(callers))
	for i, c := range callers {
		subjects[i] = store.VisitorSubject(p.id, c.Visitor)
	}
	if len(subjects) == 0 {
		return nil, nil
	}
	records, err := db.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	var chats []string
	for i := range records {
		var state visitorState
		if err := DecodeState(records[i].State, &state); err != nil {
			continue // its own events find it broken, too, and that is logged
		}
		if c, ok := state.Chats[callers[i].Chat]; ok && p.chats.Awaits(c, opening) && !slices.Contains(chats, c.ID) {
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
