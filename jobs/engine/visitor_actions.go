package engine

import (
	"fmt"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/store"
)

// act adds the action of an effect, for the property's destinations or the one that it names, or
// for agents.
func (v *visitor) act(e effect) {
	switch n := e.do.Notify; {
	case n == nil:
		v.add(e, store.Outgoing{To: v.def.Destinations})
	case n.Destination != "":
		v.add(e, store.Outgoing{To: []string{n.Destination}})
	default:
		v.notifyAgents(e)
	}
}

// add adds the action of an effect, for the receivers that out names.
func (v *visitor) add(e effect, out store.Outgoing) {
	a := v.action(&e)
	var err error
	if out.Body, err = a.MarshalJSON(); err != nil {
		v.err = fmt.Errorf("encoding an action: %w", err)
	}
	v.out.Actions = append(v.out.Actions, out)
	if v.ForPages, err = keepForPages(v.ForPages, a, &e.data); err != nil {
		v.err = err
	}
}

// action is the action of an effect, as it is delivered.
func (v *visitor) action(e *effect) action.Action {
	t := e.fill()
	if m := e.do.SendMessage; m != nil {
		e.data.Sender = v.sender(m.Sender)
	}
	e.data.Property, e.data.Visitor = v.propertyAt.id, v.id
	if t.OfAgent() {
		e.data.Properties = []string{v.propertyAt.id}
	}
	return action.Action{ID: action.VisitorID(t, v.propertyAt.id, v.id, e.key), Type: t, Time: e.at, Data: e.data}
}

// skip records a message that was held back.
func (v *visitor) skip(s Skipped) {
	s.subject = v.record.Subject
	v.skipped = append(v.skipped, s)
}

// notifyAgents adds a notice to agents. An agent with services of their own gets an action of their
// own, and the others share one for the property's destinations. The shared action names no agent
// where the trigger names none and no agent has services: it is for all, also for agents who come
// to the property before it is read.
func (v *visitor) notifyAgents(e effect) {
	ids := e.do.Notify.Agents
	if len(ids) == 0 {
		ids = v.def.AllAgents()
	}
	var others []string
	for _, id := range ids {
		if a := v.agents[id]; a == nil || len(a.Notify.Via) == 0 {
			others = append(others, id)
			continue
		}
		own := e.to(id)
		own.key += "/" + id
		v.add(own, store.Outgoing{Notice: true})
		v.out.Notices++
	}
	switch {
	case len(others) == len(ids):
		v.add(e, store.Outgoing{To: v.def.Destinations})
	case len(others) > 0:
		v.add(e.to(others...), store.Outgoing{To: v.def.Destinations})
	}
}
