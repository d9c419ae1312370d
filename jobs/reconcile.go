package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/quota"
)

// ReconcileArgs asks to decide on every subject of a shard, due or not.
type ReconcileArgs struct {
	Shard int `json:"shard"`
}

// Kind implements Args.
func (ReconcileArgs) Kind() string { return "boundary:reconcile" }

// enqueueReconcile asks for all shards, spread evenly over a span. Its slot, an
// instant, names the round, so that any number of workers ask once.
func enqueueReconcile(ctx context.Context, q queue, shards int, slot time.Time, span time.Duration) error {
	var errs []error
	for shard := range shards {
		id := fmt.Sprintf("reconcile:%d:%d", shard, slot.Unix())
		wait := span * time.Duration(shard) / time.Duration(shards)
		errs = append(errs, q.enqueue(ctx, ReconcileArgs{Shard: shard}, queueUpkeep, shard, asynq.TaskID(id), q.in(wait)))
	}
	return errors.Join(errs...)
}

// reconcileJob decides on every subject of a shard, and mends the differences.
type reconcileJob struct{ *parts }

// run computes each subject's wanted state and next boundary anew, and writes those that
// differ. It finds none unless something went wrong: a timetable entry lost, a schedule's
// edit cut off half-way, new holiday tables in the binary.
func (j reconcileJob) run(ctx context.Context, args ReconcileArgs, log *attempt) error {
	if err := j.checkShard("reconciling", args.Shard); err != nil {
		return err
	}
	log.Field("shard", args.Shard)
	s := engine.SweepRun{Engine: j.engine, Shard: args.Shard}
	defer func() { reportSweep(&s, log) }()
	cursor := ""
	for {
		if j.engine.HandsOver() {
			return engine.ErrStopping
		}
		records, next, err := j.store.Page(ctx, args.Shard, cursor, j.batch)
		if err != nil {
			return err
		}
		// As of an instant after the page was read: it may have an override that begins in this very second.
		if err := s.Decide(ctx, records, j.now()); err != nil {
			return err
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	wrong, err := j.engine.Recount(ctx, args.Shard)
	if err != nil {
		return err
	}
	if args.Shard == 0 {
		if err := quota.Tidy(ctx, j.store, j.now()); err != nil {
			return err
		}
	}
	if wrong > 0 {
		log.Did("recounted", wrong)
	}
	if err := errors.Join(j.accepted.tidy(ctx, args.Shard), j.store.ForgetSeen(ctx, args.Shard, j.now())); err != nil {
		return err
	}
	if s.Actions > 0 {
		log.Did("mended", s.Actions)
		return j.deliverer.AskFor(ctx, args.Shard, j.now())
	}
	return nil
}
