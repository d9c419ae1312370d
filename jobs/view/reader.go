package view

import (
	"context"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/engine"
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
	Shards() int
	Page(ctx context.Context, shard int, cursor string, limit int) ([]store.Record, string, error)
	Scan(ctx context.Context, prefix, cursor string, limit int) ([]store.Record, string, error)
	Schedules(ctx context.Context, names []string) ([][]byte, error)
	Recent(ctx context.Context, limit int) ([]store.Entry, error)
}

// Config is what a Reader is made of.
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
		return nil, fmt.Errorf("finding schedule %q: %w", name, store.ErrNotFound)
	}
	return r.decider.Compile(bodies[0])
}

// Schedule gives the opening hours of a property, without an override.
func (r *Reader) Schedule(ctx context.Context, property string) (*hours.Schedule, error) {
	records, err := r.store.Load(ctx, []store.Subject{store.PropertySubject(property)})
	if err != nil {
		return nil, err
	}
	if records[0].Rev == 0 {
		return nil, fmt.Errorf("finding property %q: %w", property, store.ErrNotFound)
	}
	return r.decider.Hours(ctx, records[0], nil)
}
