package jobs

import (
	"context"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/nudge"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// Client is for processes of this module that are no workers: it sends events, edits, reads,
// and sees to deliveries.
type Client struct {
	*enqueue.Client
	*edit.Editor
	*view.Reader
	*Deliveries
}

// ClientConfig has the settings of a Client.
type ClientConfig struct {
	Store      store.Store
	Redis      redis.UniversalClient // for enqueueing; the caller closes it
	Partitions int                   // of the queues, as the store has it
	Now        func() time.Time
	Clock      *clock.Clock   // by which Now is corrected; nil: it is not
	TimeZone   *time.Location // of schedules and subjects that name none, as the workers have it
}

// NewClient makes a client.
func NewClient(c ClientConfig) *Client {
	nudges := nudge.NewSender(c.Redis)
	q := queue{asynq.NewClientFromRedisClient(c.Redis), c.Partitions, nudges, c.Clock}
	return &Client{
		Client:     enqueue.New(enqueue.Config{Redis: c.Redis, Shard: c.Store.Shard, Partitions: c.Partitions, Now: c.Now, Nudges: nudges}),
		Editor:     edit.New(edit.Config{Store: c.Store, Now: c.Now, TimeZone: c.TimeZone, Ask: sweeps{q}}),
		Reader:     view.New(view.Config{Store: c.Store, Now: c.Now, TimeZone: c.TimeZone}),
		Deliveries: &Deliveries{store: c.Store, now: c.Now, queue: q, inspect: asynq.NewInspectorFromRedisClient(c.Redis)},
	}
}

// sweeps enqueues the work that follows from an edit.
type sweeps struct{ queue }

// Sweep implements Asker.
func (s sweeps) Sweep(ctx context.Context, shard int, nominal time.Time) error {
	return enqueueSweep(ctx, s.queue, shard, nominal, false)
}

// SweepIn implements Asker.
func (s sweeps) SweepIn(ctx context.Context, shard int, wait time.Duration, nominal time.Time) error {
	return enqueueSweepIn(ctx, s.queue, shard, wait, nominal)
}

// Refresh implements Asker.
func (s sweeps) Refresh(ctx context.Context, calendar string, nominal time.Time) error {
	return enqueueCalendar(ctx, s.queue, calendar, nominal)
}

// Spread implements Asker.
func (s sweeps) Spread(ctx context.Context, edited store.WakeRequest, nominal time.Time) error {
	return enqueueSpread(ctx, s.queue, edited, nominal)
}
