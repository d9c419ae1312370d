package edit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// checkRefs faults names that lead nowhere, and a name that is no id. Two edits at one
// instant may still leave a name that leads nowhere: the definition with it is then
// broken, and logged, until an edit mends it.
func (e *Editor) checkRefs(ctx context.Context, name string, def any) error {
	if !definition.ValidID(name) {
		return definition.Faults{{Value: name, Problem: "is not an id", Allowed: definition.IDAllowed}}
	}
	set := definition.Definitions{}
	var names refs
	var kind string
	switch d := def.(type) {
	case *definition.Property:
		kind, set.Properties = "properties", map[string]*definition.Property{name: d}
		names.schedules = d.Uses()
		for _, id := range d.AllAgents() {
			names.agents = append(names.agents, store.AgentSubject(id))
		}
	case *definition.Agent:
		kind, set.Agents = "agents", map[string]*definition.Agent{name: d}
		if d.Schedule.Name != "" {
			names.schedules = []string{d.Schedule.Name}
		}
	case *hours.Spec:
		kind, set.Schedules = "schedules", map[string]*hours.Spec{name: d}
	default: // a destination refers to nothing
		return nil
	}
	if err := e.lookUp(ctx, &set, names, kind == "properties"); err != nil {
		return err
	}
	var faults definition.Faults
	if err := set.Check(); !errors.As(err, &faults) {
		return err
	}
	under := "/" + kind + "/" + name
	for i := range faults {
		faults[i].Path = strings.TrimPrefix(faults[i].Path, under)
		if faults[i].Path != "" { // a name that leads nowhere: the set has only names that were looked up
			faults[i].Allowed = "one that is defined"
		}
	}
	return faults
}

// lookUp puts the definitions of these names that exist into a set.
func (e *Editor) lookUp(ctx context.Context, set *definition.Definitions, names refs, destinations bool) error {
	bodies, err := e.store.Schedules(ctx, names.schedules)
	if err != nil {
		return err
	}
	for i, body := range bodies {
		if body != nil {
			if set.Schedules == nil {
				set.Schedules = make(map[string]*hours.Spec)
			}
			set.Schedules[names.schedules[i]] = nil // it exists; its content is not read
		}
	}
	if len(names.agents) > 0 {
		records, err := e.store.Load(ctx, names.agents)
		if err != nil {
			return err
		}
		set.Agents = make(map[string]*definition.Agent)
		for _, r := range records {
			if id, _ := r.Subject.Agent(); r.Rev != 0 {
				set.Agents[id] = new(definition.Agent)
			}
		}
	}
	if !destinations {
		return nil
	}
	there, err := e.store.Globals(ctx, store.GlobalDestination)
	set.Destinations = make(map[string]*definition.Destination, len(there))
	for name := range there {
		set.Destinations[name] = nil
	}
	return err
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

func (e *Editor) checkUnused(ctx context.Context, kind Kind, name string) error {
	var users []store.Subject
	collect := func(r store.Record) bool {
		if len(users) < someUsers && refersTo(&r, kind, name) && !slices.Contains(users, r.Subject) {
			users = append(users, r.Subject)
		}
		return len(users) < someUsers
	}
	var err error
	switch kind {
	case KindAgent:
		err = e.eachNoted(ctx, collect, func(cursor string) ([]store.Subject, string, error) {
			return e.store.Served(ctx, store.AgentSubject(name), cursor, 500)
		})
	case KindSchedule:
		for shard := range e.store.Shards() {
			err = errors.Join(err, e.eachNoted(ctx, collect, func(cursor string) ([]store.Subject, string, error) {
				return e.store.Users(ctx, shard, name, cursor, 500)
			}))
		}
	case KindDestination: // their users have no index: destinations are few, and seldom removed
		err = store.Each(ctx, e.store, func(r store.Record) { collect(r) })
	}
	if err == nil && len(users) > 0 {
		return &InUseError{kind, name, users}
	}
	return err
}

// eachNoted calls f with the records of subjects in an index, until f gives false. The
// index may name too many.
func (e *Editor) eachNoted(ctx context.Context, f func(store.Record) bool, page func(cursor string) ([]store.Subject, string, error)) error {
	for cursor := ""; ; {
		subjects, next, err := page(cursor)
		if err != nil {
			return err
		}
		records, err := e.store.Load(ctx, subjects)
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
