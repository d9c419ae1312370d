package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/engine"
)

// ReconcileArgs asks to decide on every subject of a shard, due or not.
type ReconcileArgs struct {
	Shard int `json:"shard"`
}

// Kind implements Args.
func (ReconcileArgs) Kind() string { return "boundary:reconcile" }

// enqueueReconcile asks for all shards, spread evenly over a span. Its slot, an
// instant, names the round, so that any number of workers ask once.
func (w *Worker) enqueueReconcile(ctx context.Context, slot time.Time, span time.Duration) error {
	var errs []error
	shards := w.Store.Shards()
	for shard := range shards {
		id := fmt.Sprintf("reconcile:%d:%d", shard, slot.Unix())
		wait := span * time.Duration(shard) / time.Duration(shards)
		errs = append(errs, w.queue.enqueue(ctx, ReconcileArgs{Shard: shard}, queueUpkeep, shard, asynq.TaskID(id), asynq.ProcessIn(wait)))
	}
	return errors.Join(errs...)
}

// reconcile computes each subject's wanted state and next boundary anew, and
// writes what differs. It finds nothing unless something went wrong: a timetable
// entry lost, a schedule's edit cut off half-way, new holiday tables in the binary.
func (w *Worker) reconcile(ctx context.Context, args ReconcileArgs, log *attempt) error {
	if args.Shard < 0 || args.Shard >= w.Store.Shards() {
		return fmt.Errorf("reconciling shard %d: there are %d (%w)", args.Shard, w.Store.Shards(), asynq.SkipRetry)
	}
	log.Field("shard", args.Shard)
	s := engine.SweepRun{Engine: w.engine, Shard: args.Shard}
	defer func() { reportSweep(&s, log) }()
	cursor := ""
	for {
		if w.engine.IsStopping() {
			return engine.ErrStopping
		}
		at := w.Now()
		records, next, err := w.Store.Page(ctx, args.Shard, cursor, w.Batch)
		if err != nil {
			return err
		}
		if err := s.Decide(ctx, records, at); err != nil {
			return err
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if s.Actions > 0 {
		log.Did("mended", s.Actions)
		return w.deliverer.AskFor(ctx, args.Shard, w.Now())
	}
	return nil
}
