package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/client"
)

// When a worker is killed, asynq gives what it held to another after a minute or two. For a
// wake-up that does not matter, but a task with events is all there is of them, and a welcome
// or a rescue may come of them. So the beat looks for tasks with events whose worker gives no
// sign of life for a while, and enqueues a copy of each.
//
// The original comes again, too, and finds that its events were heard. The same holds where
// the worker is not dead but only slow: what is read here of asynq's own can cost work, and
// never an event.

const (
	orphanAfter = 8 * time.Second // a living worker extends the lease of what it holds every five seconds
	mostOrphans = 1000            // in a queue, of one beat
	mostCopies  = 3               // of one task: one that kills its workers is left to asynq's own pace

	copyPrefix = "copy:" // of the id of a copy, before the id of what it copies
)

// leaseKey is asynq's own: a sorted set of the ids of the tasks under way, by the Unix time at which their leases run out.
// TestATaskUnderWayHasALease holds it to that. That time is of the clock of another machine, so it is compared with nothing but
// itself: a lease that stays as it was, while a living worker would have extended it, is a dead worker's.
func leaseKey(queue string) string { return "asynq:{" + queue + "}:lease" }

// orphans are the leases that the last beat has seen, by the id of the task.
type orphans struct {
	mu   sync.Mutex
	seen map[string]sighting
}

// sighting is one lease, as it was seen for some time.
type sighting struct {
	until float64
	since time.Time // by this worker's clock: when it was first seen with that end
	done  bool      // it was seen to
}

// look is what is known of a lease that is seen now.
func (o *orphans) look(id string, until float64, now time.Time) sighting {
	if s, ok := o.seen[id]; ok && s.until == until {
		return s
	}
	return sighting{until: until, since: now}
}

// adoptOrphans enqueues copies of tasks with events whose workers seem to have died. Of the
// copies that several workers make, all but the first find that their events were heard.
func (w *Worker) adoptOrphans(ctx context.Context) error {
	w.orphans.mu.Lock()
	defer w.orphans.mu.Unlock()
	now, seen := w.Now(), make(map[string]sighting)
	copies := 0
	for queue := range w.queue.all(queueEvent) {
		leases, err := w.Redis.Client.ZRangeWithScores(ctx, leaseKey(queue), 0, mostOrphans-1).Result()
		if err != nil {
			return fmt.Errorf("looking for events of dead workers: %w", err)
		}
		for _, lease := range leases {
			id, _ := lease.Member.(string)
			s := w.orphans.look(id, lease.Score, now)
			if !s.done && now.Sub(s.since) >= orphanAfter && strings.Count(id, copyPrefix) < mostCopies {
				n, err := w.adopt(ctx, queue, id)
				if err != nil {
					return err
				}
				copies, s.done = copies+n, true
			}
			seen[id] = s
		}
	}
	w.orphans.seen = seen
	if copies > 0 {
		w.Log.WithFields(logrus.Fields{"tasks": copies}).Warn("a worker has gone that held events: they are taken in from copies")
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
	case task.State != asynq.TaskStateActive || task.Type != (client.EventsArgs{}).Kind():
		return 0, nil
	}
	return 1, w.queue.putInto(ctx, queue, task.Type, task.Payload, asynq.TaskID(copyPrefix+id), asynq.MaxRetry(client.EventRetries))
}
