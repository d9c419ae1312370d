package view

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// BoardState is a property at one instant. It is computed for that instant, and so is
// right even before a worker has decided on the property. Instants are in UTC.
type BoardState struct {
	Property string `json:"property"`
	Name     string `json:"name,omitempty"`
	Gone     bool   `json:"gone,omitempty"`  // it is not defined; nothing else is set
	Fault    string `json:"fault,omitempty"` // why it cannot be decided on; the fields below are empty then

	TimeZone        string                     `json:"time_zone,omitempty"` // an IANA name
	Widget          widget.State               `json:"widget"`
	Departments     map[string]string          `json:"departments,omitempty"`      // names of departments that have one, by id
	Override        *hours.Override            `json:"override,omitempty"`         // in force, or to come
	Overrides       map[string]*hours.Override `json:"overrides,omitempty"`        // the same of departments, by id
	NextHours       time.Time                  `json:"next_hours,omitzero"`        // when the schedule opens or closes next, whatever the override; zero: never
	DepartmentHours map[string]time.Time       `json:"department_hours,omitempty"` // NextHours of departments with hours of their own, by id
	Uncovered       [][2]int                   `json:"uncovered,omitempty"`        // open time of today in which nobody is on shift, as Today.Open; with overrides
	Today           BoardDay                   `json:"today,omitzero"`
	Boundaries      []BoardBoundary            `json:"boundaries,omitempty"` // the next few
	Agents          []BoardAgent               `json:"agents,omitempty"`     // who is online first, then who is missed, then by id; at most twenty
	AgentCount      int                        `json:"agent_count"`          // all agents that serve it
	Online          int                        `json:"online"`               // how many of these are online
	Behind          bool                       `json:"behind,omitempty"`     // no worker has decided on it, or none since it should have flipped
	GoodUntil       time.Time                  `json:"good_until"`           // the state may change by itself from then on
}

// BoardAgent is an agent by their own hours, and by what events said of them.
type BoardAgent struct {
	Agent  string       `json:"agent"`
	Name   string       `json:"name,omitempty"`
	Online bool         `json:"online"`
	Missed bool         `json:"missed,omitempty"` // their hours run, and they are not online: Reason says why
	Status agent.Status `json:"status"`
	Reason string       `json:"reason"`         // of the hours: hours.State.Reason; or one of package agent's own
	Since  time.Time    `json:"since,omitzero"` // when the cause of Status was; zero: always
	Until  time.Time    `json:"until,omitzero"` // when Status changes next, as far as it is foreseen; zero: never
}

// BoardBoundary is an instant at which the hours or the widget change.
type BoardBoundary struct {
	At     time.Time     `json:"at"`
	Open   bool          `json:"open"`   // the hours, from then on
	Status widget.Status `json:"status"` // the widget, from then on
}

const (
	boardBoundaries = 4
	boardAgents     = 20

	// behindAfter is how long after a boundary a worker should have flipped the widget
	// at the latest: the tick finds work left undone within seconds.
	behindAfter = 30 * time.Second
)

func boardState(b *engine.Batch, r *store.Record, at time.Time) BoardState {
	id, _ := r.Subject.Property()
	s := BoardState{Property: id}
	if r.Rev == 0 || r.Definition == nil {
		s.Gone = true
		return s
	}
	if err := fillBoardState(b, &s, r, at); err != nil {
		return BoardState{Property: id, Name: s.Name, Fault: err.Error()}
	}
	return s
}

