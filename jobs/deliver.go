package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/store"
)

// DeliverArgs asks to give a destination what it has not had of a shard's outbox.
type DeliverArgs struct {
	Shard       int    `json:"shard"`
	Destination string `json:"destination"`
}

// Kind implements Args.
func (DeliverArgs) Kind() string { return "outbox:deliver" }

// deliveryRetries is more than there are between two successes in 12 hours: the
// pauses grow, and what is old is given up.
const deliveryRetries = 100

func (q queue) enqueueDelivery(ctx context.Context, l store.Lane, slot time.Time, opts ...asynq.Option) error {
	id := fmt.Sprintf("deliver:%d:%s:%d", l.Shard, l.Destination, slot.UnixMilli())
	opts = append([]asynq.Option{asynq.TaskID(id), asynq.MaxRetry(deliveryRetries)}, opts...)
	return q.enqueue(ctx, DeliverArgs(l), queueDelivery, l.Shard, opts...)
}

// asks is how the deliverer asks for more deliveries.
type asks struct{ queue }

// Deliver implements Asker.
func (a asks) Deliver(ctx context.Context, l store.Lane, slot time.Time) error {
	return a.enqueueDelivery(ctx, l, slot)
}

// DeliverIn implements Asker.
func (a asks) DeliverIn(ctx context.Context, l store.Lane, slot time.Time, wait time.Duration) error {
	return a.enqueueDelivery(ctx, l, slot, asynq.ProcessIn(wait))
}

// Archive implements Asker.
func (a asks) Archive(ctx context.Context, g deliver.GivenUp) error { return a.enqueueReplay(ctx, g) }

// deliver gives a destination what waits in one lane.
func (w *Worker) deliver(ctx context.Context, args DeliverArgs, log *attempt) error {
	if args.Shard < 0 || args.Shard >= w.Store.Shards() {
		return fmt.Errorf("delivering from shard %d: there are %d (%w)", args.Shard, w.Store.Shards(), asynq.SkipRetry)
	}
	log.Field("shard", args.Shard)
	log.Field("destination", args.Destination)
	if !w.slots.Take(args.Destination, args.Shard, w.lanesAtOnce()) {
		log.Field("crowded", true)
		return nil
	}
	err := w.deliverer.Run(ctx, store.Lane(args), holder(ctx), log)
	if next, ok := w.slots.Give(args.Destination); ok {
		err = errors.Join(err, w.queue.enqueueDelivery(ctx, store.Lane{Shard: next, Destination: args.Destination}, w.Now()))
	}
	return err
}

// lanesAtOnce is how many lanes of one destination a worker serves at a time. Its
// server has room for those of many destinations: most of them only wait.
func (w *Worker) lanesAtOnce() int { return 4 * w.Concurrency }

const crowdedDestinations = 16
