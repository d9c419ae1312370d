package engine

import (
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
)

// agentNews are what events and chats say of an agent.
type agentNews struct {
	events []event.Event
	chats  map[string]agent.Held // by "property/chat"
	signs  []agent.Sign          // of life, in chats
}

// apply gives the presence of an agent after the news.
func (n *agentNews) apply(a agent.Agent, p agent.Presence) agent.Presence {
	for _, e := range n.events {
		if _, sign, ok := agent.SignOf(e); ok {
			p = p.With(a, sign)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(n.chats)) {
		p = p.Hold(a.Rules, id, n.chats[id])
	}
	for _, sign := range n.signs {
		p = p.With(a, sign)
	}
	return p
}

func (n *agentNews) isNone() bool { return len(n.events)+len(n.chats)+len(n.signs) == 0 }

// add adds the news from another change.
func (n *agentNews) add(more *agentNews) {
	if n.chats == nil {
		n.chats = make(map[string]agent.Held)
	}
	maps.Copy(n.chats, more.chats)
	n.signs = append(n.signs, more.signs...)
}
