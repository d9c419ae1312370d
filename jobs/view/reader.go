package view

import (
	"context"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Config holds the dependencies of a Reader.
type Config struct {
	Store    store.Store
	Now      func() time.Time
	TimeZone *time.Location // for schedules and subjects that name none; the same as the workers'
}

// Reader reads states, hours and lists for people and pages. It changes nothing.
type Reader struct {
	store    store.Store
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
