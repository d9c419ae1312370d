package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// cause is a boundary, or the revision of the edit that woke the subject.
func cause(boundary time.Time, rev int64) action.Cause {
	if boundary.IsZero() {
		return action.Cause{Edit: rev}
	}
	return action.Cause{Boundary: boundary}
}

func widgetAction(property string, c widget.Change, rev int64, at time.Time) action.Action {
	why := cause(c.Boundary, rev)
	if c.Lost > 0 {
		why = action.Cause{Lost: c.Lost}
	}
	s := c.State
	kind, subject := action.WidgetStateChanged, property
	if c.Department != "" {
		kind, subject = action.DepartmentStateChanged, property+":"+c.Department
	}
	return action.Action{ID: action.ID(kind, subject, why), Type: kind, Time: at, Data: action.State{
		Property: property, Department: c.Department, Previous: string(c.Before),
		Status: string(s.Status), Mode: string(s.Mode), NewChats: s.NewChats, Message: s.Message, Reason: s.Reason,
		Since: s.Since, Until: action.OrNull(s.Until), Next: action.OrNull(string(s.Next)), NextMode: string(s.NextMode), NextOpen: action.OrNull(s.NextOpen),
		Version: s.Version, Cause: why,
	}}
}

func agentAction(id string, d agent.Decision, why action.Cause, at time.Time) action.Action {
	return action.Action{ID: action.ID(action.AgentStatusChanged, id, why), Type: action.AgentStatusChanged, Time: at, Data: action.AgentStatus{
		Agent: id, Previous: string(d.Before), Status: string(d.State.Status), Reason: d.State.Reason,
		Since: d.State.Since, Until: action.OrNull(d.State.Until), Next: action.OrNull(string(d.State.Next)),
		Version: d.State.Version, Cause: why,
	}}
}

// agentNotice is a notice to an agent, by services of their own or else for destinations.
func agentNotice(id, name string, own bool, n agent.Notice, at time.Time) action.Action {
	why := action.Cause{Boundary: n.Boundary}
	data := action.Notice{Agent: id, Name: name, Kind: string(n.Kind), Reason: n.Reason, Until: action.OrNull(n.Until), Cause: why}
	if own { // destinations of other properties have no business with the chat
		data.Property, data.Chat, _ = strings.Cut(n.Chat, "/")
	}
	return action.Action{ID: action.ID(action.AgentNotify, id+":"+string(n.Kind), why), Type: action.AgentNotify, Time: at, Data: data}
}

func digestNotice(id, name, property string, d *action.Digest, at time.Time) action.Action {
	subject := id + ":" + string(agent.DigestOpened) + ":" + d.Property
	return action.Action{ID: action.ID(action.AgentNotify, subject, d.Cause), Type: action.AgentNotify, Time: at, Data: action.Notice{
		Agent: id, Name: name, Kind: string(agent.DigestOpened), Reason: d.Reason, Cause: d.Cause,
		Property: d.Property, Properties: []string{d.Property}, Text: "While " + property + " was closed: " + d.Summary(),
	}}
}

// forAgent says which way a notice goes: by the agent's own services and subscriptions; or, where they have no services, to
// the destinations and by their subscriptions. Who has some is looked up when it is sent.
func forAgent(o *store.Outgoing, def *definition.Agent) {
	o.Notice = len(def.Notify.Via) > 0
	o.Push = !o.Notice
}

// appendAction encodes an action for its destinations.
func appendAction(actions []store.Outgoing, a encoder, to []string) ([]store.Outgoing, error) {
	body, err := a.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding an action: %w", err)
	}
	return append(actions, store.Outgoing{Body: body, To: to}), nil
}

type encoder interface{ MarshalJSON() ([]byte, error) }
