package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// Decider turns records into changes: it gathers what a decision needs (named
// schedules, agents in other shards), and asks the domain.
//
// A property is decided from the definitions of its agents and from what events said of
// them, and not from their statuses: at nine o'clock it does not matter whether the
// agents' shards or the property's are swept first, and an agent's start of hours need
// not wake the properties, since their own horizon has foreseen it. Only what nobody
// could foresee is passed on. An edit goes from an agent to properties, and from a
// property to its visitors who have a chat going. An agent who comes, goes, or gives no
// sign of life stirs the properties: these pass it on to nobody, since the hours of their
// chats are as they were.
type Decider struct {
	store     Reader
	schedules *schedules
	policies  *policyCache
	keep      time.Duration // see Config.KeepVisitors
	quotas    Quotas        // see Config.Quotas
	spoken    *spoken       // nil: nothing is remembered
}

// NewDecider makes a decider. The time zone is that of schedules and subjects that
// name none.
func NewDecider(db Reader, zone *time.Location) *Decider {
	return &Decider{store: db, schedules: newSchedules(zone), policies: newPolicyCache()}
}

// Gates gives the schedules that all have to be open for a property (department "") or a department to be, under some
// overrides. The error is store.ErrNotFound for a department that is not defined.
func (d *Decider) Gates(ctx context.Context, r store.Record, department string, o Overrides) ([]*hours.Schedule, error) {
	b, err := d.Gather(ctx, []store.Record{r})
	if err != nil {
		return nil, err
	}
	return b.Gates(&r, department, o)
}

// Named makes a named schedule ready to use, in the decider's time zone where it names none.
func (d *Decider) Named(ctx context.Context, body []byte) (*hours.Schedule, error) {
	said, err := loadCalendars(ctx, d.store, definition.Calendars(body))
	if err != nil {
		return nil, err
	}
	return d.schedules.compile(body, "", said)
}

// Gather decodes the records and loads the definitions to which they refer.
func (d *Decider) Gather(ctx context.Context, records []store.Record) (*Batch, error) {
	b, err := gather(ctx, d.store, d.schedules, d.policies, records)
	if err == nil {
		b.spoken = d.spoken
	}
	return b, err
}

// Decide decides on records as of an instant. Subjects that were removed in the
// meantime are left out.
func (d *Decider) Decide(ctx context.Context, records []store.Record, at time.Time) (Outcome, error) {
	return d.decide(ctx, records, at, nil)
}

func (d *Decider) decide(ctx context.Context, records []store.Record, at time.Time, s *shares) (Outcome, error) {
	batch, err := d.Gather(ctx, records)
	if err != nil {
		return Outcome{}, err
	}
	out, err := d.decideVisitors(ctx, records, nil, at, s) // visitors and digests whose time has come
	if err != nil {
		return Outcome{}, err
	}
	for i := range records {
		r := &records[i]
		if _, _, chat := r.Subject.Chat(); chat { // it was kept for long enough
			out.Changes = append(out.Changes, toRemove(r))
			continue
		}
		if r.Rev == 0 || r.Definition == nil {
			continue
		}
		c := changeOf(r)
		if err := d.decideDefined(ctx, batch, r, &c, new(agentNews), at); err != nil {
			batch.Broken[r.Subject] = err
			c = toRetry(r, at)
		}
		out.Changes = append(out.Changes, c)
	}
	if err := (serving{d.store, d.policies}).address(ctx, batch, out.Changes, at); err != nil {
		return Outcome{}, err
	}
	for _, subject := range slices.Sorted(maps.Keys(batch.Broken)) {
		out.Broken = append(out.Broken, Broken{subject, batch.Broken[subject]})
	}
	out.decidedAt(at)
	return out, nil
}

// decideDefined decides on an agent, with some news of them, or on a property.
func (d *Decider) decideDefined(ctx context.Context, b *Batch, r *store.Record, c *Change, news *agentNews, at time.Time) error {
	if err := b.Broken[r.Subject]; err != nil {
		return err
	}
	id, ok := r.Subject.Agent()
	if !ok {
		return guard(func() error { return decideProperty(b, r, c, at) })
	}
	err := guard(func() error { return decideAgent(b, id, r, c, news, time.Time{}, at) })
	if err != nil || len(c.settled) == 0 {
		return err
	}
	c.asOf = func(then time.Time) (Change, []Skipped, error) {
		held := []Change{changeOf(r)}
		held[0].At = at
		if err := guard(func() error { return decideAgent(b, id, r, &held[0], news, then, at) }); err != nil {
			return held[0], nil, err
		}
		return held[0], nil, (serving{d.store, d.policies}).address(ctx, b, held, at)
	}
	return nil
}

