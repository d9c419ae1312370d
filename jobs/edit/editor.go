package edit

import (
	"context"
	"time"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Asker is by what an edit asks for the work that follows from it.
type Asker interface {
	// Sweep asks for a sweep of a shard now.
	Sweep(ctx context.Context, shard int, nominal time.Time) error
	// SweepIn asks for a sweep of a shard after a while, at an odd second.
	SweepIn(ctx context.Context, shard int, wait time.Duration, nominal time.Time) error
	// Spread asks for all users of an edited schedule to be woken.
	Spread(ctx context.Context, edited store.WakeRequest, nominal time.Time) error
}

// Config is what an Editor is made of.
type Config struct {
	Store    store.Store
	Now      func() time.Time
	TimeZone *time.Location // of schedules and subjects that name none, as the workers have it
	Ask      Asker
}

// Editor writes definitions and overrides, and wakes those whom they concern. The
// deciding is done by a worker.
type Editor struct {
	store   store.Store
	now     func() time.Time
	decider *engine.Decider
	ask     Asker
}

// New makes an editor.
func New(c Config) *Editor {
	return &Editor{store: c.Store, now: c.Now, decider: engine.NewDecider(c.Store, c.TimeZone), ask: c.Ask}
}
