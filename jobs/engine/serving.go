package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// An action of an agent goes to the destinations of the properties that the agent serves. Which these are is looked up with the
// definitions as they are at the decision, and only for agents who have an action: most decisions have none.

// servedProperty is as much of a property as the actions of its agents need.
type servedProperty struct {
	id     string
	agents []string
	to     []string // as definition.Property.Destinations
}

// serving looks up which properties agents serve.
type serving struct {
	store    Reader
	policies *policyCache
}

// servedBatch is how many properties are read at once.
const servedBatch = 500

// address gives the actions of agents their receivers. What an agent does in a chat is the business of its property: where they serve
// others, too, no action tells of the event.
func (s serving) address(ctx context.Context, b *Batch, changes []Change, at time.Time) error {
	servants := make(map[string][]string) // by agent: they themselves, and those they stand in for
	for i := range changes {
		if id, ok := changes[i].Subject.Agent(); ok && slices.ContainsFunc(changes[i].Actions, forDestinations) {
			servants[id] = append(standsInFor(b, id, at), id)
		}
	}
	if len(servants) == 0 {
		return nil
	}
	properties, err := s.served(ctx, servants)
	if err != nil {
		return err
	}
	for i := range changes {
		id, _ := changes[i].Subject.Agent()
		if servants[id] == nil {
			continue
		}
		shares := sharesOf(properties, servants[id])
		if c := &changes[i]; c.unnamed != nil && propertiesIn(shares) > 1 {
			body, err := c.unnamed.MarshalJSON()
			if err != nil {
				return fmt.Errorf("encoding an action: %w", err)
			}
			c.Actions[0].Body = body
		}
		for j := range changes[i].Actions {
			if a := &changes[i].Actions[j]; forDestinations(*a) {
				a.For = shares
			}
		}
	}
	return nil
}

func propertiesIn(shares []store.Share) (n int) {
	for _, s := range shares {
		n += len(s.Properties)
	}
	return n
}

func forDestinations(o store.Outgoing) bool { return !o.Notice }

// Serves gives the properties that list each of some agents, or whose hours they take turns in, in order. An agent who serves
// none is left out.
func (d *Decider) Serves(ctx context.Context, agents []string) (map[string][]string, error) {
	servants := make(map[string][]string, len(agents))
	for _, id := range agents {
		servants[id] = []string{id}
	}
	if len(servants) == 0 {
		return nil, nil
	}
	properties, err := serving{d.store, d.policies}.served(ctx, servants)
	serves := make(map[string][]string)
	for _, p := range properties {
		for _, id := range p.agents {
			if servants[id] != nil && !slices.Contains(serves[id], p.id) {
				serves[id] = append(serves[id], p.id)
			}
		}
	}
	return serves, err
}

// standsInFor are the agents for whom an agent stands in at an instant.
func standsInFor(b *Batch, id string, at time.Time) (others []string) {
	def := b.Agents[id]
	if def == nil {
		return nil
	}
	for _, c := range def.Cover {
		other := b.Agents[c.For]
		if c.By != id || other == nil {
			continue
		}
		shift, err := b.shift(c.For)
		if err != nil {
			continue // the agent is broken by that, too, and that is logged
		}
		if zone, err := b.Zone(other, shift); err == nil && c.Serves(at, zone) {
			others = append(others, c.For)
		}
	}
	return others
}

// turning are the agents who take turns in the schedules of a property.
func turning(b *Batch, def *definition.Property) (agents []store.Subject) {
	listed := def.AllAgents()
	for _, id := range def.Serving(func(name string) []byte { return b.named[name] }) {
		if !slices.Contains(listed, id) { // whoever edits a property notes those
			agents = append(agents, store.AgentSubject(id))
		}
	}
	return agents
}

// served gives the properties that some agents serve, in the order of their ids.
func (s serving) served(ctx context.Context, servants map[string][]string) (properties []servedProperty, err error) {
	var agents []store.Subject
	for _, ids := range servants {
		for _, id := range ids {
			agents = append(agents, store.AgentSubject(id))
		}
	}
	slices.Sort(agents)
	lists, err := s.store.Serving(ctx, slices.Compact(agents))
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(slices.Concat(lists...), func(s store.Subject) bool {
		_, ok := s.Property()
		return !ok
	})
	slices.Sort(found)
	for some := range slices.Chunk(slices.Compact(found), servedBatch) {
		if properties, err = s.readServed(ctx, some, properties); err != nil {
			return nil, err
		}
	}
	return properties, nil
}

// readServed adds properties that are defined. One that cannot be read is left out: its own decision logs it.
func (s serving) readServed(ctx context.Context, subjects []store.Subject, to []servedProperty) ([]servedProperty, error) {
	records, err := s.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	defs, uses := make([]*definition.Property, len(records)), make(map[string][]byte)
	for i, r := range records {
		if defs[i] = s.policies.definition(&r); defs[i] == nil && r.Definition != nil {
			def := new(definition.Property)
			if json.Unmarshal(r.Definition, def) != nil {
				continue
			}
			defs[i] = def
		}
		if defs[i] != nil {
			for _, name := range defs[i].Uses() {
				uses[name] = nil
			}
		}
	}
	names := slices.Sorted(maps.Keys(uses))
	bodies, err := s.store.Schedules(ctx, names)
	if err != nil {
		return nil, err
	}
	for i, body := range bodies {
		uses[names[i]] = body
	}
	for i, def := range defs {
		if def != nil {
			id, _ := records[i].Subject.Property()
			to = append(to, servedProperty{id, def.Serving(func(name string) []byte { return uses[name] }), def.Destinations})
		}
	}
	return to, nil
}

// sharesOf are the properties that some agents serve, by the destinations that they use. It is never nil.
func sharesOf(properties []servedProperty, agents []string) []store.Share {
	shares, places := []store.Share{}, make(map[string]int)
	for _, p := range properties {
		if !slices.ContainsFunc(agents, func(id string) bool { return slices.Contains(p.agents, id) }) {
			continue
		}
		key := "*"
		if p.to != nil {
			key = strings.Join(p.to, ",")
		}
		n, ok := places[key]
		if !ok {
			n = len(shares)
			places[key] = n
			shares = append(shares, store.Share{To: p.to})
		}
		if s := &shares[n]; len(s.Properties) < action.MostProperties {
			s.Properties = append(s.Properties, p.id)
		}
	}
	return shares
}
