package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sort"
	"time"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

// Decider turns records into changes: it gathers what a decision needs (named
// schedules, agents in other shards), and asks the domain.
//
// A property is decided from the definitions of its agents and not from their
// states: at nine o'clock it does not matter whether the agents' shards or the
// property's are swept first, and an agent's start of hours need not wake the
// properties, since their own horizon has foreseen it. Only what nobody could
// foresee, an edit, is passed on: from an agent to properties, and from a property to
// its visitors who have a chat going.
type Decider struct {
	store     store.Store
	schedules *schedules
	policies  *policyCache
}

// PropertyState is what a store keeps of a property.
type PropertyState struct {
	Override *hours.Override `json:"override,omitempty"` // until it has run out
	Widget   storedWidget    `json:"widget"`
	Closing  widget.Told     `json:"closing,omitempty"` // of which agents were told
}

// storedWidget is a widget.State without its wire form, which would be checked and
// copied once more: a tenth of the time of a flip.
type storedWidget widget.State

// retryBroken is when to look again at a record that cannot be decided on. It is
// an edit that will mend it, and that wakes it anyway.
const retryBroken = time.Hour

// Broken is a record that cannot be decided on.
type Broken struct {
	Subject store.Subject
	Err     error
}

// Outcome is what came of a batch.
type Outcome struct {
	Changes []Change
	Broken  []Broken
	Skipped []Skipped      // messages that were decided against
	Dropped map[string]int // how many events of properties that are not defined, by id
}

// decidedAt notes of all changes when they were decided.
func (out *Outcome) decidedAt(at time.Time) {
	for i := range out.Changes {
		out.Changes[i].At = at
	}
}

// NewDecider makes a decider. The time zone is that of schedules and subjects that
// name none.
func NewDecider(db store.Store, zone *time.Location) *Decider {
	return &Decider{store: db, schedules: &schedules{fallback: zone}, policies: new(policyCache)}
}

// Hours gives the opening hours of a property under an override; nil is none.
func (d *Decider) Hours(ctx context.Context, r store.Record, o *hours.Override) (*hours.Schedule, error) {
	b, err := d.Gather(ctx, []store.Record{r})
	if err != nil {
		return nil, err
	}
	if err := b.Broken[r.Subject]; err != nil {
		return nil, err
	}
	p, err := b.Property(b.Properties[r.Subject], o)
	return p.Hours, err
}

// Compile makes a named schedule ready to use, in the decider's time zone where it names none.
func (d *Decider) Compile(body []byte) (*hours.Schedule, error) { return d.schedules.compile(body, "") }

// Decide decides on records as of an instant. Subjects that were removed in the
// meantime are left out.
func (d *Decider) Decide(ctx context.Context, records []store.Record, at time.Time) (Outcome, error) {
	batch, err := d.Gather(ctx, records)
	if err != nil {
		return Outcome{}, err
	}
	out, err := d.DecideVisitors(ctx, records, nil, at) // visitors and digests whose time has come
	if err != nil {
		return Outcome{}, err
	}
	for i := range records {
		r := &records[i]
		if _, _, chat := r.Subject.Chat(); chat { // kept for long enough
			out.Changes = append(out.Changes, toRemove(r))
			continue
		}
		if r.Rev == 0 || r.Definition == nil {
			continue
		}
		c := changeOf(r)
		if err := guard(func() error { return batch.decideOne(r, &c, at) }); err != nil {
			batch.Broken[r.Subject] = err
			c = toRetry(r, at)
		}
		out.Changes = append(out.Changes, c)
	}
	for subject, err := range batch.Broken {
		out.Broken = append(out.Broken, Broken{subject, err})
	}
	out.decidedAt(at)
	return out, nil
}

// Batch is what a number of decisions need.
type Batch struct {
	known      func(body []byte) *definition.Property // nil: it is to be decoded
	compile    func(body []byte, zone string) (*hours.Schedule, error)
	Properties map[store.Subject]*definition.Property
	Agents     map[string]*definition.Agent // by id
	named      map[string][]byte            // schedules by name
	Broken     map[store.Subject]error
}

