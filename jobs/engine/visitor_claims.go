package engine

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
)

// The part that decisions on visitors have in claims: see claims.go.

// noteGiven notes that an effect gives a chat to a colleague.
func noteGiven(v *visitor, e *chat.Effect) {
	if !e.Do.Reassign || e.Agent == "" {
		return
	}
	if v.gave == nil {
		v.gave = make(map[string]string)
	}
	v.gave[e.Chat] = e.Agent
}

// onTheWay is a team as a chat sees it that may be on its way to one of them.
func onTheWay(v *visitor, c *chat.State, team []chat.Colleague) []chat.Colleague {
	holders := v.holders()[v.propertyAt.id+"/"+c.ID]
	if len(holders) == 0 {
		return team
	}
	has := c.Held()
	team = slices.Clone(team)
	for i := range team {
		one := &team[i]
		if h, known := has[one.ID]; slices.Contains(holders, one.ID) && (!known || !h.Left.IsZero()) {
			one.Chats--
			one.Given = v.present(one.ID).Chats[v.propertyAt.id+"/"+c.ID].Rev == v.record.Rev
		}
	}
	return team
}

// reconcile completes the news of agents: the claims, and what their records have otherwise than the visitor's.
func reconcile(v *visitor, at time.Time) {
	now := v.heldChats()
	if v.out.Remove {
		now = nil
	}
	for id := range v.Chats {
		key := v.propertyAt.id + "/" + id
		for who, chats := range now {
			h, has := chats[id]
			held, known := v.present(who).Chats[key]
			switch {
			case !has || !h.Left.IsZero():
			case v.gave[id] == who:
				n := newsOf(v, who)
				one := n.chats[key]
				one.Visitor, one.Assigned, one.Rev = v.id, h.Assigned, v.record.Rev
				n.chats[key], n.saw = one, v.present(who)
				n.claims = with(n.claims, map[string]bool{key: true})
			case known && !held.Holds() && !held.Left.After(at): // a decision that was not written took it away
				newsOf(v, who).chats[key] = agent.Held{Visitor: v.id, Assigned: h.Assigned, Left: h.Assigned.Add(-1), Asked: h.Asked, Answered: h.Answered}
			}
		}
		for _, who := range v.holders()[key] {
			told := v.out.agents[who] != nil && v.out.agents[who].tells(key)
			if h, has := now[who][id]; !told && (!has || !h.Left.IsZero()) {
				if v.out.after == nil {
					v.out.after = make(map[string]*agentNews)
				}
				if v.out.after[who] == nil {
					v.out.after[who] = &agentNews{over: make(map[string]over)}
				}
				v.out.after[who].over[key] = over{h.Left, v.record.Rev}
			}
		}
	}
}

// tells is whether the news say something of a chat.
func (n *agentNews) tells(chat string) bool {
	_, ok := n.chats[chat]
	return ok
}

// newsOf are the news of an agent.
func newsOf(v *visitor, who string) *agentNews {
	if v.out.agents == nil {
		v.out.agents = make(map[string]*agentNews)
	}
	if v.out.agents[who] == nil {
		v.out.agents[who] = &agentNews{chats: make(map[string]agent.Held)}
	}
	return v.out.agents[who]
}

// present is the presence of an agent of the property.
func (p *propertyAt) present(id string) agent.Presence {
	a, _ := p.crew[id].(agent.Agent)
	return a.Presence
}

// holders are the agents of the property who have a chat by their records, by "property/chat".
func (p *propertyAt) holders() map[string][]string {
	if p.holding == nil {
		p.holding = make(map[string][]string)
		for id := range p.crew {
			for key, held := range p.present(id).Chats {
				if held.Holds() {
					p.holding[key] = append(p.holding[key], id)
				}
			}
		}
	}
	return p.holding
}
