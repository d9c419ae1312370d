package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/nudge"
)

// Args are the arguments of a job: the payload of its task. A kind is never
// renamed, and a field never changes its meaning: tasks in Redis carry them.
type Args interface {
	Kind() string
}

// queue puts tasks into asynq.
type queue struct {
	client     *asynq.Client
	partitions int
	nudges     *nudge.Sender // wakes the servers of a queue; nil: they find its tasks within a second
	clock      *clock.Clock  // of the process; nil: the machine's is right
}

// in puts a task off by a time on the corrected clock: asynq goes by the machine's own.
func (q queue) in(wait time.Duration) asynq.Option {
	if wait > 0 && q.clock != nil {
		wait += q.clock.Offset()
	}
	return asynq.ProcessIn(wait)
}

// The queues. Each has a server of its own, so that slow deliveries do not hold up
// boundaries. They are few, because each server costs signs of life.
const (
	queueBoundary = "deskbell-boundary" // sweeps and spreads: seconds count
	queueDelivery = "deskbell-delivery" // outbox to destinations, notices
	queueEvent    = enqueue.EventQueue  // events: a tenth of a second counts
	queueTimer    = "deskbell-timer"    // visitors whose time comes, and shards with deadlines of agents: each task waits for its instant
	queueUpkeep   = "deskbell-upkeep"   // reconciling: minutes count
)

// partition is the name of the queue that has the tasks of a shard.
func (q queue) partition(name string, shard int) string {
	return enqueue.PartitionOf(name, shard, q.partitions)
}

// all gives the names of a queue's partitions, as asynq.Config wants them.
func (q queue) all(name string) map[string]int {
	queues := make(map[string]int, q.partitions)
	for n := range q.partitions {
		queues[q.partition(name, n)] = 1
	}
	return queues
}

// everyPartition gives the names of all partitions of all queues.
func (q queue) everyPartition() []string {
	var names []string
	for _, name := range []string{queueBoundary, queueDelivery, queueEvent, queueTimer, queueUpkeep} {
		names = append(names, slices.Sorted(maps.Keys(q.all(name)))...)
	}
	return names
}

// Slots are keys that are never there: one in each slot of a cluster that has something of Deskbell's. Whoever can write all of them can
// do all of the work.
func Slots(shards, partitions int) []string {
	tags := []string{"all", "deskbell:meta", "asynq:queues", "asynq:servers", "asynq:workers"} // as keys without braces, the last four are their own tags
	for shard := range shards {
		tags = append(tags, strconv.Itoa(shard))
	}
	tags = append(tags, queue{partitions: partitions}.everyPartition()...)
	keys := make([]string, len(tags))
	for i, tag := range tags {
		keys[i] = "deskbell:{" + tag + "}:writable"
	}
	return keys
}

// enqueue adds a task. While a task with the same id is there, it adds none, and that is
// a success.
func (q queue) enqueue(ctx context.Context, args Args, name string, shard int, opts ...asynq.Option) error {
	payload, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("encoding the payload of %s: %w", args.Kind(), err)
	}
	return q.putInto(ctx, q.partition(name, shard), args.Kind(), payload, opts...)
}

// putInto adds a task, its payload already encoded, to one partition of a queue.
func (q queue) putInto(ctx context.Context, partition, kind string, payload []byte, opts ...asynq.Option) error {
	opts = append([]asynq.Option{asynq.Queue(partition), asynq.MaxRetry(wakeUpRetries), asynq.Timeout(enqueue.TaskTimeout)}, opts...)
	task, err := q.client.EnqueueContext(ctx, asynq.NewTask(kind, payload), opts...)
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil
	}
	if err == nil && task.State == asynq.TaskStatePending {
		q.nudges.Send(partition)
	}
	return enqueue.Wrap(ctx, kind, err)
}

// wakeUpRetries are few, since a task is only a wake-up. When it fails for good, the next tick
// finds the work in Redis, and enqueues another task.
const wakeUpRetries = 3
