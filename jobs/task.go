package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/client"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
)

// Args are the arguments of a job: the payload of its task. A kind is never
// renamed, and a field never changes its meaning: tasks in Redis carry them.
type Args interface {
	Kind() string
}

// attempt collects what one run of a job has to say. It becomes one log line: at
// level debug when nothing happened, for loops speak when they did something.
type attempt struct {
	fields logrus.Fields
	did    bool
}

// Did adds a field that says what was done.
func (a *attempt) Did(name string, value any) {
	a.fields[name] = value
	a.did = true
}

// Field adds a field without which the line would still be worth nothing.
func (a *attempt) Field(name string, value any) { a.fields[name] = value }

// handle registers a job. The payload is decoded here and nowhere else: one that
// cannot be decoded is archived with its reason, since no retry will mend it.
func handle[A Args](mux *asynq.ServeMux, w *Worker, run func(context.Context, A, *attempt) error) {
	var zero A
	mux.HandleFunc(zero.Kind(), func(ctx context.Context, t *asynq.Task) error {
		start := w.Now()
		log := &attempt{fields: logrus.Fields{"kind": zero.Kind()}}
		var args A
		err := json.Unmarshal(t.Payload(), &args)
		if err != nil {
			err = fmt.Errorf("decoding the payload of %s: %w (%w)", zero.Kind(), err, asynq.SkipRetry)
		} else {
			err = run(ctx, args, log)
		}
		w.logAttempt(ctx, log, start, err)
		w.Metrics.ran(zero.Kind(), outcome(ctx, err))
		return err
	})
}

func (w *Worker) logAttempt(ctx context.Context, log *attempt, start time.Time, err error) {
	if n, ok := asynq.GetRetryCount(ctx); ok && n > 0 {
		log.fields["retry"] = n
	}
	log.fields["took"] = w.Now().Sub(start).Round(time.Millisecond).String()
	line := w.Log.WithFields(log.fields)
	switch {
	case errors.Is(err, engine.ErrStopping):
		line.Info("job handed back: the worker stops")
	case errors.Is(err, asynq.SkipRetry):
		line.WithError(err).Error("job archived: no retry will mend it")
	case errors.Is(err, asynq.RevokeTask):
		line.WithError(err).Warn("job dropped: it failed too often; the next beat does its work")
	case err != nil && lastTry(ctx):
		line.WithError(err).Error("job archived: it failed too often")
	case err != nil:
		line.WithError(err).Warn("job failed: it will be tried again")
	case log.did:
		line.Info("job done")
	default:
		line.Debug("job done")
	}
}

// outcome is the result of a run of a job, for the metrics.
func outcome(ctx context.Context, err error) string {
	switch {
	case err == nil:
		return jobDone
	case errors.Is(err, engine.ErrStopping):
		return jobStopped
	case errors.Is(err, asynq.RevokeTask):
		return jobFailed
	case errors.Is(err, asynq.SkipRetry) || lastTry(ctx):
		return jobArchived
	}
	return jobFailed
}

func lastTry(ctx context.Context) bool {
	retried, ok := asynq.GetRetryCount(ctx)
	most, ok2 := asynq.GetMaxRetry(ctx)
	return ok && ok2 && retried >= most
}

// wakeUp lets a job be dropped, and not archived, when it is out of tries. A failure
// that says when to come again has as many as its task; others have a few.
func wakeUp[A Args](run func(context.Context, A, *attempt) error) func(context.Context, A, *attempt) error {
	return func(ctx context.Context, args A, log *attempt) error {
		err := run(ctx, args, log)
		if !isFailure(err) || errors.Is(err, asynq.SkipRetry) {
			return err
		}
		later := (*deliver.Snooze)(nil)
		if n, ok := asynq.GetRetryCount(ctx); lastTry(ctx) || ok && n >= wakeUpRetries && !errors.As(err, &later) {
			return fmt.Errorf("%w (%w)", err, asynq.RevokeTask)
		}
		return err
	}
}

// queue puts tasks into asynq.
type queue struct {
	client     *asynq.Client
	partitions int
}

// The queues. Each has a server of its own, so that slow deliveries do not hold up
// boundaries. They are few, because each costs polling commands.
const (
	queueBoundary = "deskbell-boundary" // sweeps and spreads: seconds count
	queueDelivery = "deskbell-delivery" // outbox to destinations, notices
	queueEvent    = client.EventQueue   // events: a tenth of a second counts
	queueTimer    = "deskbell-timer"    // visitors whose time comes: each task waits for its instant
	queueUpkeep   = "deskbell-upkeep"   // reconciling: minutes count
)

func (q queue) partition(name string, shard int) string {
	return client.PartitionOf(name, shard, q.partitions)
}

// all are the names of a queue's partitions, as asynq.Config wants them.
func (q queue) all(name string) map[string]int {
	queues := make(map[string]int, q.partitions)
	for n := range q.partitions {
		queues[q.partition(name, n)] = 1
	}
	return queues
}

// enqueue adds a task. With a task id, a second one is not added while the first
// is there, which is a success.
func (q queue) enqueue(ctx context.Context, args Args, name string, shard int, opts ...asynq.Option) error {
	payload, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("encoding the payload of %s: %w", args.Kind(), err)
	}
	return q.put(ctx, args.Kind(), payload, name, shard, opts...)
}

// put adds a task with a payload that is encoded already.
func (q queue) put(ctx context.Context, kind string, payload []byte, name string, shard int, opts ...asynq.Option) error {
	return q.putInto(ctx, q.partition(name, shard), kind, payload, opts...)
}

// putInto adds a task to one partition of a queue.
func (q queue) putInto(ctx context.Context, partition, kind string, payload []byte, opts ...asynq.Option) error {
	opts = append([]asynq.Option{asynq.Queue(partition), asynq.MaxRetry(wakeUpRetries), asynq.Timeout(client.TaskTimeout)}, opts...)
	_, err := q.client.EnqueueContext(ctx, asynq.NewTask(kind, payload), opts...)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		if ctx.Err() != nil { // of which asynq keeps only the text
			err = ctx.Err()
		}
		return fmt.Errorf("enqueueing %s: %w", kind, err)
	}
	return nil
}

// wakeUpRetries: a task is only a wake-up. When it fails for good, the next tick finds in
// Redis what is still to be done, and enqueues another.
const wakeUpRetries = 3
