package jobs

import (
	"context"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/engine"
)

// timers asks for the tasks that wake visitors at the instants at which something is due.
type timers struct{ *parts }

// ask does so after one change. asynq is up to a second early or late: the task comes early,
// and waits. The visitor's state has the work of that instant, and the timetable the instant:
// without the task, a sweep does the work some seconds late.
func (t timers) ask(ctx context.Context, c *engine.Change) error {
	shard := t.store.Shard(c.Subject)
	for _, u := range c.Cancel {
		// Where that fails, it has come already, or comes and finds nothing to do.
		_ = t.inspect.DeleteTask(t.queue.partition(queueTimer, shard), u.ID(c.Subject))
	}
	for _, u := range c.Timers {
		early := max(0, u.At.Sub(t.now())-2*time.Second)
		if err := t.queue.enqueue(ctx, WakeArgs{c.Subject, u.At}, queueTimer, shard, asynq.TaskID(u.ID(c.Subject)), asynq.ProcessIn(early)); err != nil {
			return err
		}
	}
	return nil
}

// askAll does so after the changes of a sweep, several at a time: after an edit there may be
// thousands. A failure is only logged, for the timetable has all of them.
func (t timers) askAll(ctx context.Context, changes []*engine.Change) {
	const atOnce = 8
	var logged sync.Once
	var all sync.WaitGroup
	for part := range min(atOnce, len(changes)) {
		all.Go(func() {
			for i := part; i < len(changes); i += atOnce {
				if err := t.ask(ctx, changes[i]); err != nil {
					logged.Do(func() {
						t.log.WithError(err).Warn("asking for timers failed: the next beat does its work")
					})
					return
				}
			}
		})
	}
	all.Wait()
}
