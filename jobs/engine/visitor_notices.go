package engine

import (
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/jobs/store"
)

// notifyAgents has agents told something: each who has services of their own by these, with an
// action of their own, and the others by one for the property's destinations. That one names
// nobody where the trigger names nobody and nobody has services: it is for all, also for those
// who come to the property before it is read.
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

// to is the same for some agents.
func (e *effect) to(agents ...string) effect {
	own := *e
	own.do.Notify = &trigger.Notify{Text: e.do.Notify.Text, Agents: agents}
	return own
}
