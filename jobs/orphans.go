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

	"github.com/deskbell/deskbell/jobs/enqueue"
)

// When a worker is killed, asynq gives its tasks to another after a minute or two. For a
// wake-up that does not matter. But nothing else keeps the events of a task, and a welcome or
// a rescue may come of them. So the beat looks for tasks with events whose worker gives no
// sign of life for a while, and enqueues a copy of each.
//
// The original comes again, too, and finds that its events were heard. The same holds where
// the worker is only slow, and not dead. So the keys of asynq's own that are read here can
// cost work, and never an event. A lease ends by the clock of another machine, so it is compared
// only with itself: a lease that stays as it was, while a living worker would have extended it,
// is a dead worker's.

const (
	orphanAfter = 8 * time.Second // a living worker extends the leases of its tasks every five seconds
	mostOrphans = 1000            // in a queue, of one beat
	mostCopies  = 3               // of one task: one that kills its workers is left to asynq's own pace

	copyPrefix = "copy:" // of the id of a copy, before the id of the original
)

// orphans finds tasks with events whose workers seem to have died.
type orphans struct {
	*parts
	rdb redis.UniversalClient

	mu   sync.Mutex
	seen map[string]sighting // by the id of the task: the leases at the last beat
}

// sighting is one lease, as it was seen for some time.
type sighting struct {
	until float64
	since time.Time // by this worker's clock: when it was first seen with that end
	done  bool      // its task needs no copy any more
}

// look adds to the last sighting of a lease, or starts a new one where the lease was extended.
func (o *orphans) look(id string, until float64, now time.Time) sighting {
	if s, ok := o.seen[id]; ok && s.until == until {
		return s
	}
	return sighting{until: until, since: now}
}

// adoptAll enqueues a copy of each. Several workers may do so: all copies except the first
// find that their events were heard.
func (o *orphans) adoptAll(ctx context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.restoreAll(ctx); err != nil {
		return err
	}
	now, seen := o.now(), make(map[string]sighting)
	copies := 0
	for queue := range o.queue.all(queueEvent) {
		leases, err := o.rdb.ZRangeWithScores(ctx, leaseKey(queue), 0, mostOrphans-1).Result()
		if err != nil {
			return fmt.Errorf("looking for events of dead workers: %w", err)
		}
		for _, lease := range leases {
			id, _ := lease.Member.(string)
			s := o.look(id, lease.Score, now)
			if !s.done && now.Sub(s.since) >= orphanAfter && strings.Count(id, copyPrefix) < mostCopies {
				n, err := o.adopt(ctx, queue, id)
				if err != nil {
					return err
				}
				copies, s.done = copies+n, true
			}
			seen[id] = s
		}
	}
	o.seen = seen
	if copies > 0 {
		o.log.WithFields(logrus.Fields{"tasks": copies}).Warn("a worker has gone that held events: they are taken in from copies")
	}
	return nil
}

// restoreAll gives leases to tasks that have lost theirs, of any kind.
func (o *orphans) restoreAll(ctx context.Context) error {
	queues := o.queue.everyPartition()
	busy := make([]*redis.IntCmd, len(queues))
	if _, err := o.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, queue := range queues {
			busy[i] = p.Exists(ctx, activeKey(queue))
		}
		return nil
	}); err != nil {
		return fmt.Errorf("looking for tasks under way: %w", err)
	}
	for i, queue := range queues {
		if busy[i].Val() == 0 {
			continue
		}
		n, err := restore(ctx, o.rdb, queue)
		if err != nil {
			return err
		}
		if n > 0 {
			o.log.WithFields(logrus.Fields{"queue": queue, "tasks": n}).
				Warn("tasks under way had lost their leases, and got new ones: was asynq's lease key deleted?")
		}
	}
	return nil
}

// adopt enqueues a copy of a task, and says how many. A task that has ended meanwhile needs none.
func (o *orphans) adopt(ctx context.Context, queue, id string) (copies int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("looking for events of dead workers: %w", err)
	}
	task, err := o.inspect.GetTaskInfo(queue, id)
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("reading a task of a dead worker: %w", err)
	case task.State != asynq.TaskStateActive || task.Type != (enqueue.EventsArgs{}).Kind():
		return 0, nil
	}
	return 1, o.queue.putInto(ctx, queue, task.Type, task.Payload, asynq.TaskID(copyPrefix+id), asynq.MaxRetry(enqueue.EventRetries))
}
