package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/widget"
)

// listeners are those agents of a property or department who want to be told that it
// closes soon, by their ids and what was compiled of them.
func listeners(ids []string, agents []widget.Agent) []widget.Listener {
	var list []widget.Listener
	for i, id := range ids {
		if a, ok := agents[i].(agent.Agent); ok && slices.Contains(a.NotifyOn, agent.ClosingSoon) {
			list = append(list, widget.Listener{ID: id, Agent: a})
		}
	}
	return list
}

// tellClosing adds the notices of a closing: each goes to the agent's own services, or else to
// the property's destinations.
func (b *Batch) tellClosing(c *Change, property string, def *definition.Property, notices []widget.Notice, at time.Time) (err error) {
	for _, n := range notices {
		a := b.Agents[n.Agent]
		if c.Actions, err = appendAction(c.Actions, closingAction(property, a.Name, n, at), def.Destinations); err != nil {
			return fmt.Errorf("telling agent %q of the closing: %w", n.Agent, err)
		}
		c.Actions[len(c.Actions)-1].Notice = len(a.Notify.Via) > 0
		c.Notices++
	}
	return nil
}

// closingAction has an id of the closing, and not of when it was to be told: an edit moves only that.
func closingAction(property, name string, n widget.Notice, at time.Time) action.Action {
	subject := n.Agent + ":" + string(agent.ClosingSoon) + ":" + property
	return action.Action{
		ID:   action.ID(action.AgentNotify, subject, action.Cause{Boundary: n.Closes}),
		Type: action.AgentNotify, Time: at, Data: action.Notice{
			Agent: n.Agent, Name: name, Kind: string(agent.ClosingSoon), Property: property, Department: n.Department,
			Reason: string(chat.HoursEndSoon), Until: &n.Closes, Cause: action.Cause{Boundary: n.Due},
		},
	}
}
