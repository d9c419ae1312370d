package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"
)

// WakeArgs asks to decide on a visitor whose time has come.
type WakeArgs struct {
	Subject Subject   `json:"subject"`
	Due     time.Time `json:"due"`
}

// Kind implements Args.
func (WakeArgs) Kind() string { return "visitor:wake" }

// wakeTask is the task that looks at a visitor again. A visitor has one at a time, for what is
// due first.
type wakeTask struct {
	at    time.Time // zero: there is none
	cause string    // "VISIT:TRIGGER", or "chat:CHAT"
}

// id is that of the task: the same is asked for once, and can be cancelled.
func (u wakeTask) id(s Subject) string {
	property, visitor, _ := s.Visitor()
	return fmt.Sprintf("wake:%s:%s:%s:%d", property, visitor, u.cause, u.at.UnixMilli())
}

// earlier is the one that comes first.
func (u wakeTask) earlier(o wakeTask) wakeTask {
	if u.at.IsZero() || !o.at.IsZero() && o.at.Before(u.at) {
		return o
	}
	return u
}

// cancelAhead is how far off a wake-up has to be for it to be worth the asking that it does
// not come. A nearer one comes soon, finds nothing to do, and is gone.
const cancelAhead = 10 * time.Second

// rewake asks for a wake-up at the instant at which something is due next, once for each. The
// one that was asked for before is cancelled where nothing is due then any more, or nothing
// until later: the visitor has left, say, or an agent has answered. One that comes after the
// next is left, for what it is for may yet be due.
func (v *visitor) rewake(at time.Time) {
	before := wakeTask{v.Wake, v.WakeFor}
	if v.due.at.Equal(before.at) {
		return
	}
	gone := v.due.at.IsZero() || v.due.at.After(before.at)
	cancel := gone && before.at.Sub(at) > cancelAhead
	if cancel {
		v.out.unwake = before
	}
	if !v.due.at.IsZero() {
		v.out.wake = v.due
	}
	if cancel || !v.due.at.IsZero() {
		v.Wake, v.WakeFor = v.due.at, v.due.cause
	}
}

// wakes tells whether a wake-up is to be asked for or cancelled after the change.
func (c *Change) wakes() bool { return !c.wake.at.IsZero() || !c.unwake.at.IsZero() }

// wakeLater does what a change asks for. asynq is up to a second early or late: the task comes
// early, and waits. What it is to do is in the visitor's state, and when in the timetable:
// without the task, a sweep does it some seconds late.
func (w *Worker) wakeLater(ctx context.Context, c *Change) error {
	shard := w.store.Shard(c.Subject)
	if !c.unwake.at.IsZero() {
		// Where that fails, it has come already, or comes and finds nothing to do.
		_ = w.inspect.DeleteTask(w.queue.partition(queueTimer, shard), c.unwake.id(c.Subject))
	}
	if c.wake.at.IsZero() {
		return nil
	}
	early := c.wake.at.Sub(w.now()) - 2*time.Second
	return w.queue.enqueue(ctx, WakeArgs{c.Subject, c.wake.at}, queueTimer, shard, asynq.TaskID(c.wake.id(c.Subject)), asynq.ProcessIn(max(0, early)))
}

// wakeAllLater is wakeLater for the changes of a sweep, several at a time: after an edit there
// may be thousands. A failure is only said, for the timetable has them all.
func (w *Worker) wakeAllLater(ctx context.Context, changes []*Change) {
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
