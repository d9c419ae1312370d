package view

import (
	"context"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/store"
)

// loader gives records as they are.
type loader interface {
	Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error)
}

// Store is as much of a store as a Reader needs.
type Store interface {
	loader
	changes
	quota.Reader
	Shards() int
	Page(ctx context.Context, shard int, cursor string, limit int) ([]store.Record, string, error)
	Scan(ctx context.Context, prefix, cursor string, limit int) ([]store.Record, string, error)
	Schedules(ctx context.Context, names []string) ([][]byte, error)
	Serving(ctx context.Context, by []store.Subject) ([][]store.Subject, error)
	Recent(ctx context.Context, limit int) ([]store.Entry, error)
}

// Config has the parts of a Reader.
type Config struct {
	Store    Store
	Now      func() time.Time
	TimeZone *time.Location // for schedules and subjects that name none; the same as the workers'
}

// Reader reads states, hours and lists for people and pages. It changes nothing.
type Reader struct {
	store    Store
	now      func() time.Time
	decider  *engine.Decider
	follower *follower
}

// New makes a reader.
func New(c Config) *Reader {
	return &Reader{store: c.Store, now: c.Now, decider: engine.NewDecider(c.Store, c.TimeZone), follower: newFollower(c.Store)}
}

// NamedSchedule gives a named schedule, in Config.TimeZone when it names no zone.
func (r *Reader) NamedSchedule(ctx context.Context, name string) (*hours.Schedule, error) {
	bodies, err := r.store.Schedules(ctx, []string{name})
	if err != nil {
		return nil, err
	}
	if bodies[0] == nil {
		return nil, &store.MissingError{Kind: "schedule", Name: name}
	}
	return r.decider.Named(ctx, bodies[0])
}

// Schedule gives the opening hours of a property, without an override.
func (r *Reader) Schedule(ctx context.Context, property string) (*hours.Schedule, error) {
	b, record, err := r.gathered(ctx, store.PropertySubject(property))
	if err != nil {
		return nil, err
	}
	p, err := b.Property(b.Properties[record.Subject], engine.Overrides{}, time.Time{})
	return p.Hours, err
}

// PropertyHours gives the opening hours of a property, with its override. The error is ErrNotFound where it is not defined.
func (r *Reader) PropertyHours(ctx context.Context, property string) (*hours.Schedule, error) {
	p, _, err := r.compiled(ctx, property)
	return p.Hours, err
}

// DepartmentHours gives the opening hours of a department, with its own override, or its property's where that closes it. The
// property's own hours, outside of which the department is closed as well, are not in it. The error is as with PropertyHours.
func (r *Reader) DepartmentHours(ctx context.Context, property, department string) (*hours.Schedule, error) {
	p, state, err := r.compiled(ctx, property)
	if err != nil {
		return nil, err
	}
	for _, d := range p.Departments {
		switch {
		case d.ID != department:
		case d.Override != nil && d.Hours != nil:
			return d.Hours.Over(*d.Override), nil
		case d.Override != nil:
			return p.Hours.Over(*d.Override), nil
		case d.Hours == nil:
			return p.Hours, nil
		case state.Override != nil && !state.Override.Open:
			return d.Hours.With(*state.Override), nil
		default:
			return d.Hours, nil
		}
	}
	return nil, engine.NoDepartment(property, department, p.Departments)
}

// AgentHours gives the hours of an agent, with their leave. The error is ErrNotFound where the agent is not defined.
func (r *Reader) AgentHours(ctx context.Context, id string) (*hours.Schedule, error) {
	b, _, err := r.gathered(ctx, store.AgentSubject(id))
	if err != nil {
		return nil, err
	}
	a, err := b.Agent(id)
	return a.Hours, err
}

// AgentView gives an agent at an instant. The error is ErrNotFound where the agent is not defined.
func (r *Reader) AgentView(ctx context.Context, id string, at time.Time) (AgentView, error) {
	b, record, err := r.gathered(ctx, store.AgentSubject(id))
	if err != nil {
		return AgentView{}, err
	}
	return agentView(b, &record, id, at)
}

// AgentWeek gives the shifts of an agent on seven dates from today on. The error is ErrNotFound where the agent is not defined.
func (r *Reader) AgentWeek(ctx context.Context, id string) (AgentWeek, error) {
	b, _, err := r.gathered(ctx, store.AgentSubject(id))
	if err != nil {
		return AgentWeek{}, err
	}
	return agentWeek(b, id, r.now())
}

