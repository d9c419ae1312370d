package definition

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/trigger"
)

// ActiveTriggers are the property's triggers, or the default for a property that
// does not mention any.
func (p *Property) ActiveTriggers() []trigger.Trigger {
	if p.Triggers == nil {
		return trigger.Default()
	}
	return p.Triggers
}

// Notified are the destinations that the property's triggers and rescue ladder
// notify. One may come twice.
func (p *Property) Notified() []string {
	var names []string
	for _, actions := range p.allActions() {
		for _, a := range actions {
			if a.Notify != nil && a.Notify.Destination != "" {
				names = append(names, a.Notify.Destination)
			}
		}
	}
	return names
}

// allActions are the actions of triggers and of the rescue ladder, by their paths
// below the property.
func (p *Property) allActions() iter.Seq2[string, []trigger.Action] {
	return func(yield func(string, []trigger.Action) bool) {
		for i := range p.Triggers {
			if !yield(fmt.Sprintf("/triggers/%d/actions", i), p.Triggers[i].Actions) {
				return
			}
		}
		for i := range p.Rescue {
			if !yield(fmt.Sprintf("/rescue/%d/actions", i), p.Rescue[i].Actions) {
				return
			}
		}
	}
}

// DepartmentIDs are the ids of the departments, sorted.
func (p *Property) DepartmentIDs() []string {
	if len(p.Departments) == 0 { // of most
		return nil
	}
	return slices.Sorted(maps.Keys(p.Departments))
}

// AllAgents are the ids of the agents who serve the property or one of its
// departments, each once: those of the property as they are listed, then those of
// its departments. The order is always the same, since actions list agents in it.
func (p *Property) AllAgents() []string {
	ids := slices.Clone(p.Agents)
	for _, id := range p.DepartmentIDs() {
		ids = append(ids, p.Departments[id].Agents...)
	}
	return once(ids)
}

// Serving are the agents who serve the property, each once: AllAgents, and those who take turns in its schedule or in that of a
// department. named gives the canonical JSON of a named schedule; nil for one that is not defined.
func (p *Property) Serving(named func(name string) []byte) []string {
	ids := append(p.AllAgents(), p.Schedule.turns(named)...)
	for _, d := range p.Departments {
		ids = append(ids, d.Schedule.turns(named)...)
	}
	return once(ids)
}

func (s Schedule) turns(named func(name string) []byte) []string {
	if s.Name != "" {
		s.InPlace = named(s.Name)
	}
	return s.Turning()
}

// once leaves out of names those that came before.
func once(names []string) []string {
	if len(names) < 2 { // as of most properties, with each decision
		return names
	}
	seen := make(map[string]bool, len(names))
	return slices.DeleteFunc(names, func(name string) bool {
		before := seen[name]
		seen[name] = true
		return before
	})
}

// Uses are the names of the named schedules that the property and its departments
// use, each once.
func (p *Property) Uses() []string {
	var names []string
	if p.Schedule.Name != "" {
		names = append(names, p.Schedule.Name)
	}
	for _, id := range p.DepartmentIDs() {
		if d := p.Departments[id]; d.Schedule.Name != "" {
			names = append(names, d.Schedule.Name)
		}
	}
	return once(names)
}
