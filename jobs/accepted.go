package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/enqueue"
)

// accepted knows the events that were accepted and are not taken in yet, by the notes of package enqueue.
type accepted struct {
	*parts
	rdb redis.UniversalClient
}

const (
	// clocksDiffer is by how much the clock of a sender may be ahead of a worker's: its events are waited for all the same. Those
	// that were accepted so much later are waited for, too, if they are noted at the time of the decision, which does no harm.
	clocksDiffer = time.Second

	// noteKept is how long a note is kept that has no task. It may be about to be enqueued.
	noteKept = time.Minute

	notesAtOnce = 8 // of a lane
)

// unfinished implements engine.Unfinished. It asks once for each lane, however many of its visitors and agents wait.
func (a *accepted) unfinished(ctx context.Context, waits []engine.Wait, except []string) ([]time.Time, error) {
	until := make(map[enqueue.Lane]time.Time)
	for _, w := range waits {
		for _, lane := range a.lanes(w) {
			until[lane] = hours.Later(until[lane], w.Until.Add(clocksDiffer))
		}
	}
	first, err := a.first(ctx, until, except)
	if err != nil {
		return nil, err
	}
	accepted := make([]time.Time, len(waits))
	for i, w := range waits {
		for _, lane := range a.lanes(w) {
			if at, some := first[lane]; some && !at.Add(-clocksDiffer).After(w.Until) {
				accepted[i] = hours.Earliest(accepted[i], at.Add(-clocksDiffer))
			}
		}
	}
	return accepted, nil
}

func (a *accepted) lanes(w engine.Wait) []enqueue.Lane {
	lanes := make([]enqueue.Lane, 0, len(w.Subjects))
	for _, s := range w.Subjects {
		lanes = append(lanes, enqueue.LaneOf(s, a.store.Shard))
	}
	return lanes
}

// first gives, for each lane that has any, when the first of its events was accepted that are not taken in yet.
func (a *accepted) first(ctx context.Context, until map[enqueue.Lane]time.Time, except []string) (map[enqueue.Lane]time.Time, error) {
	first, limit := make(map[enqueue.Lane]time.Time), int64(len(except)+notesAtOnce)
	for offset := int64(0); len(until) > 0; offset += limit {
		notes := make(map[enqueue.Lane]*redis.StringSliceCmd, len(until))
		if _, err := a.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
			for lane, at := range until {
				notes[lane] = p.ZRangeByLex(ctx, enqueue.AcceptedKey(lane.Shard), &redis.ZRangeBy{
					Min: "[" + lane.First(), Max: "(" + lane.Until(at.Add(time.Millisecond)), Offset: offset, Count: limit,
				})
			}
			return nil
		}); err != nil {
			return nil, fmt.Errorf("looking for events that were accepted: %w", err)
		}
		found, err := a.living(ctx, notes, except)
		if err != nil {
			return nil, err
		}
		for lane, reply := range notes {
			if at, some := found[lane]; some {
				first[lane] = at
				delete(until, lane)
			} else if int64(len(reply.Val())) < limit {
				delete(until, lane)
			}
		}
	}
	return first, nil
}

// living gives the time of the first note of each lane whose task is not done yet. Old ones without a task are struck out.
func (a *accepted) living(ctx context.Context, notes map[enqueue.Lane]*redis.StringSliceCmd, except []string) (map[enqueue.Lane]time.Time, error) {
	type entry struct {
		lane  enqueue.Lane
		note  string
		state *redis.StringCmd
	}
	var entries []entry
	_, _ = a.rdb.Pipelined(ctx, func(p redis.Pipeliner) error { // each reply has its own error
		for lane, reply := range notes {
			queue := a.queue.partition(queueEvent, lane.Shard)
			for _, note := range reply.Val() {
				if _, task := enqueue.ReadNote(note); !slices.Contains(except, task) {
					entries = append(entries, entry{lane, note, p.HGet(ctx, taskPrefix(queue)+task, "state")})
				}
			}
		}
		return nil
	})
	found, old := make(map[enqueue.Lane]time.Time), make(map[int][]any)
	for _, e := range entries {
		if err := e.state.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return nil, fmt.Errorf("looking for the tasks of events: %w", err)
		}
		at, _ := enqueue.ReadNote(e.note)
		switch state := e.state.Val(); {
		case state == "" && a.now().Sub(at) > noteKept:
			old[e.lane.Shard] = append(old[e.lane.Shard], e.note)
		case state == "" || state == "archived" || state == "completed":
		default:
			if earlier, some := found[e.lane]; !some || at.Before(earlier) {
				found[e.lane] = at
			}
		}
	}
	a.strike(ctx, old)
	return found, nil
}

// tidy strikes out old notes of a shard whose tasks are gone: those of a process that died before it enqueued one, or of tasks that an
// older version took in.
func (a *accepted) tidy(ctx context.Context, shard int) error {
	const most = 1000 // each hour
	notes := a.rdb.ZRange(ctx, enqueue.AcceptedKey(shard), 0, most-1)
	if err := notes.Err(); err != nil {
		return fmt.Errorf("reading the notes of events: %w", err)
	}
	_, err := a.living(ctx, map[enqueue.Lane]*redis.StringSliceCmd{{Shard: shard}: notes}, nil)
	return err
}

// strike strikes notes out, by shard. Where it fails, they are found to have no task later on.
func (a *accepted) strike(ctx context.Context, notes map[int][]any) {
	if len(notes) == 0 {
		return
	}
	if _, err := a.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for shard, some := range notes {
			p.ZRem(ctx, enqueue.AcceptedKey(shard), some...)
		}
		return nil
	}); err != nil {
		a.log.WithError(err).Log(LevelOf(err), "noting that events were taken in failed: their tasks tell")
	}
}

// done strikes out the notes of the tasks that need no further try.
func (a *accepted) done(ctx context.Context, batch []*request) {
	notes := make(map[int][]any)
	for _, r := range batch {
		if r.accepted == 0 || r.err != nil && !errors.Is(r.err, asynq.SkipRetry) {
			continue
		}
		seen := make(map[enqueue.Lane]bool)
		for i := range r.noted {
			for _, lane := range enqueue.LanesOf(&r.noted[i], a.store.Shard) {
				if !seen[lane] {
					seen[lane] = true
					notes[lane.Shard] = append(notes[lane.Shard], lane.Note(time.UnixMilli(r.accepted), r.task))
				}
			}
		}
	}
	a.strike(ctx, notes)
}

// originalTask is the id of a task with events, or of that of which it is a copy: the notes bear that.
func originalTask(ctx context.Context) string {
	id, _ := asynq.GetTaskID(ctx)
	return strings.ReplaceAll(id, copyPrefix, "")
}

// tasksOf are the tasks with events of a batch.
func tasksOf(batch []*request) []string {
	var tasks []string
	for _, r := range batch {
		if r.task != "" {
			tasks = append(tasks, r.task)
		}
	}
	return tasks
}
