package engine

import (
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/jobs/store"
)

// policies are the compiled parts of a definition that do not depend on the time.
type policies struct {
	def    *definition.Property
	body   string // of which they were made
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

// policiesBytes bounds the memory of compiled policies: at some 20 KB each, 5,000. The largest have some megabytes.
const policiesBytes = 100 << 20

// policyCache keeps the compiled policies of properties, of the last definition of each that was asked for.
type policyCache struct {
	mu   sync.Mutex
	kept kept[store.Subject, *policies]
}

func newPolicyCache() *policyCache {
	c := new(policyCache)
	c.kept.most = policiesBytes
	return c
}

// definition gives the decoded property of a record that was compiled before; nil for another.
func (c *policyCache) definition(r *store.Record) *definition.Property {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.kept.get(r.Subject); ok && p.body == string(r.Definition) {
		return p.def
	}
	return nil
}

func (c *policyCache) compile(r *store.Record, def *definition.Property) (*policies, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.kept.get(r.Subject); ok && p.body == string(r.Definition) {
		return p, nil
	}
	p := &policies{def: def, body: string(r.Definition)}
	var err error
	if p.visits, err = visit.Compile(visit.Definition{Triggers: def.ActiveTriggers(), Shortcuts: def.Shortcuts, OnePerVisit: def.OnePerVisit}); err != nil {
		return nil, err
	}
	if p.chats, err = chat.Compile(rulesOf(def)); err != nil {
		return nil, err
	}
	c.kept.put(r.Subject, p, decodedBytes*len(p.body)+p.visits.Bytes())
	return p, nil
}

// decodedBytes is how many bytes of memory a byte of a definition takes, about: its own, once decoded, and once compiled.
const decodedBytes = 8