// decideNews decides on visitors as decideVisitors does, for records with events of agents among them.
func (d *Decider) decideNews(ctx context.Context, records []store.Record, events map[store.Subject][]event.Event, at time.Time, s *shares) (Outcome, error) {
	out, err := d.decideVisitors(ctx, records, events, at, s)
	if err != nil {
		return out, err
	}
	agents := slices.DeleteFunc(slices.Clone(records), func(r store.Record) bool {
		_, ok := r.Subject.Agent()
		return !ok
	})
	if len(agents) == 0 {
		return out, nil
	}
	news := make(map[store.Subject]*agentNews, len(agents))
	for i := range agents {
		news[agents[i].Subject] = &agentNews{events: events[agents[i].Subject]}
	}
	return out, d.decideAgents(ctx, &out, agents, news, at)
}

// decideAgents decides on agents of whom there is news. The events of one that cannot be read are not noted as seen.
func (d *Decider) decideAgents(ctx context.Context, out *Outcome, agents []store.Record, news map[store.Subject]*agentNews, at time.Time) error {
	b, err := d.Gather(ctx, agents)
	if err != nil {
		return err
	}
	var changes []Change
	for i := range agents {
		r := &agents[i]
		if r.Rev == 0 || r.Definition == nil {
			out.drop(r.Subject, len(news[r.Subject].events))
			continue
		}
		c := changeOf(r)
		if err := d.decideDefined(ctx, b, r, &c, news[r.Subject], at); err != nil {
			out.Broken = append(out.Broken, Broken{r.Subject, err})
			continue
		}
		changes = append(changes, c)
	}
	if err := (serving{d.store, d.policies}).address(ctx, b, changes, at); err != nil {
		return err
	}
	out.Changes = append(out.Changes, changes...)
	out.decidedAt(at)
	return nil
}

// decideVisitors decides on visitors and digests as of an instant. Events are merged into the states of
// their visitors first; visitors without events, and digests, are there because their time has come. The
// records are as Load gives them, also of visitors who are not there yet. No event was seen before; each is
// noted as seen in its visitor's Change.
func (d *Decider) decideVisitors(ctx context.Context, records []store.Record, events map[store.Subject][]event.Event, at time.Time, s *shares) (Outcome, error) {
	var out Outcome
	properties, err := d.propertiesAt(ctx, records, at)
	if err != nil {
		return out, err
	}
	for i := range records {
		r := &records[i]
		id, ok := r.Subject.OnProperty()
		if !ok {
			continue
		}
		if _, ok := r.Subject.Digest(); ok {
			if err := decideDigest(ctx, d.store, &out, properties[id], r, at); err != nil {
				return out, err
			}
			continue
		}
		property, fresh := properties[id], events[r.Subject]
		switch {
		case property == nil && len(fresh) > 0:
			out.drop(store.PropertySubject(id), len(fresh))
		case r.Rev == 0 && len(fresh) == 0: // removed in between
		case property == nil: // with its property
			out.Changes = append(out.Changes, toRemove(r))
			out.Changes[len(out.Changes)-1].agents = farewell(id, r, at)
		case s.isOver(id):
			out.aside = append(out.aside, r)
		default:
			s.measure(id, len(fresh), func() int { return decideVisitor(&out, property, r, fresh, at) })
		}
	}
	out.decidedAt(at)
	return out, nil
}

// propertiesAt gives the properties of visitors and digests at an instant, by id; nil for one that is not defined.
func (d *Decider) propertiesAt(ctx context.Context, records []store.Record, at time.Time) (map[string]*propertyAt, error) {
	properties := make(map[string]*propertyAt)
	var subjects []store.Subject
	for i := range records {
		property, ok := records[i].Subject.OnProperty()
		if _, known := properties[property]; ok && !known {
			properties[property] = nil
			subjects = append(subjects, store.PropertySubject(property))
		}
	}
	if len(subjects) == 0 {
		return properties, nil
	}
	loaded, err := d.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	b, err := d.Gather(ctx, loaded)
	if err != nil {
		return nil, err
	}
	moved := make(moves)
	for i := range loaded {
		r := &loaded[i]
		if r.Rev == 0 || r.Definition == nil {
			continue
		}
		id, _ := r.Subject.Property()
		p := &propertyAt{id: id, agents: b.Agents, moves: moved, keep: d.keep, quotas: d.quotas}
		if err := p.readRoom(ctx); err != nil {
			return nil, err
		}
		p.broken = guard(func() error { return p.read(b, r, d.policies, at) })
		properties[id] = p
	}
	return properties, nil
}

// Try says what would come of an arrival: a checked event of the type event.VisitorArrived, at
// its own time. It decides as a worker does, and keeps nothing. Errors are store.ErrNotFound, and what
// keeps a property from being decided on.
func (d *Decider) Try(ctx context.Context, arrival event.Event) (Trial, error) {
	property := arrival.Data.Property
	record := store.Record{Subject: store.VisitorSubject(property, arrival.Data.Visitor)}
	return try(arrival, &record, func(at time.Time) (*propertyAt, error) {
		properties, err := d.propertiesAt(ctx, []store.Record{record}, at)
		if err != nil {
			return nil, err
		}
		p := properties[property]
		if p == nil {
			return nil, store.Missing(store.PropertySubject(property))
		}
		return p, p.broken
	})
}
