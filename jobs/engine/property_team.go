package engine

import (
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// A chat sees the agents of its property as they are at the instant of the decision. They are joined when a chat first asks, so
// that a property without helpers, reassignment and handovers pays nothing for them.

// team gives the agents of the property, as a chat of a department sees them; nil where nothing depends on them.
func (p *propertyAt) team(department string) func() []chat.Colleague {
	if !p.teamed {
		return nil
	}
	return func() []chat.Colleague {
		team, known := p.teams[department]
		if !known {
			team = p.joined(department)
			if p.teams == nil {
				p.teams = make(map[string][]chat.Colleague)
			}
			p.teams[department] = team
		}
		return p.moves.applied(team)
	}
}

// teams tells whether something in chats depends on an agent beside the hours; def is nil where they are not defined.
func teams(def *definition.Agent) bool {
	return def != nil && (def.ReceiveWhenSlow > 0 || def.AtShiftEnd != "" && def.AtShiftEnd != chat.AtEndKeep)
}

// joined are the agents with their part in chats of a department.
func (p *propertyAt) joined(department string) (team []chat.Colleague) {
	takes := p.takers(department)
	for _, id := range slices.Sorted(maps.Keys(p.crew)) {
		a, known := p.crew[id].(agent.Agent)
		if def := p.agents[id]; known && def != nil {
			c := colleague(id, def, a, p.at)
			c.Takes = slices.Contains(takes, id)
			if !c.Takes && !slices.Contains(p.def.Agents, id) { // they serve other departments
				c.HelpsAfter = 0
			}
			team = append(team, c)
		}
	}
	return team
}

// takers are the agents who take the chats of a department: its own, or those of the property where it has none. Chats
// of no department are for those of the property and of its departments that are open.
func (p *propertyAt) takers(department string) []string {
	if own := p.def.Departments[department].Agents; len(own) > 0 {
		return own
	}
	if department != "" {
		return p.def.Agents
	}
	takers := slices.Clone(p.def.Agents)
	for id, d := range p.def.Departments {
		if p.widget.Departments[id].Status != widget.Offline {
			takers = append(takers, d.Agents...)
		}
	}
	return takers
}

// colleague is an agent as chats see them at an instant.
func colleague(id string, def *definition.Agent, a agent.Agent, at time.Time) chat.Colleague {
	h, status := a.Hours.At(at), a.At(at).Status
	c := chat.Colleague{
		ID: id, Online: status == agent.Online, Hidden: status == agent.Invisible, HelpsAfter: time.Duration(def.ReceiveWhenSlow),
		OnShift: h.Open, ShiftSince: h.Since, ShiftUntil: h.Until, AtShiftEnd: def.AtShiftEnd,
		Chats: a.Presence.Holding(), Capacity: int(def.Capacity),
	}
	for _, held := range a.Presence.Chats {
		c.Busy = hours.Later(c.Busy, held.Stirred())
	}
	return c
}