func fillBoardState(b *engine.Batch, s *BoardState, r *store.Record, at time.Time) error {
	if err := b.Broken[r.Subject]; err != nil {
		return err
	}
	def := b.Properties[r.Subject]
	s.Name = def.Name
	var state engine.PropertyState
	if err := engine.DecodeState(r.State, &state); err != nil {
		return err
	}
	plain, err := b.Property(def, engine.Overrides{}, time.Time{})
	if err != nil {
		return err
	}
	overrides := state.Overrides.At(def, at)
	p, err := b.Property(def, overrides, at)
	if err != nil {
		return err
	}
	shifts, err := b.Property(def, overrides, time.Time{})
	if err != nil {
		return err
	}
	s.Override, s.Overrides = overrides.Override, overrides.Departments
	d := widget.Decide(p, widget.State(state.Widget), at)
	s.Widget, s.Departments, s.TimeZone = d.State, departmentNames(def), plain.Hours.Location().String()
	s.Today = boardDay(plain.Hours, plain.Hours.Location(), boardDate(plain.Hours.Location(), at))
	s.Uncovered = uncoveredToday(shifts, &s.Today)
	s.NextHours = plain.Hours.NextBoundary(at).UTC()
	s.DepartmentHours = nextOfDepartments(&plain, at)
	s.Boundaries = upcoming(p, d.State, at)
	s.Behind = behind(widget.State(state.Widget), at)
	s.GoodUntil = s.Today.To
	horizons := append(slices.Collect(maps.Values(s.DepartmentHours)), d.Due, s.NextHours)
	for _, o := range overrides.All() {
		horizons = append(horizons, o.From, o.Until)
	}
	for _, a := range agentsOnBoard(b, s, def, at) {
		horizons = append(horizons, a.Until)
	}
	for _, t := range horizons {
		if t.After(at) && t.Before(s.GoodUntil) {
			s.GoodUntil = t
		}
	}
	s.GoodUntil = s.GoodUntil.UTC()
	return nil
}

// nextOfDepartments gives when departments with hours of their own open or close next, without an override; zero: never.
func nextOfDepartments(p *widget.Property, at time.Time) map[string]time.Time {
	next := make(map[string]time.Time)
	for i := range p.Departments {
		if d := &p.Departments[i]; d.Hours != nil {
			next[d.ID] = hours.Joint(at, p.Gates(d)...).Until.UTC()
		}
	}
	return next
}

func behind(w widget.State, at time.Time) bool {
	return w.Version == 0 || !w.Until.IsZero() && at.Sub(w.Until) > behindAfter
}

func departmentNames(def *definition.Property) map[string]string {
	names := make(map[string]string)
	for id, d := range def.Departments {
		if d.Name != "" {
			names[id] = d.Name
		}
	}
	return names
}

// agentsOnBoard gives all agents of a property and puts the first of them on the board.
func agentsOnBoard(b *engine.Batch, s *BoardState, def *definition.Property, at time.Time) []BoardAgent {
	var agents []BoardAgent
	for _, id := range def.AllAgents() {
		def := b.Agents[id]
		if def == nil {
			continue
		}
		a, err := b.AgentAt(id, at)
		if err != nil {
			continue // never available, as in agentsOf
		}
		now := a.At(at)
		one := BoardAgent{
			Agent: id, Name: def.Name, Online: now.Status == agent.Online,
			Status: now.Status, Reason: now.Reason, Since: now.Since.UTC(), Until: now.Until.UTC(),
		}
		one.Missed = !one.Online && a.Hours.At(at).Open
		if one.Online {
			s.Online++
		}
		agents = append(agents, one)
	}
	slices.SortFunc(agents, func(a, b BoardAgent) int { return cmp.Or(a.rank()-b.rank(), cmp.Compare(a.Agent, b.Agent)) })
	s.AgentCount = len(agents)
	s.Agents = agents[:min(len(agents), boardAgents)]
	return agents
}

func (a *BoardAgent) rank() int {
	switch {
	case a.Online:
		return 0
	case a.Missed:
		return 1
	}
	return 2
}

// upcoming walks over the next boundaries of a property's hours and of its widget.
func upcoming(p widget.Property, s widget.State, at time.Time) []BoardBoundary {
	var list []BoardBoundary
	for t := at; len(list) < boardBoundaries; {
		next := s.Until
		if b := p.Hours.NextBoundary(t); next.IsZero() || !b.IsZero() && b.Before(next) {
			next = b.UTC()
		}
		if !next.After(t) { // zero: there is none
			break
		}
		s = widget.Alone(p, s, next)
		list = append(list, BoardBoundary{next, p.Hours.At(next).Open, s.Status})
		t = next
	}
	return list
}
