package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
)

// SpreadArgs asks to wake all subjects that use a named schedule which was edited.
type SpreadArgs struct {
	Schedule string  `json:"schedule"`
	Count    float64 `json:"count"` // of the edit, so that one that comes in between is not struck out
}

// Kind implements Args.
func (SpreadArgs) Kind() string { return "schedule:spread" }

func (q queue) enqueueSpread(ctx context.Context, mark Mark, nominal time.Time) error {
	id := fmt.Sprintf("spread:%s:%.0f:%d", mark.Name, mark.Count, nominal.Truncate(time.Minute).Unix()) // again in a minute at most
	return q.enqueue(ctx, SpreadArgs{Schedule: mark.Name, Count: mark.Count}, queueBoundary, 0, asynq.TaskID(id))
}

// spread wakes the users shard by shard, and asks for the sweep of each shard as
// soon as its users are awake.
func (w *Worker) spread(ctx context.Context, args SpreadArgs, log *attempt) error {
	log.note("schedule", args.Schedule)
	woken := 0
	for shard := range w.store.Shards() {
		if w.isStopping() {
			return errStopping
		}
		n, err := w.spreadShard(ctx, shard, args.Schedule)
		if err != nil {
			return err
		}
		woken += n
	}
	log.set("woken", woken)
	return w.store.Spread(ctx, Mark{Name: args.Schedule, Count: args.Count})
}

func (w *Worker) spreadShard(ctx context.Context, shard int, schedule string) (int, error) {
	woken, cursor := 0, ""
	for {
		users, next, err := w.store.Users(ctx, shard, schedule, cursor, w.Batch)
		if err != nil {
			return woken, err
		}
		if err := w.store.Wake(ctx, shard, users, w.now()); err != nil {
			return woken, err
		}
		woken += len(users)
		if cursor = next; cursor == "" {
			break
		}
	}
	if woken == 0 {
		return 0, nil
	}
	return woken, w.queue.enqueueSweep(ctx, shard, w.now(), false)
}
