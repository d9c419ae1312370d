package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/store"
)

// giveUpAfter is for how long an action is tried. Then it is archived.
const giveUpAfter = 12 * time.Hour

// ReplayArgs is an action that was given up. Its task is in asynq's archive, where the
// monitor shows it with the last error, and delivers it when it is run: with the id
// that it had, and after what has come since. The archive keeps 10,000 tasks of a
// queue, for 90 days.
type ReplayArgs struct {
	Destination string `json:"destination"`
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

// isOld tells whether an action that was committed at an instant is given up when its destination is lost. The zero instant is no
// action's.
func isOld(committed, now time.Time) bool {
	return !committed.IsZero() && now.Sub(committed) >= giveUpAfter
}

// archive gives an action up. asynq archives only what has failed: the task is run,
// and fails at once. (Its Inspector can archive without that, but then forgets to
// delete what the archive has no room for.)
func (l *lane) archive(ctx context.Context, seq string, body []byte, reason string) error {
	args := ReplayArgs{Destination: l.Destination, Shard: l.Shard, Seq: seq, ID: idOf(body), Error: reason, Body: string(body)}
	task := fmt.Sprintf("replay:%s:%d:%s", l.Destination, l.Shard, seq)
	if err := l.w.queue.enqueue(ctx, args, queueDelivery, l.Shard, asynq.TaskID(task), asynq.MaxRetry(replayRetries)); err != nil {
		return err
	}
	l.archived++
	l.log.set("archived", l.archived)
	l.w.observeDelivery(l.Destination, "archived", 1)
	return nil
}

// giveUp archives what is too old, of a destination that has failed for as long. So
// what waits for it has a bound.
func (l *lane) giveUp(ctx context.Context) error {
	now := l.w.Now()
	if !l.seen.isLost(now) {
		return nil
	}
	for len(l.aside) > 0 && isOld(l.aside[0].At, now) {
		if err := l.archive(ctx, l.aside[0].Seq, l.aside[0].Body, l.seen.Error); err != nil {
			return err
		}
		if err := l.taken(ctx, 0); err != nil {
			return err
		}
	}
	for {
		entries, err := l.read(ctx)
		if err != nil {
			return err
		}
		old := slices.IndexFunc(entries, func(e store.Entry) bool { return !isOld(e.At, now) })
		if old < 0 {
			old = len(entries)
		}
		if old == 0 {
			return nil
		}
		for _, e := range entries[:old] {
			if !l.wants(e) {
				continue
			}
			if err := l.archive(ctx, e.Seq, e.Body, l.seen.Error); err != nil {
				return err
			}
		}
		if err := l.settle(ctx, store.Settlement{From: l.cursor, To: entries[old-1].Seq, All: l.all}); err != nil {
			return err
		}
	}
}

// replay delivers an action that was given up. A task that has never failed is one
// that is only to be archived.
func (w *Worker) replay(ctx context.Context, args ReplayArgs, log *attempt) error {
	log.note("destination", args.Destination)
	log.note("id", args.ID)
	fresh, err := w.neverFailed(ctx)
	if err != nil {
		return err
	}
	if fresh {
		return fmt.Errorf("giving up after 12 hours: %s (%w)", args.Error, asynq.SkipRetry)
	}
	defs, err := w.destinations(ctx)
	if err != nil {
		return err
	}
	def, ok := defs[args.Destination]
	if !ok {
		log.set("dropped", "the destination is no longer defined")
		return nil
	}
	out, err := w.openLine(ctx, args.Destination, def)
	if err != nil {
		return err
	}
	if err := out.permit(ctx); err != nil {
		return out.pausedReplay(err)
	}
	err = out.call(ctx, []Delivery{{Shard: args.Shard, Seq: args.Seq, ID: args.ID, Body: []byte(args.Body)}}, true)
	if err == nil {
		log.set("sent", 1)
	}
	return err
}

// pausedReplay says when a replay that may not be made now is made.
func (l *line) pausedReplay(err error) error {
	switch {
	case !errors.Is(err, errPaused):
		return err
	case l.seen.Gone:
		return fmt.Errorf("delivering again to %q: it is gone: %s; run deskbell deliveries replay --destination %s when it is back (%w)", l.name, l.seen.Error, l.name, asynq.SkipRetry)
	default:
		err = fmt.Errorf("delivering again to %q: it is paused until %s: %s", l.name, l.seen.Until.Format(time.RFC3339), l.seen.Error)
		return &tryLater{err, max(time.Second, l.seen.Until.Sub(l.w.Now()))}
	}
}

func (w *Worker) neverFailed(ctx context.Context) (bool, error) {
	id, _ := asynq.GetTaskID(ctx)
	queue, _ := asynq.GetQueueName(ctx)
	info, err := w.inspect.GetTaskInfo(queue, id)
	if err != nil {
		return false, fmt.Errorf("looking at the task %s: %w", id, err)
	}
	return info.LastErr == "", nil
}
