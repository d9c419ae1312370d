package engine

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// closingActions are the notices of a closing as actions: each goes where forAgent says.
func closingActions(agents map[string]*definition.Agent, property string, def *definition.Property, notices []widget.Notice, at time.Time) (actions []store.Outgoing, err error) {
	for _, n := range notices {
		a := agents[n.Agent]
		if actions, err = appendAction(actions, closingAction(property, a.Name, n, at), def.Destinations); err != nil {
			return nil, fmt.Errorf("telling agent %q of the closing: %w", n.Agent, err)
		}
		forAgent(&actions[len(actions)-1], a)
	}
	return actions, nil
}

// closingAction has an id of the closing, and not of the instant at which the notice is due: an edit moves only that.
func closingAction(property, name string, n widget.Notice, at time.Time) action.Action {
	subject := n.Agent + ":" + string(agent.ClosingSoon) + ":" + property
	return action.Action{
		ID:   action.ID(action.AgentNotify, subject, action.Cause{Boundary: n.Closes}),
		Type: action.AgentNotify, Time: at, Data: action.Notice{
			Agent: n.Agent, Name: name, Kind: string(agent.ClosingSoon), Property: property, Properties: []string{property}, Department: n.Department,
			Reason: string(chat.HoursEndSoon), Until: &n.Closes, Cause: action.Cause{Boundary: n.Due},
		},
	}
}
