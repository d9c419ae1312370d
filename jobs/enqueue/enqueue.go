package enqueue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/wire"
	"github.com/deskbell/deskbell/jobs/nudge"
)

// EventsArgs are events to be taken in. Each is complete, as an event.Intake gives it.
type EventsArgs struct {
	Events   []event.Event `json:"events"`
	Accepted int64         `json:"accepted,omitempty"` // when they were, in Unix ms, as their notes say; 0: there are none
	By       Way           `json:"by,omitempty"`
}

// Way is how events came.
type Way string

// The ways. Events of a task of somebody's own making bear none, and count as ByRedis.
const (
	ByHTTP  Way = "http"  // with the quotas of those
	ByRedis Way = "redis" // of a program that writes into Redis itself: a Client, or a task of its own making
)

// Kind implements Args.
func (EventsArgs) Kind() string { return "event:take" }

// Decode reads a payload, as parcels have it or not.
func (a *EventsArgs) Decode(payload []byte) error {
	return wire.Unmarshal(payload, a, (*EventsArgs).form)
}

// form is for reading alone.
func (a *EventsArgs) form(c *wire.Codec) {
	c.Object(func() {
		if c.Key("events") {
			wire.Items(&a.Events, c, (*event.Event).Form)
		}
		wire.MaybeInt(c, "accepted", &a.Accepted)
		wire.MaybeText(c, "by", &a.By)
	})
}

// EventQueue is the queue of tasks with events.
const EventQueue = "deskbell-event"

// PartitionOf is the queue of a kind of work for a shard. A queue is one slot of a
// Redis Cluster; partitions spread it over several.
func PartitionOf(queue string, shard, partitions int) string {
	if partitions == 1 {
		return queue
	}
	return fmt.Sprintf("%s-%d", queue, shard%partitions)
}

// EventRetries lets a task be tried for some hours: its events are stored nowhere else.
const EventRetries = 200

// TaskTimeout bounds one run of a task. A sweep of a million subjects in one shard takes some tens of seconds.
const TaskTimeout = 10 * time.Minute

// enqueuer hands parcels of events to the workers.
type enqueuer struct {
	asynq      *asynq.Client
	rdb        redis.UniversalClient
	partitions int
	nudges     *nudge.Sender
	by         Way // empty: ByRedis
}

func newEnqueuer(rdb redis.UniversalClient, partitions int, nudges *nudge.Sender) enqueuer {
	return enqueuer{asynq: asynq.NewClientFromRedisClient(rdb), rdb: rdb, partitions: partitions, nudges: nudges}
}

// enqueue notes the events of a parcel, and enqueues it. Redis has it already where its id is known there: the answer to
// the first try was lost.
func (q enqueuer) enqueue(ctx context.Context, p *parcel, at time.Time) error {
	id := uuid.NewString()
	if err := note(ctx, q.rdb, p.lanes, at, id); err != nil {
		return err
	}
	kind, queue := EventsArgs{}.Kind(), PartitionOf(EventQueue, p.shard, q.partitions)
	_, err := q.asynq.EnqueueContext(ctx, asynq.NewTask(kind, p.payload(at, q.by)), asynq.TaskID(id),
		asynq.Queue(queue), asynq.MaxRetry(EventRetries), asynq.Timeout(TaskTimeout))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return Wrap(ctx, kind, err)
	}
	q.nudges.Send(queue)
	return nil
}

// Wrap wraps what asynq answered to an enqueue; nil stays nil. Of a context that has ended asynq keeps only
// the text, so the context's own error takes its place.
func Wrap(ctx context.Context, kind string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return fmt.Errorf("enqueueing %s: %w", kind, err)
}
