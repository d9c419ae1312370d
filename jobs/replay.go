package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/store"
)

// ReplayArgs is an action that was given up. Its task is in asynq's archive, where the
// monitor shows it with the last error. When the task is run, the action is delivered with
// the id that it had, after those that have come since. The archive keeps 10,000 tasks of a
// queue, for 90 days.
type ReplayArgs struct {
	Destination string `json:"destination"`
	Begun       int64  `json:"begun,omitempty"` // see deliver.GivenUp
	Shard       int    `json:"shard"`
	Seq         string `json:"seq"`
	ID          string `json:"id"`
	Error       string `json:"error"` // why it was given up
	Body        string `json:"body"`  // the action, CloudEvents JSON
}

// Kind implements Args.
func (ReplayArgs) Kind() string { return "delivery:replay" }

// replayRetries is how often a replay is tried again before it is archived again.
const replayRetries = 5

// enqueueReplay has an action archived that is given up. asynq archives only tasks that have
// failed: this one is run, and fails at once. (Its Inspector can archive without that, but then
// forgets to delete the tasks for which the archive has no room.)
func enqueueReplay(ctx context.Context, q queue, g deliver.GivenUp) error {
	args := ReplayArgs{Destination: g.Destination, Begun: g.Begun, Shard: g.Shard, Seq: g.Seq, ID: g.ID, Error: g.Error, Body: string(g.Body)}
	task := fmt.Sprintf("replay:%s:%d:%s", g.Destination, g.Shard, g.Seq)
	return q.enqueue(ctx, args, queueDelivery, g.Shard, asynq.TaskID(task), asynq.MaxRetry(replayRetries))
}

// replayJob keeps an action that was given up, and delivers it when it is run.
type replayJob struct{ *parts }

// errGivenUp is the error of an action that goes to the archive. Those of one lane have one line of the log, which its delivery writes.
var errGivenUp = errors.New("giving up after 12 hours")

// run only has the task archived, as long as it has never failed.
func (j replayJob) run(ctx context.Context, args ReplayArgs, log *attempt) error {
	log.Field("destination", args.Destination)
	log.Field("id", args.ID)
	fresh, err := j.neverFailed(ctx)
	if err != nil {
		return err
	}
	if fresh {
		return fmt.Errorf("%w: %s (%w)", errGivenUp, args.Error, asynq.SkipRetry)
	}
	lane := store.Lane{Shard: args.Shard, Destination: args.Destination}
	defined, err := j.deliverer.Again(ctx, deliver.GivenUp{Lane: lane, Begun: args.Begun, Seq: args.Seq, ID: args.ID, Body: []byte(args.Body)}, holder(ctx))
	switch {
	case errors.Is(err, deliver.ErrGone):
		return fmt.Errorf("%w (%w)", err, asynq.SkipRetry)
	case errors.Is(err, deliver.ErrUntrue):
		log.Did("dropped", err.Error())
	case err != nil:
		return err
	case !defined:
		log.Did("dropped", "the destination is no longer defined")
	default:
		log.Did("sent", 1)
	}
	return nil
}

func (j replayJob) neverFailed(ctx context.Context) (bool, error) {
	id, _ := asynq.GetTaskID(ctx)
	queue, _ := asynq.GetQueueName(ctx)
	info, err := j.inspect.GetTaskInfo(queue, id)
	if err != nil {
		return false, fmt.Errorf("looking at the task %s: %w", id, err)
	}
	return info.LastErr == "", nil
}
