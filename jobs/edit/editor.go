package edit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Asker lets an Editor ask for the work that follows from an edit.
type Asker interface {
	// Sweep asks for a sweep of a shard now.
	Sweep(ctx context.Context, shard int, nominal time.Time) error
	// SweepIn asks for a sweep of a shard after a while, at an odd second.
	SweepIn(ctx context.Context, shard int, wait time.Duration, nominal time.Time) error
	// Refresh asks for a calendar to be fetched.
	Refresh(ctx context.Context, calendar string, nominal time.Time) error
	// Spread asks for all users of an edited schedule to be woken.
	Spread(ctx context.Context, edited store.WakeRequest, nominal time.Time) error
}

// Store is as much of a store as an Editor needs.
type Store interface {
	recordStore
	referenceStore
	Commit(ctx context.Context, changes []store.Change) (lost []store.Subject, err error)
	Serving(ctx context.Context, by []store.Subject) ([][]store.Subject, error)
	Edited(ctx context.Context) ([]store.WakeRequest, error)
	Shard(s store.Subject) int
}

// Config holds the dependencies of an Editor.
type Config struct {
	Store    Store
	Now      func() time.Time
	TimeZone *time.Location // for schedules and subjects that name none; the same as the workers'
	Ask      Asker
}

// Editor writes definitions and overrides, and wakes the subjects that they concern. A
// worker then decides.
type Editor struct {
	*records
	*hints
	references references
	store      Store
	decider    *engine.Decider
	ask        Asker
}

// New makes an editor.
func New(c Config) *Editor {
	r := &records{store: c.Store, now: c.Now}
	return &Editor{
		records: r, hints: &hints{records: r}, references: references{c.Store}, store: c.Store,
		decider: engine.NewDecider(c.Store, c.TimeZone), ask: c.Ask,
	}
}

// Put writes one definition where it matches: a *definition.Property, Agent or
// Destination, or a *hours.Spec, checked. What it refers to must be there. It wakes
// whom the definition concerns. The error may be definition.Faults (with pointers
// into the definition), a *MismatchError or ErrContended.
func (e *Editor) Put(ctx context.Context, kind Kind, name string, def any, m Match) (s Stored, created bool, err error) {
	return e.By(Key{}).Put(ctx, kind, name, def, m)
}

// By gives the Writer of a key; the zero Key may name everything.
func (e *Editor) By(k Key) Writer { return Writer{e, k} }

// put is Put where only some names may be used; nil: all.
func (e *Editor) put(ctx context.Context, kind Kind, name string, def any, m Match, only *Names) (s Stored, created bool, err error) {
	body, err := json.Marshal(def)
	if err != nil {
		return Stored{}, false, fmt.Errorf("encoding %s %q: %w", kind, name, err)
	}
	if err := e.references.check(ctx, name, def, only); err != nil {
		return Stored{}, false, err
	}
	before, err := e.write(ctx, kind, name, body, m)
	if err != nil {
		return Stored{}, false, err
	}
	return stored(name, body), before == nil, e.wakeAfter(ctx, kind, name)
}

// Delete removes one definition where it matches. The error may be ErrNotFound, a
// *MismatchError, an *InUseError or ErrContended.
func (e *Editor) Delete(ctx context.Context, kind Kind, name string, m Match) error {
	if err := e.references.checkUnused(ctx, kind, name); err != nil {
		return err
	}
	m.There = true
	_, err := e.write(ctx, kind, name, nil, m)
	if mismatch := (*MismatchError)(nil); errors.As(err, &mismatch) && mismatch.ETag == "" && len(m.Is) == 0 {
		return &store.MissingError{Kind: string(kind), Name: name}
	}
	if err != nil {
		return err
	}
	return e.wakeAfter(ctx, kind, name)
}

// Users gives some of those that refer to a definition, ten at most, and whether there may be more.
func (e *Editor) Users(ctx context.Context, kind Kind, name string) (some []store.Subject, more bool, err error) {
	some, err = e.references.users(ctx, kind, name)
	return some, len(some) >= someUsers, err
}

// wakeAfter wakes whom an edit concerns.
func (e *Editor) wakeAfter(ctx context.Context, kind Kind, name string) error {
	shards := make(map[int]bool)
	if subject, ok := kind.subject(name); ok {
		shards[e.store.Shard(subject)] = true
	}
	return e.wakeWorkers(ctx, shards)
}

// FeedStatus gives how all calendars do that workers fetch.
func (e *Editor) FeedStatus(ctx context.Context) ([]FeedStatus, error) {
	return Feeds{Store: e.store, Now: e.now}.Status(ctx)
}

// Export gives all definitions by kind, in the order of their names. For those who may see some properties alone, it gives these and
// no other kind.
func (e *Editor) Export(ctx context.Context, only []string) (map[Kind][]Stored, error) {
	if len(only) > 0 {
		list, err := e.Find(ctx, KindProperty, only)
		return map[Kind][]Stored{KindProperty: list}, err
	}
	present, err := e.present(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[Kind][]Stored, len(present))
	for kind, bodies := range present {
		list := make([]Stored, 0, len(bodies))
		for name, body := range bodies {
			list = append(list, stored(name, body))
		}
		slices.SortFunc(list, func(a, b Stored) int { return cmp.Compare(a.Name, b.Name) })
		all[kind] = list
	}
	return all, nil
}
