package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// WakeArgs asks to decide on a visitor whose time has come.
type WakeArgs struct {
	Subject store.Subject `json:"subject"`
	Due     time.Time     `json:"due"`
}

// Kind implements Args.
func (WakeArgs) Kind() string { return "visitor:wake" }

// wakeLater does what a change asks for. asynq is up to a second early or late: the task comes
// early, and waits. What it is to do is in the visitor's state, and when in the timetable:
// without the task, a sweep does it some seconds late.
func (w *Worker) wakeLater(ctx context.Context, c *engine.Change) error {
	shard := w.Store.Shard(c.Subject)
	for _, u := range c.Cancel {
		// Where that fails, it has come already, or comes and finds nothing to do.
		_ = w.inspect.DeleteTask(w.queue.partition(queueTimer, shard), u.ID(c.Subject))
	}
	for _, u := range c.Timers {
		early := max(0, u.At.Sub(w.Now())-2*time.Second)
		if err := w.queue.enqueue(ctx, WakeArgs{c.Subject, u.At}, queueTimer, shard, asynq.TaskID(u.ID(c.Subject)), asynq.ProcessIn(early)); err != nil {
			return err
		}
	}
	return nil
}

// wakeAllLater is wakeLater for the changes of a sweep, several at a time: after an edit there
// may be thousands. A failure is only said, for the timetable has them all.
func (w *Worker) wakeAllLater(ctx context.Context, changes []*engine.Change) {
	const atOnce = 8
	var said sync.Once
	var all sync.WaitGroup
	for part := range min(atOnce, len(changes)) {
		all.Go(func() {
			for i := part; i < len(changes); i += atOnce {
				if err := w.wakeLater(ctx, changes[i]); err != nil {
					said.Do(func() {
						w.Log.WithError(err).Warn("asking for timers failed: the next beat does its work")
					})
					return
				}
			}
		})
	}
	all.Wait()
}

// wakeVisitor waits for the very instant.
func (w *Worker) wakeVisitor(ctx context.Context, args WakeArgs, log *attempt) error {
	if _, _, ok := args.Subject.Visitor(); !ok {
		return fmt.Errorf("waking %q: it is no visitor (%w)", args.Subject, asynq.SkipRetry)
	}
	log.Field("subject", args.Subject)
	if _, err := w.await(ctx, args.Due); err != nil {
		return err
	}
	return w.submit(ctx, &request{due: args.Subject}, log)
}
