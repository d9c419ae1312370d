package engine

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/domain/wire"
	"github.com/deskbell/deskbell/jobs/store"
)

// Batch holds the definitions that a number of decisions need.
type Batch struct {
	spoken     *spoken                                    // nil: nothing was
	known      func(r *store.Record) *definition.Property // nil: it has to be decoded
	compile    func(body []byte, zone string, said calendars) (*hours.Schedule, error)
	fallback   *time.Location // of compile, where nothing names a zone
	Properties map[store.Subject]*definition.Property
	Agents     map[string]*definition.Agent // by id
	heard      map[string]presence          // of agents of whom something was heard, by id
	named      map[string][]byte            // schedules by name
	urls       map[store.Subject][]string   // of calendars that the definitions name
	said       calendars
	compiled   map[string]agent.Agent // by id, as far as they were asked for: many properties may list one, whose leave may be a large calendar
	Broken     map[store.Subject]error
}

// gather decodes the records and loads the definitions to which they refer: two round trips more,
// however many records there are.
func gather(ctx context.Context, db Reader, s *schedules, known *policyCache, records []store.Record) (*Batch, error) {
	b := &Batch{
		known:      known.definition,
		compile:    s.compile,
		fallback:   s.fallback,
		Properties: make(map[store.Subject]*definition.Property),
		Agents:     make(map[string]*definition.Agent),
		heard:      make(map[string]presence),
		named:      make(map[string][]byte),
		urls:       make(map[store.Subject][]string),
		compiled:   make(map[string]agent.Agent),
		Broken:     make(map[store.Subject]error),
	}
	var absent []store.Subject
	for _, r := range records {
		b.decode(r)
	}
	for _, p := range b.Properties {
		for _, id := range p.AllAgents() {
			if _, ok := b.Agents[id]; !ok {
				b.Agents[id] = nil
				absent = append(absent, store.AgentSubject(id))
			}
		}
	}
	if err := b.loadAgents(ctx, db, absent); err != nil {
		return nil, err
	}
	if err := b.loadAgents(ctx, db, b.covered()); err != nil {
		return nil, err
	}
	if err := b.loadNamed(ctx, db); err != nil {
		return nil, err
	}
	return b, b.loadCalendars(ctx, db)
}

// loadAgents loads the definitions of agents; there may be none.
func (b *Batch) loadAgents(ctx context.Context, db Reader, absent []store.Subject) error {
	if len(absent) == 0 {
		return nil
	}
	found, err := db.Load(ctx, absent)
	for _, r := range found {
		b.decode(r)
	}
	return err
}

// covered are the agents that those of the batch stand in for, as far as they are not loaded yet.
func (b *Batch) covered() (absent []store.Subject) {
	for id, a := range b.Agents {
		for _, other := range a.StandsInFor(id) {
			if _, ok := b.Agents[other]; !ok {
				absent = append(absent, store.AgentSubject(other))
			}
		}
	}
	slices.Sort(absent)
	return slices.Compact(absent)
}

func (b *Batch) decode(r store.Record) {
	if r.Definition == nil {
		return
	}
	if urls := definition.Calendars(r.Definition); urls != nil {
		b.urls[r.Subject] = urls
	}
	var err error
	if id, ok := r.Subject.Agent(); ok {
		a := new(definition.Agent)
		if err = wire.Unmarshal(r.Definition, a, (*definition.Agent).Form); err == nil {
			b.Agents[id] = a
		}
		if bytes.Contains(r.State, []byte(`"presence":`)) { // most agents have none, and nothing is decoded for them
			b.heard[id] = presence{stored: r.State}
		}
	} else if p := b.known(&r); p != nil {
		b.Properties[r.Subject] = p
	} else {
		p = new(definition.Property)
		if err = wire.Unmarshal(r.Definition, p, (*definition.Property).Form); err == nil {
			b.Properties[r.Subject] = p
		}
	}
	if err != nil {
		b.Broken[r.Subject] = fmt.Errorf("decoding the definition: %w", err)
	}
}

func (b *Batch) loadNamed(ctx context.Context, db Reader) error {
	for _, p := range b.Properties {
		for _, name := range p.Uses() {
			b.named[name] = nil
		}
	}
	for _, a := range b.Agents {
		if a != nil && a.Schedule.Name != "" {
			b.named[a.Schedule.Name] = nil
		}
	}
	names := make([]string, 0, len(b.named))
	for name := range b.named {
		names = append(names, name)
	}
	bodies, err := db.Schedules(ctx, names)
	for i, body := range bodies {
		b.named[names[i]] = body
	}
	return err
}

