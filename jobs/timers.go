package jobs

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// timers asks for the tasks that wake visitors and agents at the instants at which something is due.
type timers struct{ *parts }

// ask does so after one change. asynq is up to a second early or late: the task comes early,
// and waits. The visitor's state has the work of that instant, and the timetable the instant:
// without the task, a sweep does the work some seconds late.
func (t timers) ask(ctx context.Context, c *engine.Change) error {
	shard, now := t.store.Shard(c.Subject), t.now()
	if c.HasDeadline() && c.Due.Sub(now) <= aheadOf { // else a beat looks ahead before it
		return enqueueSweepAt(ctx, t.queue, shard, c.Due, now)
	}
	for _, u := range c.Cancel {
		// Where that fails, it has come already, or comes and finds nothing to do.
		_ = t.inspect.DeleteTask(t.queue.partition(queueTimer, shard), u.ID(c.Subject))
	}
	for _, u := range c.Timers {
		early := max(0, u.At.Sub(now)-2*time.Second)
		if err := t.queue.enqueue(ctx, WakeArgs{c.Subject, u.At}, queueTimer, shard, asynq.TaskID(u.ID(c.Subject)), t.queue.in(early)); err != nil {
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
	changes = distinct(changes, t.store.Shard)
	for part := range min(atOnce, len(changes)) {
		all.Go(func() {
			for i := part; i < len(changes); i += atOnce {
				if err := t.ask(ctx, changes[i]); err != nil {
					logged.Do(func() {
						t.log.WithError(err).Log(LevelOf(err), "asking for timers failed: the next beat does its work")
					})
					return
				}
			}
		})
	}
	all.Wait()
}

// distinct leaves out agents of a shard who are due with another one: they have one task.
func distinct(changes []*engine.Change, shard func(store.Subject) int) []*engine.Change {
	type task struct {
		shard int
		ms    int64
	}
	seen := make(map[task]bool)
	return slices.DeleteFunc(changes, func(c *engine.Change) bool {
		if !c.HasDeadline() {
			return false
		}
		one := task{shard(c.Subject), c.Due.UnixMilli()}
		defer func() { seen[one] = true }()
		return seen[one]
	})
}
