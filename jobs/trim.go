package jobs

import (
	"context"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/deliver"
)

// TrimArgs asks to drop actions of destinations for which more waits than may.
type TrimArgs struct{}

// Kind implements Args.
func (TrimArgs) Kind() string { return "outbox:trim" }

// trimPause is how long a run stays in Redis after its end: until then, its id is taken, and there is no other.
const trimPause = 30 * time.Second

// Trim implements Asker.
func (a asks) Trim(ctx context.Context) error {
	return a.enqueue(ctx, TrimArgs{}, queueDelivery, 0, asynq.TaskID("trim"), asynq.Retention(trimPause))
}

// trimJob keeps what waits for destinations within its bounds.
type trimJob struct{ *parts }

func (j trimJob) run(ctx context.Context, _ TrimArgs, log *attempt) error {
	return deliver.Trimmer{Deliverer: j.deliverer}.Run(ctx, log)
}
