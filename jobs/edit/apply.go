package edit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// Step is one difference between what is defined and what Redis holds.
type Step struct {
	Op   Op
	Kind Kind
	Name string

	body []byte // canonical JSON; nil: remove
}

// Op is the operation of a Step.
type Op string

// The operations.
const (
	Add    Op = "added"
	Update Op = "changed"
	Remove Op = "removed"
)

// Plan gives the steps that make Redis match the definitions, in a safe order: a
// definition is written before those that refer to it, and removed after them.
func (e *Editor) Plan(ctx context.Context, defs *definition.Definitions) ([]Step, error) {
	wanted, err := encodeAll(defs)
	if err != nil {
		return nil, err
	}
	present, err := e.present(ctx)
	if err != nil {
		return nil, err
	}
	var puts, removes []Step
	for _, kind := range []Kind{KindDestination, KindSchedule, KindAgent, KindProperty} {
		for _, name := range slices.Sorted(maps.Keys(wanted[kind])) {
			body, there := present[kind][name]
			switch {
			case !there:
				puts = append(puts, Step{Add, kind, name, wanted[kind][name]})
			case string(body) != string(wanted[kind][name]):
				puts = append(puts, Step{Update, kind, name, wanted[kind][name]})
			}
		}
	}
	for _, kind := range []Kind{KindProperty, KindAgent, KindSchedule, KindDestination} {
		for _, name := range slices.Sorted(maps.Keys(present[kind])) {
			if _, still := wanted[kind][name]; !still {
				removes = append(removes, Step{Op: Remove, Kind: kind, Name: name})
			}
		}
	}
	return append(puts, removes...), nil
}

// Apply carries out the steps of a plan and wakes the subjects that they concern. Each
// step is done whole or not at all; Apply may be repeated. done, which may be nil, is
// called after each step.
func (e *Editor) Apply(ctx context.Context, steps []Step, done func(Step)) error {
	shards := make(map[int]bool)
	err := e.carryOut(ctx, steps, shards, done)
	return errors.Join(err, e.wakeWorkers(ctx, shards))
}

// Write is Apply without the waking.
func (e *Editor) Write(ctx context.Context, steps []Step) error {
	return e.carryOut(ctx, steps, make(map[int]bool), nil)
}

// carryOut is Apply without the waking; it notes the shards that have subjects to
// decide on.
func (e *Editor) carryOut(ctx context.Context, steps []Step, shards map[int]bool, done func(Step)) error {
	for _, s := range steps {
		if err := e.step(ctx, s, shards); err != nil {
			return fmt.Errorf("applying %s %q: %w", s.Kind, s.Name, err)
		}
		if done != nil {
			done(s)
		}
	}
	return nil
}

func (e *Editor) step(ctx context.Context, s Step, shards map[int]bool) error {
	before, err := e.write(ctx, s.Kind, s.Name, s.body, Match{})
	if subject, ok := s.Kind.subject(s.Name); ok && err == nil && !same(before, s.body) {
		shards[e.store.Shard(subject)] = true
	}
	return err
}

// wakeWorkers asks for the sweeps of edited shards and the spreads of edited schedules.
// If that fails, the next tick finds them.
func (e *Editor) wakeWorkers(ctx context.Context, shards map[int]bool) error {
	now := e.now()
	var errs []error
	for shard := range shards {
		errs = append(errs, e.ask.Sweep(ctx, shard, now))
	}
	edited, err := e.store.Edited(ctx)
	errs = append(errs, err)
	for _, schedule := range edited {
		errs = append(errs, e.ask.Spread(ctx, schedule, now))
	}
	feeds, err := Feeds{Store: e.store, Now: e.now}.Load(ctx)
	errs = append(errs, err)
	for name, f := range feeds {
		if f.Due(now) {
			errs = append(errs, e.ask.Refresh(ctx, name, now))
		}
	}
	return unlessRefused(errors.Join(errs...))
}

// unlessRefused takes away the error of a wake where Redis refuses writes: what it was to follow is done, a removal above all, and
// the workers find it by themselves.
func unlessRefused(err error) error {
	if _, refused := store.WriteRefusal(err); refused {
		return nil
	}
	return err
}

// present gives all definitions in Redis, by kind and name.
func (e *Editor) present(ctx context.Context) (map[Kind]map[string][]byte, error) {
	all := map[Kind]map[string][]byte{KindAgent: {}, KindProperty: {}}
	var err error
	if all[KindSchedule], err = e.store.Globals(ctx, store.GlobalSchedule); err != nil {
		return nil, err
	}
	maps.DeleteFunc(all[KindSchedule], func(name string, _ []byte) bool { return store.IsCalendar(name) })
	if all[KindDestination], err = e.store.Globals(ctx, store.GlobalDestination); err != nil {
		return nil, err
	}
	err = store.Each(ctx, e.store, func(r store.Record) {
		if id, ok := r.Subject.Agent(); ok {
			all[KindAgent][id] = r.Definition
		} else if id, ok := r.Subject.Property(); ok {
			all[KindProperty][id] = r.Definition
		}
	})
	return all, err
}

// Defined tells whether any property or agent is defined.
func (e *Editor) Defined(ctx context.Context) (bool, error) {
	found := false
	err := store.Each(ctx, e.store, func(store.Record) { found = true })
	return found, err
}

func encodeAll(defs *definition.Definitions) (map[Kind]map[string][]byte, error) {
	all := make(map[Kind]map[string][]byte)
	return all, errors.Join(
		encodeKind(all, KindSchedule, defs.Schedules), encodeKind(all, KindAgent, defs.Agents),
		encodeKind(all, KindProperty, defs.Properties), encodeKind(all, KindDestination, defs.Destinations))
}

func encodeKind[T any](all map[Kind]map[string][]byte, kind Kind, defs map[string]T) error {
	all[kind] = make(map[string][]byte, len(defs))
	for name, def := range defs {
		body, err := json.Marshal(def)
		if err != nil {
			return fmt.Errorf("encoding %s %q: %w", kind, name, err)
		}
		all[kind][name] = body
	}
	return nil
}
