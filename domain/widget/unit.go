package widget

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// unit is a property or a department: open while all its gates are, online while
// it is open and one of its agents, if it lists any, is available.
type unit struct {
	gates  []*hours.Schedule
	teams  []team // those that list agents; empty: judged by the hours alone
	policy Policy
	first  int64 // as Property.First
}

// team is a number of agents who count while all its gates are open: those of a property have none, and those of its
// departments have their department's.
type team struct {
	gates  []*hours.Schedule
	agents []Agent
}

// unit is the property itself. Its agents are its own and those of its departments that are open.
func (p *Property) unit() unit {
	u := unit{gates: []*hours.Schedule{p.Hours}, policy: p.Policy, first: p.First}
	u.add(team{agents: p.Agents})
	for i := range p.Departments {
		d := &p.Departments[i]
		u.add(team{gates: p.Gates(d), agents: d.Agents})
	}
	return u
}

// department is the unit of a department.
func (p *Property) department(d *Department) unit {
	u := unit{gates: p.Gates(d), policy: p.Policy, first: p.First}
	u.add(team{agents: d.Agents})
	return u
}

func (p *unit) add(t team) {
	if len(t.agents) > 0 {
		p.teams = append(p.teams, t)
	}
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
	case !m.open:
		return p.policy.outside()
	case !m.available:
		return p.policy.nobody()
	}
	return face{status: Online, mode: Chat, newChats: true}
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

// whole is the first whole second at or after an instant. Only an override can
// begin or end between two.
func whole(t time.Time) time.Time {
	if fraction := t.Nanosecond(); fraction > 0 {
		t = t.Add(time.Second - time.Duration(fraction))
	}
	return t.UTC()
}
