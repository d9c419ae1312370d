package widget

import (
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// unit is a property or a department. It is online while one of its teams is there; else it shows whether its gates are
// open.
type unit struct {
	gates    []*hours.Schedule
	teams    []team
	lists    bool // agents; else it is judged by its hours alone
	beside   bool // a team may be there while the gates are closed
	policy   Policy
	revision int64 // as Property.Revision
	lost     int64 // of Property.Lost; 0: none
}

// team are agents who count while all gates are open. One without agents is there whenever they are.
type team struct {
	gates  []*hours.Schedule // nil: those of its unit
	agents []Agent
}

// unit is the property itself. It is online while a department is, and while its own agents are there. Where nobody lists
// agents, its hours decide.
func (p *Property) unit() unit {
	u := unit{gates: []*hours.Schedule{p.Hours}, policy: p.Policy, revision: p.Revision, lost: p.Lost[""], lists: p.listsAgents()}
	if len(p.Agents) > 0 || !u.lists {
		u.teams = append(u.teams, team{agents: p.Agents})
	}
	for i := range p.Departments {
		d := &p.Departments[i]
		forced := d.Override != nil && d.Override.Open
		if !forced && !u.lists { // it is never open while the property is not
			continue
		}
		gates := p.Gates(d)
		if alone := p.Hours.OverrideAlone(); forced && alone != nil { // a property that is forced closed is not online
			gates = append([]*hours.Schedule{alone}, gates...)
		}
		u.teams, u.beside = append(u.teams, team{gates, d.Agents}), u.beside || forced
	}
	return u
}

func (p *Property) listsAgents() bool {
	return len(p.Agents) > 0 || slices.ContainsFunc(p.Departments, func(d Department) bool { return len(d.Agents) > 0 })
}

// department is the unit of a department.
func (p *Property) department(d *Department) unit {
	return unit{gates: p.Gates(d), teams: []team{{agents: d.Agents}}, policy: p.Policy, revision: p.Revision, lost: p.Lost[d.ID], lists: len(d.Agents) > 0}
}

// Gates are the schedules that all have to be open for a department to be: its property's and its own. Its own override
// beats both.
func (p *Property) Gates(d *Department) []*hours.Schedule {
	gates := []*hours.Schedule{p.Hours}
	if d.Hours != nil {
		gates = append(gates, d.Hours)
	}
	if d.Override != nil {
		for i, g := range gates {
			gates[i] = g.Over(*d.Override)
		}
	}
	return gates
}

func (p *unit) face(m moment) face {
	switch {
	case m.available:
		return face{status: Online, mode: Chat, newChats: true}
	case m.open:
		return p.policy.nobody()
	}
	return p.policy.outside()
}

// change is a face and the instant from which it shows.
type change struct {
	at   time.Time
	face face
}

// next goes on to the first change after the present instant, with its face. Where none was found the face is the same: at
// zero when there is none for ever, else at an instant from which to search on.
func (p *unit) next(w *walk, now face) change {
	closings := p.policy.nobody() != p.policy.outside()
	for w.search = (hours.Search{}); ; {
		m := w.moment(closings)
		if f := p.face(m); f != now {
			return change{w.at, f}
		}
		if m.until.IsZero() {
			return change{face: now}
		}
		if !w.step(m.until) {
			return change{w.rest, now}
		}
	}
}
