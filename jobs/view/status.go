package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// PropertyStatus is the committed state of a property.
type PropertyStatus struct {
	Property  string                     `json:"property"`
	Name      string                     `json:"name,omitempty"`
	TimeZone  string                     `json:"time_zone"`
	Widget    widget.State               `json:"widget,omitzero"`     // zero: no worker has decided yet
	Override  *hours.Override            `json:"override,omitempty"`  // in force, or to come
	Overrides map[string]*hours.Override `json:"overrides,omitempty"` // the same of departments, by id
	Agents    []AgentStatus              `json:"agents,omitempty"`    // those that serve it, by id
}

// AgentStatus is the committed state of an agent.
type AgentStatus struct {
	Agent string `json:"agent"`
	Name  string `json:"name,omitempty"`
	agent.State
	Since time.Time `json:"since,omitzero"` // of State; zero: no worker has decided yet
}

// Status gives the committed state of one property, or of all when the id is empty, by
// id. A property that cannot be read is in the error, and the others in the list.
func (r *Reader) Status(ctx context.Context, property string) ([]PropertyStatus, error) {
	var records []store.Record
	var err error
	if property == "" {
		seen := make(map[store.Subject]bool)
		err = store.Each(ctx, r.store, func(r store.Record) {
			if _, ok := r.Subject.Property(); ok && !seen[r.Subject] {
				seen[r.Subject] = true
				records = append(records, r)
			}
		})
	} else {
		records, err = r.store.Load(ctx, []store.Subject{store.PropertySubject(property)})
		if err == nil && records[0].Rev == 0 {
			err = store.Missing(records[0].Subject)
		}
	}
	if err != nil {
		return nil, err
	}
	sort.Slice(records, func(i, j int) bool { return records[i].Subject < records[j].Subject })
	list := make([]PropertyStatus, 0, len(records))
	var broken []error
	for chunk := range slices.Chunk(records, 500) {
		b, err := r.decider.Gather(ctx, chunk)
		if err != nil {
			return nil, err
		}
		agents, err := r.agentStates(ctx, b)
		if err != nil {
			return nil, err
		}
		for i := range chunk {
			s, err := propertyStatus(b, &chunk[i], agents)
			if err != nil {
				broken = append(broken, fmt.Errorf("reading %s: %w", chunk[i].Subject, err))
				continue
			}
			list = append(list, s)
		}
	}
	return list, errors.Join(broken...)
}

// agentStates are the committed states of all agents in a batch.
func (r *Reader) agentStates(ctx context.Context, b *engine.Batch) (map[string][]byte, error) {
	subjects := make([]store.Subject, 0, len(b.Agents))
	for id := range b.Agents {
		subjects = append(subjects, store.AgentSubject(id))
	}
	records, err := r.store.Load(ctx, subjects)
	states := make(map[string][]byte, len(records))
	for _, r := range records {
		id, _ := r.Subject.Agent()
		states[id] = r.State
	}
	return states, err
}

func propertyStatus(b *engine.Batch, r *store.Record, agents map[string][]byte) (PropertyStatus, error) {
	id, _ := r.Subject.Property()
	s := PropertyStatus{Property: id}
	if err := b.Broken[r.Subject]; err != nil {
		return s, err
	}
	def := b.Properties[r.Subject]
	var state engine.PropertyState
	if err := engine.DecodeState(r.State, &state); err != nil {
		return s, err
	}
	p, err := b.Property(def, engine.Overrides{}, time.Time{})
	if err != nil {
		return s, err
	}
	s.Name, s.Widget, s.Override, s.Overrides, s.TimeZone = def.Name, widget.State(state.Widget), state.Override, state.Departments, p.Hours.Location().String()
	ids := def.AllAgents()
	sort.Strings(ids)
	for _, id := range ids {
		if b.Agents[id] == nil {
			if err := b.Broken[store.AgentSubject(id)]; err != nil {
				return s, fmt.Errorf("reading agent %q: %w", id, err)
			}
			continue
		}
		a := AgentStatus{Agent: id, Name: b.Agents[id].Name}
		if err := engine.DecodeState(agents[id], &a.State); err != nil {
			return s, err
		}
		a.State = a.Shown()
		a.Since = a.State.Since
		s.Agents = append(s.Agents, a)
	}
	return s, nil
}
