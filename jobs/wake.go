package jobs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
	"github.com/hibiken/asynq"
)

// WakeArgs asks to decide on a visitor whose time has come.
type WakeArgs struct {
	Subject store.Subject `json:"subject"`
	Due     time.Time     `json:"due"`
}

// Kind implements Args.
func (WakeArgs) Kind() string { return "visitor:wake" }

// wakeTask is a task that looks at a visitor again: one for each trigger that has started and waits,
// and one for each chat in which something is due, for what is due there first.
type wakeTask struct {
	cause string // "VISIT:TRIGGER", "VISIT:TRIGGER:2" once the visitor has come back twice, or "chat:CHAT"
	at    time.Time
}

// id is that of the task: the same is asked for once, and can be cancelled.
func (u wakeTask) id(s store.Subject) string {
	property, visitor, _ := s.Visitor()
	return fmt.Sprintf("wake:%s:%s:%s:%d", property, visitor, u.cause, u.at.UnixMilli())
}

func (u wakeTask) in(some []wakeTask) bool {
	return slices.ContainsFunc(some, func(o wakeTask) bool { return o.cause == u.cause && o.at.Equal(u.at) })
}

// wakes are the tasks that a visitor has.
func (s *visitorState) wakes() []wakeTask {
	var all []wakeTask
	for _, t := range s.Visit.Timers {
		if t.Away {
			continue
		}
		cause := t.Visit + ":" + t.Trigger
		if t.Back > 0 { // another task than the one whose cancelling may still be under way
			cause += ":" + strconv.Itoa(t.Back)
		}
		all = append(all, wakeTask{cause, t.Due})
	}
	for id, at := range s.Wakes {
		all = append(all, wakeTask{"chat:" + id, at})
	}
	return all
}

// cancelAhead is how far off a wake-up has to be for it to be worth the asking that it does
// not come. A nearer one comes soon, finds nothing to do, and is gone.
const cancelAhead = 10 * time.Second

// rewake asks for the tasks that are new, and cancels those for which nothing is due any more:
// the visitor has left, say, or an agent has answered.
func (c *DecidedChange) rewake(before, after []wakeTask, at time.Time) {
	for _, u := range after {
		if !u.in(before) && !u.in(c.wake) {
			c.wake = append(c.wake, u)
		}
	}
	for _, u := range before {
		if !u.in(after) && u.at.Sub(at) > cancelAhead {
			c.unwake = append(c.unwake, u)
		}
	}
}

// wakes tells whether wake-ups are to be asked for or cancelled after the change.
func (c *DecidedChange) wakes() bool { return len(c.wake)+len(c.unwake) > 0 }

// wakeLater does what a change asks for. asynq is up to a second early or late: the task comes
// early, and waits. What it is to do is in the visitor's state, and when in the timetable:
// without the task, a sweep does it some seconds late.
func (w *Worker) wakeLater(ctx context.Context, c *DecidedChange) error {
	shard := w.store.Shard(c.Subject)
	for _, u := range c.unwake {
		// Where that fails, it has come already, or comes and finds nothing to do.
		_ = w.inspect.DeleteTask(w.queue.partition(queueTimer, shard), u.id(c.Subject))
	}
	for _, u := range c.wake {
		early := max(0, u.at.Sub(w.now())-2*time.Second)
		if err := w.queue.enqueue(ctx, WakeArgs{c.Subject, u.at}, queueTimer, shard, asynq.TaskID(u.id(c.Subject)), asynq.ProcessIn(early)); err != nil {
			return err
		}
	}
	return nil
}

// wakeAllLater is wakeLater for the changes of a sweep, several at a time: after an edit there
// may be thousands. A failure is only said, for the timetable has them all.
func (w *Worker) wakeAllLater(ctx context.Context, changes []*DecidedChange) {
	const atOnce = 8
	var said sync.Once
	var all sync.WaitGroup
	for part := range min(atOnce, len(changes)) {
		all.Go(func() {
			for i := part; i < len(changes); i += atOnce {
				if err := w.wakeLater(ctx, changes[i]); err != nil {
					said.Do(func() {
						w.log.WithError(err).Warn("asking for timers failed: the next beat does its work")
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
	log.note("subject", args.Subject)
	if _, err := w.await(ctx, args.Due); err != nil {
		return err
	}
	return w.submit(ctx, &submission{due: args.Subject}, log)
}
