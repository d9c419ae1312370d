package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// PropertyStatus is what is known of a property.
type PropertyStatus struct {
	Property string          `json:"property"`
	Name     string          `json:"name,omitempty"`
	TimeZone string          `json:"time_zone"`
	Widget   widget.State    `json:"widget"`             // Version 0: a worker has not decided yet
	Override *hours.Override `json:"override,omitempty"` // in force, or to come
	Agents   []AgentStatus   `json:"agents,omitempty"`   // who serve it, by id
}

// AgentStatus is what is known of an agent.
type AgentStatus struct {
	Agent string `json:"agent"`
	Name  string `json:"name,omitempty"`
	agent.State
}

// Status gives the committed state of one property, or of all when the id is
// empty, by id. One that cannot be read is in the error, and the others in the list.
func (c *Client) Status(ctx context.Context, property string) ([]PropertyStatus, error) {
	var records []Record
	var err error
	if property == "" {
		seen := make(map[Subject]bool)
		err = c.each(ctx, func(r Record) {
			if _, ok := r.Subject.Property(); ok && !seen[r.Subject] {
				seen[r.Subject] = true
				records = append(records, r)
			}
		})
	} else {
		records, err = c.store.Load(ctx, []Subject{PropertySubject(property)})
		if err == nil && records[0].Rev == 0 {
			err = fmt.Errorf("finding property %q: %w", property, ErrNotFound)
		}
	}
	if err != nil {
		return nil, err
	}
	sort.Slice(records, func(i, j int) bool { return records[i].Subject < records[j].Subject })
	list := make([]PropertyStatus, 0, len(records))
	var broken []error
	for _, r := range records {
		s, err := c.statusOf(ctx, r)
		if err != nil {
			broken = append(broken, fmt.Errorf("reading %s: %w", r.Subject, err))
			continue
		}
		list = append(list, s)
	}
	return list, errors.Join(broken...)
}

func (c *Client) statusOf(ctx context.Context, r Record) (PropertyStatus, error) {
	id, _ := r.Subject.Property()
	s := PropertyStatus{Property: id}
	var def definition.Property
	if err := json.Unmarshal(r.Definition, &def); err != nil {
		return s, fmt.Errorf("decoding the definition: %w", err)
	}
	var state propertyState
	if err := decodeState(r.State, &state); err != nil {
		return s, err
	}
	schedule, err := c.schedule(ctx, r, nil)
	if err != nil {
		return s, err
	}
	s.Name, s.Widget, s.Override, s.TimeZone = def.Name, widget.State(state.Widget), state.Override, schedule.Location().String()
	ids := without(def.AllAgents(), nil)
	sort.Strings(ids)
	subjects := make([]Subject, len(ids))
	for i, id := range ids {
		subjects[i] = AgentSubject(id)
	}
	agents, err := c.store.Load(ctx, subjects)
	if err != nil {
		return s, err
	}
	for i, r := range agents {
		a := AgentStatus{Agent: ids[i]}
		var def definition.Agent
		if r.Definition == nil {
			continue
		}
		if err := json.Unmarshal(r.Definition, &def); err != nil {
			return s, fmt.Errorf("decoding agent %q: %w", ids[i], err)
		}
		if err := decodeState(r.State, &a.State); err != nil {
			return s, err
		}
		a.Name = def.Name
		s.Agents = append(s.Agents, a)
	}
	return s, nil
}
