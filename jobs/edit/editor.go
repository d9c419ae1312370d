package edit

import (
	"context"
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
	// Spread asks for all users of an edited schedule to be woken.
	Spread(ctx context.Context, edited store.Mark, nominal time.Time) error
}

// Config holds the dependencies of an Editor.
type Config struct {
	Store    store.Store
	Now      func() time.Time
	TimeZone *time.Location // for schedules and subjects that name none; the same as the workers'
	Ask      Asker
}

// Editor writes definitions and overrides, and wakes the subjects that they concern. A
// worker then decides.
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
