package edit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// referenceStore is as much of a store as looking up names needs.
type referenceStore interface {
	Shards() int
	Page(ctx context.Context, shard int, cursor string, limit int) ([]store.Record, string, error)
	Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error)
	Schedules(ctx context.Context, names []string) ([][]byte, error)
	Globals(ctx context.Context, kind store.Global) (map[string][]byte, error)
	Served(ctx context.Context, by store.Subject, cursor string, limit int) ([]store.Subject, string, error)
	Users(ctx context.Context, shard int, schedule, cursor string, limit int) ([]store.Subject, string, error)
}

// references looks up the names by which definitions refer to each other.
type references struct{ store referenceStore }

// check faults names that lead nowhere, and a name that is none. Two edits at one
// instant may still leave such a name behind: who bears it is then broken, and
// logged, until it is mended. A name that is not among those of only counts as one that is not there; nil: all may be used.
func (rs references) check(ctx context.Context, name string, def any, only *Names) error {
	if !definition.ValidID(name) {
		return definition.Faults{{Value: name, Problem: "is not an id", Allowed: definition.IDAllowed}}
	}
	set := definition.Definitions{}
	var names refs
	var kind string
	switch d := def.(type) {
	case *definition.Property:
		kind, set.Properties = "properties", map[string]*definition.Property{name: d}
		in := namesIn(d)
		names.schedules = in.Schedules
		names.add(in.Agents...)
	case *definition.Agent:
		kind, set.Agents = "agents", map[string]*definition.Agent{name: d}
		if d.Schedule.Name != "" {
			names.schedules = []string{d.Schedule.Name}
		}
		names.add(d.Partners(name)...)
		names.add(d.Schedule.Turning()...)
	case *hours.Spec:
		kind, set.Schedules = "schedules", map[string]*hours.Spec{name: d}
		if d.Rotation != nil {
			names.add(d.Rotation.Of...)
		}
	case *definition.Destination:
		kind, set.Destinations = "destinations", map[string]*definition.Destination{name: d}
		names.add(slices.Collect(maps.Values(d.Agents))...)
		for _, id := range d.Inboxes {
			names.properties = append(names.properties, store.PropertySubject(id))
		}
	default:
		return fmt.Errorf("looking up the names in a definition: it is a %T", def)
	}
	if only != nil {
		names.keep(only)
	}
	if err := rs.lookUp(ctx, &set, names, kind == "properties"); err != nil {
		return err
	}
	if only != nil {
		maps.DeleteFunc(set.Destinations, func(name string, _ *definition.Destination) bool { return !slices.Contains(only.Destinations, name) })
	}
	var faults definition.Faults
	if err := set.Check(); !errors.As(err, &faults) {
		return err
	}
	under := "/" + kind + "/" + name
	for i := range faults {
		faults[i].Path = strings.TrimPrefix(faults[i].Path, under)
		if strings.HasPrefix(faults[i].Problem, "is not the name of") { // the set has only names that were looked up
			faults[i].Allowed = "one that is defined"
		}
	}
	return faults
}

// lookUp puts into a set what is there of some names.
func (rs references) lookUp(ctx context.Context, set *definition.Definitions, names refs, destinations bool) error {
	bodies, err := rs.store.Schedules(ctx, names.schedules)
	if err != nil {
		return err
	}
	for i, body := range bodies {
		if body != nil {
			if set.Schedules == nil {
				set.Schedules = make(map[string]*hours.Spec)
			}
			set.Schedules[names.schedules[i]] = rotating(body) // it exists; no other content matters
		}
	}
	if len(names.agents) > 0 {
		records, err := rs.store.Load(ctx, names.agents)
		if err != nil {
			return err
		}
		if set.Agents == nil {
			set.Agents = make(map[string]*definition.Agent)
		}
		for _, r := range records {
			if id, _ := r.Subject.Agent(); r.Rev != 0 && set.Agents[id] == nil {
				set.Agents[id] = new(definition.Agent)
			}
		}
	}
	if !destinations {
		return rs.lookUpProperties(ctx, set, names.properties)
	}
	there, err := rs.store.Globals(ctx, store.GlobalDestination)
	set.Destinations = make(map[string]*definition.Destination, len(there))
	for name := range there {
		set.Destinations[name] = new(definition.Destination)
	}
	return err
}

func (rs references) lookUpProperties(ctx context.Context, set *definition.Definitions, properties []store.Subject) error {
	if len(properties) == 0 {
		return nil
	}
	records, err := rs.store.Load(ctx, properties)
	if err != nil {
		return err
	}
	set.Properties = make(map[string]*definition.Property)
	for _, r := range records {
		if id, _ := r.Subject.Property(); r.Rev != 0 {
			set.Properties[id] = new(definition.Property)
		}
	}
	return nil
}

// add names agents.
func (r *refs) add(agents ...string) {
	for _, id := range agents {
		r.agents = append(r.agents, store.AgentSubject(id))
	}
}