// Gather decodes the records and loads what they refer to: two round trips more,
// however many records there are.
func (d *Decider) Gather(ctx context.Context, records []store.Record) (*Batch, error) {
	b := &Batch{
		known:      d.policies.definition,
		compile:    d.schedules.compile,
		Properties: make(map[store.Subject]*definition.Property),
		Agents:     make(map[string]*definition.Agent),
		named:      make(map[string][]byte),
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
	if len(absent) > 0 {
		found, err := d.store.Load(ctx, absent)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			b.decode(r)
		}
	}
	return b, b.loadNamed(ctx, d.store)
}

func (b *Batch) decode(r store.Record) {
	if r.Definition == nil {
		return
	}
	var err error
	if id, ok := r.Subject.Agent(); ok {
		a := new(definition.Agent)
		if err = json.Unmarshal(r.Definition, a); err == nil {
			b.Agents[id] = a
		}
	} else if p := b.known(r.Definition); p != nil {
		b.Properties[r.Subject] = p
	} else {
		p = new(definition.Property)
		if err = json.Unmarshal(r.Definition, p); err == nil {
			b.Properties[r.Subject] = p
		}
	}
	if err != nil {
		b.Broken[r.Subject] = fmt.Errorf("decoding the definition: %w", err)
	}
}

func (b *Batch) loadNamed(ctx context.Context, db store.Store) error {
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

// guard makes an error of a panic: a record at which a decision breaks must not hold up the others.
func guard(decide func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("deciding broke, which is a fault of Deskbell (please report it): %v\n%s", p, debug.Stack())
		}
	}()
	return decide()
}

func (b *Batch) decideOne(r *store.Record, c *Change, at time.Time) error {
	if err := b.Broken[r.Subject]; err != nil {
		return err
	}
	if id, ok := r.Subject.Agent(); ok {
		return b.decideAgent(id, r, c, at)
	}
	return b.decideProperty(r, c, at)
}

func (b *Batch) decideProperty(r *store.Record, c *Change, at time.Time) error {
	id, _ := r.Subject.Property()
	p, state, err := b.Compiled(r)
	if err != nil {
		return err
	}
	def := b.Properties[r.Subject]
	d := widget.Decide(p, widget.State(state.Widget), at)
	closing := widget.ClosingSoon(p, widget.State(state.Widget), state.Closing, at)
	c.Due = hours.Earliest(d.Due, closing.Due)
	c.Wake = r.Woken // its visitors' chats: what no clock has foreseen may be about them
	for _, change := range d.Changes {
		switch {
		case change.Before == change.State.Status:
		case change.Department == "":
			c.Flips.Widget++
		default:
			c.Flips.Department++
		}
		if c.Actions, err = appendAction(c.Actions, widgetAction(id, change, r.Rev, at), def.Destinations); err != nil {
			return err
		}
	}
	if err := b.tellClosing(c, id, def, closing.Notices, at); err != nil {
		return err
	}
	expired := state.Override != nil && !state.Override.Until.IsZero() && !at.Before(state.Override.Until)
	if len(d.Changes) == 0 && !closing.Changed && !expired && len(d.State.Departments) == len(state.Widget.Departments) {
		c.State = unchanged(r)
		return nil
	}
	state.Widget, state.Closing = storedWidget(d.State), closing.Told
	if expired {
		state.Override = nil
	}
	c.State, err = json.Marshal(state)
	return err
}

func (b *Batch) decideAgent(id string, r *store.Record, c *Change, at time.Time) error {
	var state agent.State
	if err := DecodeState(r.State, &state); err != nil {
		return err
	}
	def := b.Agents[id]
	a, err := b.Agent(def)
	if err != nil {
		return err
	}
	a.First = r.Rev - 1 // as a property's
	d := agent.Decide(a, state, at)
	c.Due = d.Due
	c.Wake = r.Woken
	if d.Changed {
		if d.Before != d.State.Status {
			c.Flips.Agent++
		}
		if c.Actions, err = appendAction(c.Actions, agentAction(id, d, r.Rev, at), nil); err != nil {
			return err
		}
	}
	for _, n := range d.Notices {
		c.Notices++
		if c.Actions, err = appendAction(c.Actions, noticeAction(id, def.Name, n, at), nil); err != nil {
			return err
		}
		c.Actions[len(c.Actions)-1].Notice = len(def.Notify.Via) > 0
	}
	if !d.Changed && d.State.Told.Equal(state.Told) {
		c.State = unchanged(r)
		return nil
	}
	c.State, err = json.Marshal(d.State)
	return err
}