// Compiled gives the compiled property of a record, as widget.Decide needs it at an instant and for some seconds more, and its
// state. Zero is no instant: agents are there in all of their hours.
func (b *Batch) Compiled(r *store.Record, at time.Time) (p widget.Property, state PropertyState, err error) {
	if err := b.Broken[r.Subject]; err != nil {
		return p, state, err
	}
	if err := DecodeState(r.State, &state); err != nil {
		return p, state, err
	}
	p, err = b.Property(b.Properties[r.Subject], state.Overrides, at)
	p.Revision, p.Lost = r.Rev, b.spoken.lostOf(r, widget.State(state.Widget))
	return p, state, err
}

// Property compiles a definition for widget.Decide, with its agents as Compiled. The zero overrides are none.
func (b *Batch) Property(def *definition.Property, overrides Overrides, at time.Time) (widget.Property, error) {
	schedule, err := b.schedule(def.Schedule, def.TimeZone)
	if err != nil {
		return widget.Property{}, err
	}
	zone := cmp.Or(def.TimeZone, b.zoneOf(def.Schedule, schedule))
	if overrides.Override != nil {
		schedule = schedule.With(*overrides.Override)
	}
	p := widget.Property{
		Hours: schedule, Policy: def.Widget, Agents: b.agentsOf(def.Agents, at), ClosingSoon: time.Duration(def.ClosingSoon.Before),
	}
	p.Listeners = listeners(def.Agents, p.Agents)
	for _, id := range def.DepartmentIDs() {
		d := def.Departments[id]
		part := widget.Department{ID: id, Override: overrides.Departments[id], Agents: b.agentsOf(d.Agents, at)}
		part.Listeners = listeners(d.Agents, part.Agents)
		if !d.Schedule.IsZero() && !d.Schedule.Equal(def.Schedule) { // which opens with its property's then
			if part.Hours, err = b.schedule(d.Schedule, zone); err != nil {
				return p, err
			}
		}
		p.Departments = append(p.Departments, part)
	}
	return p, nil
}

// Gates gives the schedules that all have to be open for a property (department "") or a department to be, under some
// overrides. The error is store.ErrNotFound for a department that is not defined.
func (b *Batch) Gates(r *store.Record, department string, o Overrides) ([]*hours.Schedule, error) {
	if err := b.Broken[r.Subject]; err != nil {
		return nil, err
	}
	p, err := b.Property(b.Properties[r.Subject], o, time.Time{})
	if err != nil || department == "" {
		return []*hours.Schedule{p.Hours}, err
	}
	for i := range p.Departments {
		if p.Departments[i].ID == department {
			return p.Gates(&p.Departments[i]), nil
		}
	}
	id, _ := r.Subject.Property()
	return nil, NoDepartment(id, department, p.Departments)
}

// NoDepartment is the store.ErrNotFound of a department. It hints at the others of its property: whoever may name the property may
// see them.
func NoDepartment(property, department string, there []widget.Department) error {
	ids := make([]string, len(there))
	for i := range there {
		ids[i] = there[i].ID
	}
	return fmt.Errorf("finding department %q of property %q: %w%s", department, property, store.ErrNotFound, table.Suggest(department, ids))
}

// zoneOf is the name of a schedule's zone, which its departments share; empty: there is no schedule, or it is the machine's.
func (b *Batch) zoneOf(def definition.Schedule, s *hours.Schedule) string {
	if def.IsZero() || s.Location() == b.fallback {
		return ""
	}
	return s.Location().String()
}

// presence is what events have said of an agent. It is decoded when it is first asked for.
type presence struct {
	stored []byte // the state with it; nil: it is decoded
	said   agent.Presence
	asOf   time.Time // which deadlines have passed
}

// AgentAt is Agent with their rules, and with what events have said of them, as of an instant. Of their deadlines those count
// that their own decision has acted on.
func (b *Batch) AgentAt(id string, at time.Time) (agent.Agent, error) {
	a, err := b.ruled(id)
	heard := b.heard[id]
	if err == nil && heard.stored != nil {
		var state agent.State
		if err = DecodeState(heard.stored, &state); err == nil {
			heard = presence{said: state.Presence, asOf: state.Foreseen()}
			b.heard[id] = heard
		}
	}
	if a.Presence, a.AsOf = heard.said, heard.asOf; a.AsOf.IsZero() || a.AsOf.After(at) {
		a.AsOf = at
	}
	return a, err
}

// ruled is Agent with their rules.
func (b *Batch) ruled(id string) (agent.Agent, error) {
	a, err := b.Agent(id)
	a.Rules = b.Agents[id].Rules()
	return a, err
}