// Why explains the status of an agent at an instant. The error is ErrNotFound where the agent is not defined.
func (r *Reader) Why(ctx context.Context, id string, at time.Time) (Why, error) {
	b, _, err := r.gathered(ctx, store.AgentSubject(id))
	if err != nil {
		return Why{}, err
	}
	return whyOf(b, id, at)
}

// Serves gives the properties that each of some agents serves; see engine.Decider.Serves.
func (r *Reader) Serves(ctx context.Context, agents []string) (map[string][]string, error) {
	return r.decider.Serves(ctx, agents)
}

// Coverage tells in which open time of a property nobody is on shift, from an instant up to another; with the overrides.
// The error is ErrNotFound where the property is not defined.
func (r *Reader) Coverage(ctx context.Context, property string, from, to time.Time) (Coverage, error) {
	p, _, err := r.compiled(ctx, property)
	if err != nil {
		return Coverage{}, err
	}
	return coverageOf(property, p, from, to), nil
}

// OpeningHours gives the hours of a property and its departments with their overrides, and so many special days from the date on that their
// clocks show at an instant. The error is ErrNotFound where the property is not defined.
func (r *Reader) OpeningHours(ctx context.Context, property string, at time.Time, days int) (OpeningHours, error) {
	b, record, err := r.gathered(ctx, store.PropertySubject(property))
	if err != nil {
		return OpeningHours{}, err
	}
	p, _, err := b.Compiled(&record, time.Time{})
	if err != nil {
		return OpeningHours{}, err
	}
	return openingOf(property, b.Properties[record.Subject], &p, func(gates ...*hours.Schedule) hours.OpenHours {
		return hours.OpenHoursFrom(hours.DateOf(at.In(gates[len(gates)-1].Location())), days, gates...)
	}), nil
}

// compiled gives a property, with agents who are there in all of their hours, and its state.
func (r *Reader) compiled(ctx context.Context, property string) (p widget.Property, state engine.PropertyState, err error) {
	b, record, err := r.gathered(ctx, store.PropertySubject(property))
	if err != nil {
		return p, state, err
	}
	return b.Compiled(&record, time.Time{})
}

// gathered loads the definition of a subject and those to which it refers. The error is a store.MissingError where there is none.
func (r *Reader) gathered(ctx context.Context, subject store.Subject) (*engine.Batch, store.Record, error) {
	records, err := r.store.Load(ctx, []store.Subject{subject})
	if err != nil {
		return nil, store.Record{}, err
	}
	if records[0].Rev == 0 || records[0].Definition == nil {
		return nil, store.Record{}, store.Missing(subject)
	}
	b, err := r.decider.Gather(ctx, records)
	if err == nil {
		err = b.Broken[subject]
	}
	return b, records[0], err
}

// AllGates gives what Gates gives for the property ("") and for each of its departments.
func (r *Reader) AllGates(ctx context.Context, property string) (map[string][]*hours.Schedule, error) {
	b, record, err := r.gathered(ctx, store.PropertySubject(property))
	if err != nil {
		return nil, err
	}
	p, err := b.Property(b.Properties[record.Subject], engine.Overrides{}, time.Time{})
	if err != nil {
		return nil, err
	}
	gates := map[string][]*hours.Schedule{"": {p.Hours}}
	for i := range p.Departments {
		gates[p.Departments[i].ID] = p.Gates(&p.Departments[i])
	}
	return gates, nil
}

// Gates gives the schedules that all have to be open for a department of a property to be, the property's first, or for
// the property itself (""); without an override.
func (r *Reader) Gates(ctx context.Context, property, department string) ([]*hours.Schedule, error) {
	b, record, err := r.gathered(ctx, store.PropertySubject(property))
	if err != nil {
		return nil, err
	}
	return b.Gates(&record, department, engine.Overrides{})
}

// Visitor gives what is kept of a visitor. The error is a store.MissingError where nothing is.
func (r *Reader) Visitor(ctx context.Context, property, visitor string) (v VisitorView, err error) {
	subject := store.VisitorSubject(property, visitor)
	records, err := r.store.Load(ctx, []store.Subject{subject})
	if err != nil {
		return v, err
	}
	if records[0].Rev == 0 {
		return v, &store.MissingError{Kind: "visitor", Name: visitor}
	}
	v = VisitorView{Property: property, Visitor: visitor}
	if v.Record, v.Waiting, err = engine.VisitorRecord(records[0].State); err != nil {
		return v, err
	}
	v.Recent, err = r.Recent(ctx, recentLooked)
	v.Recent = slices.DeleteFunc(v.Recent, func(a action.Action) bool { return !v.concerns(a) })
	return v, err
}