// unchanged is the state to commit where a decision changed nothing: none, save
// that a record's being woken has to be struck out.
func unchanged(r *store.Record) []byte {
	if r.Woken {
		return r.State
	}
	return nil
}

// Compiled is what widget.Decide needs for a record of a property, and its state.
func (b *Batch) Compiled(r *store.Record) (p widget.Property, state PropertyState, err error) {
	if err := b.Broken[r.Subject]; err != nil {
		return p, state, err
	}
	if err := DecodeState(r.State, &state); err != nil {
		return p, state, err
	}
	p, err = b.Property(b.Properties[r.Subject], state.Override)
	p.First = r.Rev - 1 // each version took a revision, and no revision ever comes again
	return p, state, err
}

// Property compiles what widget.Decide needs.
func (b *Batch) Property(def *definition.Property, override *hours.Override) (widget.Property, error) {
	schedule, err := b.schedule(def.Schedule, def.TimeZone)
	if err != nil {
		return widget.Property{}, err
	}
	if override != nil {
		schedule = schedule.With(*override)
	}
	p := widget.Property{
		Hours: schedule, Policy: def.Widget, Agents: b.agentsOf(def.Agents), ClosingSoon: time.Duration(def.ClosingSoon.Before),
	}
	p.Listeners = listeners(def.Agents, p.Agents)
	for id, d := range def.Departments {
		part := widget.Department{ID: id, Agents: b.agentsOf(d.Agents)}
		part.Listeners = listeners(d.Agents, part.Agents)
		if !d.Schedule.IsZero() {
			if part.Hours, err = b.schedule(d.Schedule, def.TimeZone); err != nil {
				return p, err
			}
		}
		p.Departments = append(p.Departments, part)
	}
	sort.Slice(p.Departments, func(i, j int) bool { return p.Departments[i].ID < p.Departments[j].ID })
	return p, nil
}

// agentsOf compiles agents. One that has been removed, or that cannot be read, is
// never available: a property's hours do not depend on it.
func (b *Batch) agentsOf(ids []string) []widget.Agent {
	var agents []widget.Agent
	for _, id := range ids {
		def := b.Agents[id]
		if def == nil {
			agents = append(agents, gone{})
			continue
		}
		a, err := b.Agent(def)
		if err != nil {
			b.Broken[store.AgentSubject(id)] = err
			agents = append(agents, gone{})
			continue
		}
		agents = append(agents, a)
	}
	return agents
}

// gone is an agent whom a property lists and who is not there, or cannot be read.
type gone struct{}

func (gone) Available(time.Time) bool         { return false }
func (gone) NextBoundary(time.Time) time.Time { return time.Time{} }

// Agent compiles an agent; one that is not defined is never available.
func (b *Batch) Agent(def *definition.Agent) (agent.Agent, error) {
	schedule, err := b.schedule(def.Schedule, def.TimeZone)
	if err != nil {
		return agent.Agent{}, err
	}
	if len(def.Leave) > 0 {
		schedule = schedule.WithLeave(def.Leave)
	}
	a := agent.Agent{Hours: schedule}
	for _, kind := range def.Notify.On {
		a.NotifyOn = append(a.NotifyOn, agent.Kind(kind))
	}
	return a, nil
}

func (b *Batch) schedule(s definition.Schedule, zone string) (*hours.Schedule, error) {
	body := []byte(s.InPlace)
	if s.Name != "" {
		if body = b.named[s.Name]; body == nil {
			return nil, fmt.Errorf("finding the schedule %q: it is not defined; define it, or change what refers to it", s.Name)
		}
	}
	return b.compile(body, zone)
}

// DecodeState reads a state; of a subject that was never decided on there is none, and it stays zero.
func DecodeState(body []byte, into any) error {
	if body == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("decoding the state: %w", err)
	}
	return nil
}

// appendAction encodes an action for its destinations.
func appendAction(actions []store.Outgoing, a encoder, to []string) ([]store.Outgoing, error) {
	body, err := a.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding an action: %w", err)
	}
	return append(actions, store.Outgoing{Body: body, To: to}), nil
}

type encoder interface{ MarshalJSON() ([]byte, error) }