// keep leaves out those that are not among some names.
func (r *refs) keep(only *Names) {
	r.schedules = slices.DeleteFunc(slices.Clone(r.schedules), func(name string) bool { return !slices.Contains(only.Schedules, name) })
	r.agents = slices.DeleteFunc(slices.Clone(r.agents), func(s store.Subject) bool {
		id, _ := s.Agent()
		return !slices.Contains(only.Agents, id)
	})
}

// rotating decodes a schedule that has a rotation; nil for others, and for one that cannot be read.
func rotating(body []byte) *hours.Spec {
	if !bytes.Contains(body, []byte(`"rotation":`)) { // of most
		return nil
	}
	spec := new(hours.Spec)
	if json.Unmarshal(body, spec) != nil {
		return nil
	}
	return spec
}

// turning are named schedules in whose rotation an agent takes turns.
func (rs references) turning(ctx context.Context, agent string) (users []store.Subject, err error) {
	all, err := rs.store.Globals(ctx, store.GlobalSchedule)
	for name, body := range all {
		if spec := rotating(body); spec != nil && spec.Rotation != nil && slices.Contains(spec.Rotation.Of, agent) {
			users = append(users, store.ScheduleSubject(name))
		}
	}
	slices.Sort(users)
	return users[:min(len(users), someUsers)], err
}

// joining are destinations that name a property or an agent.
func (rs references) joining(ctx context.Context, property, agent string) (users []store.Subject, err error) {
	all, err := rs.store.Globals(ctx, store.GlobalDestination)
	for name, body := range all {
		var d definition.Destination
		if json.Unmarshal(body, &d) == nil && d.Joins(property, agent) { // one that cannot be read names nothing
			users = append(users, store.DestinationSubject(name))
		}
	}
	slices.Sort(users)
	return users[:min(len(users), someUsers)], err
}

// InUseError is returned for a definition that others refer to.
type InUseError struct {
	Kind  Kind
	Name  string
	Users []store.Subject // some of them
}

// Error implements error.
func (e *InUseError) Error() string {
	names := make([]string, len(e.Users))
	for i, user := range e.Users {
		names[i] = string(user)
	}
	return fmt.Sprintf("%s %q is used by %s: change what uses it first", e.Kind, e.Name, strings.Join(names, ", "))
}

// someUsers is how many users an InUseError names at most.
const someUsers = 10

func (rs references) checkUnused(ctx context.Context, kind Kind, name string) error {
	users, err := rs.users(ctx, kind, name)
	if err == nil && len(users) > 0 {
		return &InUseError{kind, name, users}
	}
	return err
}

// users are some of those that refer to a definition, someUsers at most.
func (rs references) users(ctx context.Context, kind Kind, name string) (users []store.Subject, err error) {
	collect := func(r store.Record) bool {
		if len(users) < someUsers && refersTo(&r, kind, name) && !slices.Contains(users, r.Subject) {
			users = append(users, r.Subject)
		}
		return len(users) < someUsers
	}
	switch kind {
	case KindProperty:
		users, err = rs.joining(ctx, name, "")
	case KindAgent:
		var joining []store.Subject
		if users, err = rs.turning(ctx, name); err != nil {
			return nil, err
		}
		if joining, err = rs.joining(ctx, "", name); err != nil {
			return nil, err
		}
		users = append(users, joining...)
		err = rs.eachNoted(ctx, collect, func(cursor string) ([]store.Subject, string, error) {
			return rs.store.Served(ctx, store.AgentSubject(name), cursor, 500)
		})
	case KindSchedule:
		for shard := range rs.store.Shards() {
			err = errors.Join(err, rs.eachNoted(ctx, collect, func(cursor string) ([]store.Subject, string, error) {
				return rs.store.Users(ctx, shard, name, cursor, 500)
			}))
		}
	case KindDestination: // no index is kept of them: they are few, and seldom removed
		err = store.Each(ctx, rs.store, func(r store.Record) { collect(r) })
	}
	return users, err
}

// eachNoted calls f with the records of subjects in an index, which may name too
// many, until it gives false.
func (rs references) eachNoted(ctx context.Context, f func(store.Record) bool, page func(cursor string) ([]store.Subject, string, error)) error {
	for cursor := ""; ; {
		subjects, next, err := page(cursor)
		if err != nil {
			return err
		}
		records, err := rs.store.Load(ctx, subjects)
		if err != nil {
			return err
		}
		for _, r := range records {
			if !f(r) {
				return nil
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

// refersTo tells whether a record names a definition. A record that cannot be read does
// not.
func refersTo(r *store.Record, kind Kind, name string) bool {
	if r.Rev == 0 {
		return false
	}
	refs, err := refsOf(r.Subject, r.Definition)
	if err != nil {
		return false
	}
	switch kind {
	case KindSchedule:
		return slices.Contains(refs.schedules, name)
	case KindAgent:
		return slices.Contains(refs.agents, store.AgentSubject(name))
	case KindDestination:
		var p definition.Property
		_, ok := r.Subject.Property()
		return ok && json.Unmarshal(r.Definition, &p) == nil && slices.Contains(p.Destinations, name)
	}
	return false
}
