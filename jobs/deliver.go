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

// DeliverArgs asks to give a destination the actions of a shard's outbox that it has not had.
type DeliverArgs struct {
	Shard       int    `json:"shard"`
	Destination string `json:"destination"`
}

// Kind implements Args.
func (DeliverArgs) Kind() string { return "outbox:deliver" }

// deliveryRetries is more than there are between two successes in 12 hours: the
// pauses grow, and an old action is given up.
const deliveryRetries = 100

// enqueueDelivery asks for a delivery. Its slot, an instant, is in the id of its task, so that
// any number of workers ask once.
func enqueueDelivery(ctx context.Context, q queue, l store.Lane, slot time.Time, opts ...asynq.Option) error {
	id := fmt.Sprintf("deliver:%d:%s:%d", l.Shard, l.Destination, slot.UnixMicro())
	opts = append([]asynq.Option{asynq.TaskID(id), asynq.MaxRetry(deliveryRetries)}, opts...)
	return q.enqueue(ctx, DeliverArgs(l), queueDelivery, l.Shard, opts...)
}

// asks enqueues the deliveries that the deliverer asks for.
type asks struct{ queue }

// Deliver implements Asker.
func (a asks) Deliver(ctx context.Context, l store.Lane, slot time.Time) error {
	return enqueueDelivery(ctx, a.queue, l, slot)
}

// DeliverIn implements Asker.
func (a asks) DeliverIn(ctx context.Context, l store.Lane, slot time.Time, wait time.Duration) error {
	return enqueueDelivery(ctx, a.queue, l, slot, a.queue.in(wait))
}

// Archive implements Asker.
func (a asks) Archive(ctx context.Context, g deliver.GivenUp) error {
	return enqueueReplay(ctx, a.queue, g)
}

// deliverJob gives a destination the actions that wait in one lane.
type deliverJob struct {
	*parts
	slots *deliver.Slots
}

func (j deliverJob) run(ctx context.Context, args DeliverArgs, log *attempt) error {
	if err := j.checkShard("delivering from", args.Shard); err != nil {
		return err
	}
	log.Field("shard", args.Shard)
	log.Field("destination", args.Destination)
	if !j.slots.Take(args.Destination, args.Shard, j.lanes) {
		log.Field("crowded", true)
		return nil
	}
	err := j.deliverer.Run(ctx, store.Lane(args), holder(ctx), log)
	if next, ok := j.slots.Give(args.Destination); ok {
		err = errors.Join(err, enqueueDelivery(ctx, j.queue, store.Lane{Shard: next, Destination: args.Destination}, j.now()))
	}
	return err
}

// lanesAtOnce is how many lanes of one destination a worker serves at a time. Its
// server has room for those of many destinations: most of them only wait.
func lanesAtOnce(concurrency int) int { return 4 * concurrency }

// crowdedDestinations is for how many destinations with all their lanes busy there is room.
const crowdedDestinations = 16
