package engine

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// moves are the chats that agents get and leave by decisions on visitors that are made together, by the ids of the agents.
// Their records have them only afterwards. Without moves, all chats of a shift that ends would go to one colleague.
type moves map[string]move

type move struct {
	chats int       // got, less those that were left
	busy  time.Time // when they last got, answered or left one
}

// note adds the news of agents that a decision has brought.
func (m moves) note(crew map[string]widget.Agent, news map[string]*agentNews) {
	for id, n := range news {
		a, known := crew[id].(agent.Agent)
		if !known || len(n.chats) == 0 {
			continue
		}
		one, after := m[id], a.Presence
		for chat, held := range n.chats {
			after = after.Hold(a.Rules, chat, held)
			one.busy = hours.Later(one.busy, held.Stirred())
		}
		one.chats += after.Holding() - a.Presence.Holding()
		m[id] = one
	}
}

// give gives the moves with one more, where an effect gives a chat to a colleague.
func (m moves) give(e *chat.Effect, at time.Time) moves {
	if !e.Do.Reassign || e.Agent == "" {
		return m
	}
	if m == nil {
		m = make(moves)
	}
	m[e.Agent] = move{m[e.Agent].chats + 1, at}
	m[e.From] = move{m[e.From].chats - 1, at}
	return m
}

// applied is a team after the moves.
func (m moves) applied(team []chat.Colleague) []chat.Colleague {
	if len(m) == 0 {
		return team
	}
	team = slices.Clone(team)
	for i := range team {
		c := &team[i]
		c.Chats, c.Busy = c.Chats+m[c.ID].chats, hours.Later(c.Busy, m[c.ID].busy)
	}
	return team
}