// agentsOf compiles agents as Compiled. One that has been removed, or that cannot be read, is
// never available: a property's hours do not depend on it.
func (b *Batch) agentsOf(ids []string, at time.Time) []widget.Agent {
	var agents []widget.Agent
	for _, id := range ids {
		def := b.Agents[id]
		if def == nil {
			agents = append(agents, gone{})
			continue
		}
		compile := b.Agent
		if !at.IsZero() {
			compile = func(id string) (agent.Agent, error) { return b.AgentAt(id, at) }
		}
		a, err := compile(id)
		if err != nil {
			b.Broken[store.AgentSubject(id)] = err
			agents = append(agents, gone{})
			continue
		}
		agents = append(agents, a)
	}
	return agents
}

// gone is an agent that a property lists, and that is not defined or cannot be read.
type gone struct{}

func (gone) Available(time.Time) bool { return false }

func (gone) NextBoundary(time.Time) time.Time { return time.Time{} }

// Agent compiles an agent, once for a batch, whose definitions do not change. The agent is defined.
func (b *Batch) Agent(id string) (agent.Agent, error) {
	if a, known := b.compiled[id]; known {
		return a, nil
	}
	a, err := b.compileAgent(id)
	if err == nil {
		b.compiled[id] = a
	}
	return a, err
}

// compileAgent takes their turns in the hours of their schedule, the hours of colleagues they stand in for, and their leave.
func (b *Batch) compileAgent(id string) (agent.Agent, error) {
	def := b.Agents[id]
	schedule, err := b.shift(id)
	if err != nil {
		return agent.Agent{}, err
	}
	for _, c := range def.Cover {
		if c.By != id || b.Agents[c.For] == nil {
			continue
		}
		theirs, err := b.shift(c.For)
		if err != nil {
			return agent.Agent{}, err
		}
		zone, err := b.Zone(b.Agents[c.For], theirs)
		if err != nil {
			return agent.Agent{}, err
		}
		schedule = schedule.Covering(theirs, zone, c.Dates())
	}
	away := slices.Clone(def.Leave)
	for _, c := range def.Cover {
		if c.For == id {
			away = append(away, hours.Absence{DateRange: c.Dates()})
		}
	}
	if len(away) > 0 {
		zone, err := b.Zone(def, schedule)
		if err != nil {
			return agent.Agent{}, err
		}
		if schedule, err = b.away(schedule, zone, away); err != nil {
			return agent.Agent{}, err
		}
	}
	a := agent.Agent{Hours: schedule}
	for _, kind := range def.Notify.On {
		a.NotifyOn = append(a.NotifyOn, agent.Kind(kind))
	}
	return a, nil
}

// shift is an agent's schedule, on their own turns.
func (b *Batch) shift(id string) (*hours.Schedule, error) {
	def := b.Agents[id]
	schedule, err := b.schedule(def.Schedule, def.TimeZone)
	if err != nil {
		return nil, err
	}
	return schedule.Turn(id), nil
}

// Zone is an agent's zone, in which they read dates of leave and the times of notices: their own, or else that of their
// schedule.
func (b *Batch) Zone(def *definition.Agent, s *hours.Schedule) (*time.Location, error) {
	if def.TimeZone == "" {
		return s.Location(), nil
	}
	return b.location(def.TimeZone)
}

// location is the zone of a name.
func (b *Batch) location(name string) (*time.Location, error) {
	always, err := b.compile(nil, name, nil)
	if err != nil {
		return nil, err
	}
	return always.Location(), nil
}

// IsForeign tells whether a zone need not be that of an agent who names none.
func (b *Batch) IsForeign(def *definition.Agent, zone *time.Location) bool {
	return def.TimeZone == "" && zone.String() != b.fallback.String()
}

// listeners are the agents of a property or department who want to be told that it closes
// soon. The compiled agents stand in the order of the ids.
func listeners(ids []string, agents []widget.Agent) []widget.Listener {
	var list []widget.Listener
	for i, id := range ids {
		if a, ok := agents[i].(agent.Agent); ok && slices.Contains(a.NotifyOn, agent.ClosingSoon) {
			list = append(list, widget.Listener{ID: id, Agent: a})
		}
	}
	return list
}

func (b *Batch) schedule(s definition.Schedule, zone string) (*hours.Schedule, error) {
	body := []byte(s.InPlace)
	if s.Name != "" {
		if body = b.named[s.Name]; body == nil {
			return nil, fmt.Errorf("finding the schedule %q: it is not defined; define it, or change what refers to it", s.Name)
		}
	}
	return b.compile(body, zone, b.said)
}
