package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// act adds the action of an effect, for the property's destinations or the one that it names, or
// for agents.
func (v *visitor) act(e effect) {
	switch n := e.do.Notify; {
	case e.notice != nil:
		v.tellOfChat(e)
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
	return action.Action{ID: action.VisitorID(t, v.propertyAt.id, v.id, e.key), Type: t, Time: e.at, Context: v.traces[e.data.Cause.Event], Data: e.data}
}

// skip records a message that was held back.
func (v *visitor) skip(s Skipped) {
	s.subject = v.record.Subject
	v.skipped = append(v.skipped, s)
}

// skipFact records that the record of a visitor has forgotten a fact, where it has: it has as many as it may.
func (v *visitor) skipFact(forgotten bool, reason, chat, event string) {
	if forgotten {
		v.skip(Skipped{chat: chat, rule: recordRule, event: event, Reason: reason, at: v.at})
	}
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
	v.tell(e, ids, func(*definition.Agent) bool { return true })
}

// tellOfChat adds a notice about a chat. Agents who want such notices get it by their own services.
func (v *visitor) tellOfChat(e effect) {
	e.data.Text = v.chatNotice(&e)
	kind := string(e.noticeKind())
	v.tell(e, e.agents, func(a *definition.Agent) bool { return slices.Contains(a.Notify.On, kind) })
}

// chatNotice is what agents are told about a chat.
func (v *visitor) chatNotice(e *effect) string {
	of := v.name()
	if e.notice.Department != "" {
		of += ", " + v.departmentName(e.notice.Department)
	}
	if e.noticeKind() == agent.ShiftEnd {
		return fmt.Sprintf("The hours of %s have ended, and chat %s (%s) is open", v.agentName(e.from), e.data.Chat, of)
	}
	return fmt.Sprintf("A visitor waits for an answer in chat %s (%s)", e.data.Chat, of)
}

// tell adds a notice for some agents: an action of its own for each who has services and wants it by these, and one for all
// others together.
func (v *visitor) tell(e effect, ids []string, wants func(*definition.Agent) bool) {
	var others []string
	for _, id := range ids {
		if a := v.agents[id]; a == nil || len(a.Notify.Via) == 0 || !wants(a) {
			others = append(others, id)
			continue
		}
		own := e.to(id)
		own.key += "/" + id
		v.add(own, store.Outgoing{Notice: true})
		v.out.Notices++
	}
	if len(others) == 0 {
		return
	}
	if len(others) < len(ids) {
		e = e.to(others...)
	}
	v.add(e, store.Outgoing{To: v.def.Destinations, Push: true})
	v.out.Notices++
}

// heldChats are the chats of a visitor by agent, as far as these are agents of the property.
func (v *visitor) heldChats() map[string]map[string]chat.Held {
	if len(v.Chats) == 0 { // most visitors have none
		return nil
	}
	all := make(map[string]map[string]chat.Held)
	for id := range v.Chats {
		c := v.Chats[id]
		for who, h := range c.Held() {
			if !slices.Contains(v.servants, who) {
				continue
			}
			if all[who] == nil {
				all[who] = make(map[string]chat.Held)
			}
			all[who][id] = h
		}
	}
	return all
}

// agentNews are the news of agents: their signs of life, and what is another than before in their chats. A chat that is forgotten
// is over for them.
func (v *visitor) agentNews(before map[string]map[string]chat.Held, at time.Time) map[string]*agentNews {
	all := make(map[string]*agentNews)
	of := func(who string) *agentNews {
		if all[who] == nil {
			all[who] = &agentNews{chats: make(map[string]agent.Held)}
		}
		return all[who]
	}
	for who, signs := range v.signs {
		of(who).signs = signs
	}
	now := v.heldChats()
	if v.out.Remove {
		now = nil
	}
	for who, chats := range now {
		for id, h := range chats {
			if h != before[who][id] {
				of(who).chats[v.propertyAt.id+"/"+id] = agent.Held{
					Visitor: v.id, Assigned: h.Assigned, Left: h.Left, Asked: h.Asked, Answered: h.Answered,
				}
			}
		}
	}
	for who, chats := range before {
		for id, h := range chats {
			if _, known := now[who][id]; !known && h.Left.IsZero() {
				of(who).chats[v.propertyAt.id+"/"+id] = agent.Held{Visitor: v.id, Left: at}
			}
		}
	}
	return all
}
