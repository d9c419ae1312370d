package engine

import (
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
)

// agentNews are what events and chats say of an agent.
type agentNews struct {
	events []event.Event
	chats  map[string]agent.Held // by "property/chat"
	signs  []agent.Sign          // of life, in chats
	over   map[string]over       // by "property/chat": those that they have no longer, if they do by their record
	claims map[string]bool       // by "property/chat": those of chats that Deskbell gives them
	saw    agent.Presence        // by which these were given
}

// over is the end of what an agent has of a chat, as the visitor's record says.
type over struct {
	left time.Time // zero: they never had it
	rev  int64     // of the visitor: a chat that was given to them by a later one is theirs
}

// ends gives the presence of an agent without a chat.
func (o over) ends(r agent.Rules, chat string, p agent.Presence) agent.Presence {
	if held := p.Chats[chat]; held.Holds() && held.Rev <= o.rev {
		return p.Hold(r, chat, agent.Held{Left: hours.Later(held.Assigned, o.left)})
	}
	return p
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
	for _, id := range slices.Sorted(maps.Keys(n.over)) {
		p = n.over[id].ends(a.Rules, id, p)
	}
	for _, sign := range n.signs {
		p = p.With(a, sign)
	}
	return p
}

func (n *agentNews) isNone() bool { return len(n.events)+len(n.chats)+len(n.signs)+len(n.over) == 0 }

// add adds the news from another change.
func (n *agentNews) add(more *agentNews) {
	if n.chats == nil {
		n.chats = make(map[string]agent.Held)
	}
	maps.Copy(n.chats, more.chats)
	n.over = with(n.over, more.over)
	if len(more.claims) > 0 { // all of them saw the same
		n.claims, n.saw = with(n.claims, more.claims), more.saw
	}
	n.signs = append(n.signs, more.signs...)
}

// with is a map with the entries of another one.
func with[V any](m, more map[string]V) map[string]V {
	if m == nil {
		m = make(map[string]V, len(more))
	}
	maps.Copy(m, more)
	return m
}
