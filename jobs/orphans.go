package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"
)

// When a worker is killed, asynq gives what it held to another after a minute or two. For a
// wake-up that does not matter, but a task with events is all there is of them, and a welcome
// or a rescue may come of them. So the beat looks for tasks with events whose worker has not
// been heard of for a while, and enqueues a copy of each.
//
// The original comes again, too, and finds that its events were heard. The same holds where
// the worker is not dead but only slow: what is read here of asynq's own can cost work, and
// never an event.

const (
	// asynqLease is how long a worker has a task that it does not extend, and it extends what
	// it has every five seconds. Neither can be configured.
	asynqLease = 30 * time.Second

	orphanAfter = 8 * time.Second // without a sign of life: at the next beat after it, a copy is made
	orphanUntil = 2 * time.Minute // by then asynq has given it back
	mostOrphans = 1000            // in a queue, of one beat
	mostCopies  = 3               // of one task: one that kills its workers is left to asynq's own pace

	copyPrefix = "copy:" // of the id of a copy, before the id of what it copies
)

// orphaned gives the tasks of a queue that were not extended for so many seconds. The key is
// asynq's own: a sorted set of the ids of the tasks under way, by the Unix time at which their
// leases run out. TestATaskUnderWayHasALease holds it to that. The clock is that of Redis:
// asynq goes by the machines' clocks, and not by the one that the worker was given.
//
// KEYS lease   ARGV lease, least and most seconds since it was extended, limit
const orphaned = `
local now = redis.call('TIME')[1]
return redis.call('ZRANGEBYSCORE', KEYS[1], now + ARGV[1] - ARGV[3], now + ARGV[1] - ARGV[2], 'LIMIT', 0, ARGV[4])`

func leaseKey(queue string) string { return "asynq:{" + queue + "}:lease" }

// orphans are the tasks that the last beat has seen to.
type orphans struct {
	mu   sync.Mutex
	seen map[string]bool
}

// adoptOrphans enqueues copies of tasks with events whose workers seem to have died. Of the
// copies that several workers make, all but the first find that their events were heard.
func (w *Worker) adoptOrphans(ctx context.Context) error {
	w.orphans.mu.Lock()
	defer w.orphans.mu.Unlock()
	seen := make(map[string]bool)
	defer func() { w.orphans.seen = seen }()
	copies := 0
	for queue := range w.queue.all(queueEvent) {
		ids, err := redis.NewScript(orphaned).Run(ctx, w.Redis.Client, []string{leaseKey(queue)},
			asynqLease.Seconds(), orphanAfter.Seconds(), orphanUntil.Seconds(), mostOrphans).StringSlice()
		if err != nil {
			return fmt.Errorf("looking for events of dead workers: %w", err)
		}
		for _, id := range ids {
			if !w.orphans.seen[id] && strings.Count(id, copyPrefix) < mostCopies {
				n, err := w.adopt(ctx, queue, id)
				if err != nil {
					return err
				}
				copies += n
			}
			seen[id] = true
		}
	}
	if copies > 0 {
		w.log.WithFields(logrus.Fields{"tasks": copies}).Warn("a worker has gone that held events: they are taken in from copies")
	}
	return nil
}

// adopt enqueues a copy of a task, and says how many. One that has ended meanwhile needs none.
func (w *Worker) adopt(ctx context.Context, queue, id string) (copies int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("looking for events of dead workers: %w", err)
	}
	task, err := w.inspect.GetTaskInfo(queue, id)
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("reading a task of a dead worker: %w", err)
	case task.State != asynq.TaskStateActive || task.Type != (EventsArgs{}).Kind():
		return 0, nil
	}
	return 1, w.queue.putInto(ctx, queue, task.Type, task.Payload, asynq.TaskID(copyPrefix+id), asynq.MaxRetry(eventRetries))
}
