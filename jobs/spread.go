package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/store"
)

// SpreadArgs asks to wake all subjects that use a named schedule, after its edit.
type SpreadArgs struct {
	Schedule string  `json:"schedule"`
	Count    float64 `json:"count"` // of the edit, so that a later edit is not struck out with it
}

// Kind implements Args.
func (SpreadArgs) Kind() string { return "schedule:spread" }

// enqueueSpread asks for it once a minute, until the edit is struck out.
func enqueueSpread(ctx context.Context, q queue, mark store.WakeRequest, nominal time.Time) error {
	id := fmt.Sprintf("spread:%s:%.0f:%d", mark.Name, mark.Count, nominal.Truncate(time.Minute).Unix())
	return q.enqueue(ctx, SpreadArgs{Schedule: mark.Name, Count: mark.Count}, queueBoundary, 0, asynq.TaskID(id))
}

// spreadJob wakes all who use an edited schedule.
type spreadJob struct{ *parts }

func (j spreadJob) run(ctx context.Context, args SpreadArgs, log *attempt) error {
	log.Field("schedule", args.Schedule)
	woken, err := j.engine.WakeUsers(ctx, store.WakeRequest{Name: args.Schedule, Count: args.Count})
	log.Did("woken", woken)
	return err
}
