package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/store"
)

// SpreadArgs asks to wake all subjects that use a named schedule which was edited.
type SpreadArgs struct {
	Schedule string  `json:"schedule"`
	Count    float64 `json:"count"` // of the edit, so that one that comes in between is not struck out
}

// Kind implements Args.
func (SpreadArgs) Kind() string { return "schedule:spread" }

func (q queue) enqueueSpread(ctx context.Context, edited store.WakeRequest, nominal time.Time) error {
	id := fmt.Sprintf("spread:%s:%.0f:%d", edited.Name, edited.Count, nominal.Truncate(time.Minute).Unix()) // again in a minute at most
	return q.enqueue(ctx, SpreadArgs{Schedule: edited.Name, Count: edited.Count}, queueBoundary, 0, asynq.TaskID(id))
}

func (w *Worker) spread(ctx context.Context, args SpreadArgs, log *attempt) error {
	log.Field("schedule", args.Schedule)
	woken, err := w.engine.WakeUsers(ctx, store.WakeRequest{Name: args.Schedule, Count: args.Count})
	log.Did("woken", woken)
	return err
}
