package engine

import (
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/visit"
)

// policies are the compiled parts of a definition that do not depend on the time.
type policies struct {
	def    *definition.Property
	visits *visit.Policy
	chats  *chat.Policy
}

func rulesOf(def *definition.Property) chat.Rules {
	r := chat.Rules{
		Rescue: def.Rescue, Shortcuts: def.Shortcuts,
		During: def.AutoReplies.During, Outside: def.AutoReplies.Outside, Handoff: def.AutoReplies.Handoff, Form: def.AutoReplies.Confirmation(),
		ClosingBefore: time.Duration(def.ClosingSoon.Before), ClosingMessage: def.ClosingSoon.Message, WaitingAtClose: def.Widget.WaitingAtClose,
		FirstAnswer: time.Duration(def.SLA.FirstAnswer), WarnBefore: time.Duration(def.SLA.WarnBefore),
		ReassignAfter: time.Duration(def.ReassignAfter),
		HasSchedule:   !def.Schedule.IsZero(), Departments: make(map[string]chat.Part, len(def.Departments)),
	}
	for id, d := range def.Departments {
		r.Departments[id] = chat.Part{Name: d.Name, HasSchedule: !d.Schedule.IsZero()}
	}
	return r
}

// policiesLimit bounds the memory of policies: at some 20 KB each at worst, 100 MB.
const policiesLimit = 5000

// policyCache keeps compiled policies, by the body of their definition.
type policyCache struct {
	mu    sync.Mutex
	known map[string]*policies
}

// definition gives the decoded property of a body that was compiled before; nil for another.
func (c *policyCache) definition(body []byte) *definition.Property {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.known[string(body)]; p != nil {
		return p.def
	}
	return nil
}

func (c *policyCache) compile(body []byte, def *definition.Property) (*policies, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.known[string(body)]; p != nil {
		return p, nil
	}
	p := &policies{def: def}
	var err error
	if p.visits, err = visit.Compile(visit.Definition{Triggers: def.ActiveTriggers(), Shortcuts: def.Shortcuts, OnePerVisit: def.OnePerVisit}); err != nil {
		return nil, err
	}
	if p.chats, err = chat.Compile(rulesOf(def)); err != nil {
		return nil, err
	}
	if c.known == nil || len(c.known) >= policiesLimit {
		c.known = make(map[string]*policies)
	}
	c.known[string(body)] = p
	return p, nil
}
