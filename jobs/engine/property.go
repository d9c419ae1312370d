package engine

import (
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/domain/wire"
	"github.com/deskbell/deskbell/jobs/store"
)

// decideProperty decides on a property and its departments, from the definitions of its agents.
func decideProperty(b *Batch, r *store.Record, c *Change, at time.Time) error {
	id, _ := r.Subject.Property()
	p, state, err := b.Compiled(r, at)
	if err != nil {
		return err
	}
	def := b.Properties[r.Subject]
	d := widget.Decide(p, widget.State(state.Widget), at)
	closing := widget.ClosingSoon(p, widget.State(state.Widget), state.Closing, at)
	c.Due = hours.Earliest(d.Due, closing.Due)
	if r.Woken {
		c.turning = turning(b, def)
	}
	c.Wake = r.Woken // passed on to its visitors' chats: no clock has foreseen this
	for _, change := range d.Changes {
		if change.Department == "" {
			if c.Uncovered, err = uncovered(b, def, state, change.State.Since); err != nil {
				return err
			}
		}
		switch {
		case change.Before == change.State.Status:
		case change.Department == "":
			c.Flips.Widget++
		default:
			c.Flips.Department++
		}
		c.spoken = append(c.spoken, saying{change.Department, change.State.Version, widgetFace(change.State), change.Lost})
		if c.Actions, err = appendAction(c.Actions, widgetAction(id, change, r.Rev, at), def.Destinations); err != nil {
			return err
		}
	}
	notices, err := closingActions(b.Agents, id, def, closing.Notices, at)
	if err != nil {
		return err
	}
	c.Actions = append(c.Actions, notices...)
	c.Notices += len(notices)
	kept := state.Overrides.At(def, at)
	expired := kept.count() != state.count()
	if len(d.Changes) == 0 && !d.Reasons && !closing.Changed && !expired && len(d.State.Departments) == len(state.Widget.Departments) {
		c.State = unchanged(r)
		return nil
	}
	state.Widget, state.Closing = storedWidget(d.State), closing.Announced
	state.Keep(kept, at)
	c.State, err = wire.Marshal(&state, (*PropertyState).form)
	return err
}

// uncovered is the open time between two changes of a widget in which nobody was on shift, as the definitions are now. Of a
// state that held for longer than a month, only the last month counts.
func uncovered(b *Batch, def *definition.Property, before PropertyState, until time.Time) (time.Duration, error) {
	const most = 31 * 24 * time.Hour
	since := before.Widget.Since
	if since.IsZero() || !since.Before(until) {
		return 0, nil
	}
	p, err := b.Property(def, before.Overrides, time.Time{})
	if until.Sub(since) > most {
		since = until.Add(-most)
	}
	return widget.Uncovered(p, since, until), err
}
