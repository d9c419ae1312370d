package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Client is what other Go programs use: it defines, overrides and reads. The
// deciding is done by a worker, which it wakes.
type Client struct {
	store   store.Store
	queue   queue
	now     func() time.Time
	decider *engine.Decider
	inspect *asynq.Inspector
}

// ClientConfig is what a Client is made of.
type ClientConfig struct {
	Store      store.Store
	Redis      redis.UniversalClient // for enqueueing; the caller closes it
	Partitions int                   // of the queues, as the store has it
	Now        func() time.Time
	TimeZone   *time.Location // of schedules and subjects that name none, as the workers have it
}

// NewClient makes a client.
func NewClient(c ClientConfig) *Client {
	return &Client{
		store:   c.Store,
		queue:   queue{client: asynq.NewClientFromRedisClient(c.Redis), partitions: c.Partitions},
		now:     c.Now,
		decider: engine.NewDecider(c.Store, c.TimeZone),
		inspect: asynq.NewInspectorFromRedisClient(c.Redis),
	}
}

// SetOverride forces a property open or closed; it lasts until it runs out, is
// replaced, or is cleared (nil). It gives the hours as they are from now on.
func (c *Client) SetOverride(ctx context.Context, property string, o *hours.Override) (hours.State, error) {
	subject := store.PropertySubject(property)
	if o != nil { // boundaries are whole seconds
		o = &hours.Override{Open: o.Open, From: o.From.Truncate(time.Second).UTC(), Until: o.Until.Truncate(time.Second).UTC()}
	}
	for range tries {
		records, err := c.store.Load(ctx, []store.Subject{subject})
		if err != nil {
			return hours.State{}, err
		}
		r := records[0]
		if r.Rev == 0 {
			return hours.State{}, fmt.Errorf("finding property %q: %w", property, store.ErrNotFound)
		}
		var state engine.PropertyState
		if err := engine.DecodeState(r.State, &state); err != nil {
			return hours.State{}, err
		}
		state.Override = o
		body, err := json.Marshal(state)
		if err != nil {
			return hours.State{}, fmt.Errorf("encoding the state of %s: %w", subject, err)
		}
		schedule, err := c.schedule(ctx, r, o)
		if err != nil {
			return hours.State{}, err
		}
		now := c.now()
		lost, err := c.store.Commit(ctx, []store.Change{{
			Subject: subject, Rev: r.Rev, Woken: r.Woken, State: body, Due: now, Wake: true, At: now,
		}})
		if err != nil {
			return hours.State{}, err
		}
		if len(lost) == 0 {
			return schedule.At(now), c.wakeFor(ctx, c.store.Shard(subject), o, now)
		}
	}
	return hours.State{}, fmt.Errorf("overriding property %q: %w", property, store.ErrContended)
}

// wakeFor asks for a sweep now, and for one at the end of an override.
func (c *Client) wakeFor(ctx context.Context, shard int, o *hours.Override, now time.Time) error {
	err := c.queue.enqueueSweep(ctx, shard, now, false)
	if o != nil && !o.Until.IsZero() {
		err = errors.Join(err, c.queue.enqueueSweepIn(ctx, shard, o.Until.Sub(now), o.Until))
	}
	return err
}

// NamedSchedule gives a named schedule, in the zone of those that name none where it
// names none.
func (c *Client) NamedSchedule(ctx context.Context, name string) (*hours.Schedule, error) {
	bodies, err := c.store.Schedules(ctx, []string{name})
	if err != nil {
		return nil, err
	}
	if bodies[0] == nil {
		return nil, fmt.Errorf("finding schedule %q: %w", name, store.ErrNotFound)
	}
	return c.decider.Compile(bodies[0])
}

// Schedule gives the opening hours of a property, without an override.
func (c *Client) Schedule(ctx context.Context, property string) (*hours.Schedule, error) {
	records, err := c.store.Load(ctx, []store.Subject{store.PropertySubject(property)})
	if err != nil {
		return nil, err
	}
	if records[0].Rev == 0 {
		return nil, fmt.Errorf("finding property %q: %w", property, store.ErrNotFound)
	}
	return c.schedule(ctx, records[0], nil)
}

func (c *Client) schedule(ctx context.Context, r store.Record, o *hours.Override) (*hours.Schedule, error) {
	b, err := c.decider.Gather(ctx, []store.Record{r})
	if err != nil {
		return nil, err
	}
	if err := b.Broken[r.Subject]; err != nil {
		return nil, err
	}
	p, err := b.Property(b.Properties[r.Subject], o)
	return p.Hours, err
}

// Destinations tells how the deliveries to each destination are, by name. It gives
// none while none is defined: the workers' default is not known here.
func (c *Client) Destinations(ctx context.Context) ([]deliver.Status, error) {
	return deliver.Destinations(ctx, c.store, c.now())
}
