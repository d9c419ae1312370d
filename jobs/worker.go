package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Config is what a Worker is made of.
type Config struct {
	Store      store.Store
	Redis      Redis
	Partitions int // of each queue; see queue.partition
	Log        logrus.FieldLogger
	Now        func() time.Time
	TimeZone   *time.Location // of schedules and subjects that name none

	Concurrency int           // sweeps at once, and deliveries at once; at least 1
	Batch       int           // subjects decided and committed together; at least 1
	StopTimeout time.Duration // how long a stop waits for running jobs

	OpenDestination    map[string]deliver.OpenDestination // by type
	DefaultDestination definition.Destination             // where actions go while no destination is defined
	Notifier           Notifier                           // sends notices to agents' own services

	Metrics *Metrics // of this worker's own work; nil: none are kept
}

// Worker runs the jobs: boundaries, edits, deliveries, notices. Any number of
// workers may run on one Redis.
type Worker struct {
	Config
	engine    *engine.Engine
	deliverer *deliver.Deliverer
	queue     queue
	slots     deliver.Slots
	batchers  [batchers]batcher
	orphans   orphans
	said      oncePerMinute // of properties, what need not be said with each event
	inspect   *asynq.Inspector
	beat      atomic.Pointer[time.Time] // the last of its cron; nil: it has not started
}

// NewWorker makes a worker. It does nothing before Run.
func NewWorker(c Config) *Worker {
	w := &Worker{
		Config:  c,
		queue:   queue{client: asynq.NewClientFromRedisClient(c.Redis.Client), partitions: c.Partitions},
		inspect: asynq.NewInspectorFromRedisClient(c.Redis.Client),
	}
	w.engine = engine.New(engine.Config{
		Store: c.Store, TimeZone: c.TimeZone, Now: c.Now, Log: c.Log, Observer: c.Metrics, Batch: c.Batch, ShowHeldBack: true,
		AskSweep: func(ctx context.Context, shard int, nominal time.Time) error {
			return w.queue.enqueueSweep(ctx, shard, nominal, false)
		},
		AskTimers: w.wakeAllLater,
	})
	w.deliverer = deliver.New(deliver.Config{
		Store: c.Store, Now: c.Now, Log: c.Log, Stopping: w.engine.IsStopping, Ask: asks{w.queue},
		Open: c.OpenDestination, Default: c.DefaultDestination, Observe: c.Metrics.delivered,
	})
	for i := range w.batchers {
		w.batchers[i].take = w.processBatch
	}
	return w
}

// Job documents one kind of task.
type Job struct {
	Kind  string
	Queue string
	Doc   string
}

// Jobs are all kinds of tasks, as the workers run them.
func Jobs() []Job {
	var docs []Job
	for _, j := range new(Worker).jobs() {
		docs = append(docs, j.Job)
	}
	return docs
}

type registered struct {
	Job
	register func(*asynq.ServeMux)
}

// jobs lists all jobs.
func (w *Worker) jobs() []registered {
	return []registered{
		job(w, queueBoundary, "Decides on what is due in a shard.", w.sweep),
		job(w, queueBoundary, "Wakes all who use an edited schedule.", w.spread),
		lastingJob(w, queueEvent, "Takes in events, together with those of other tasks.", w.takeEvents),
		job(w, queueTimer, "Decides on a visitor at the very instant at which something is due.", w.wakeVisitor),
		job(w, queueUpkeep, "Decides on everything in a shard, due or not, and mends what differs.", w.reconcile),
		job(w, queueDelivery, "Gives a destination what it has not had of a shard's outbox.", w.deliver),
		lastingJob(w, queueDelivery, "Keeps one action that was given up, and delivers it when it is run.", w.replay),
		lastingJob(w, queueDelivery, "Sends one notice by a service of an agent's own.", w.notify),
	}
}

// job is one whose task is only a wake-up: when it has failed too often it is dropped,
// since the next beat asks again.
func job[A Args](w *Worker, queue, doc string, run func(context.Context, A, *attempt) error) registered {
	return lastingJob(w, queue, doc, wakeUp(run))
}

// lastingJob is one whose task is all there is of its work: when it has failed too
// often it is archived.
func lastingJob[A Args](w *Worker, queue, doc string, run func(context.Context, A, *attempt) error) registered {
	var zero A
	return registered{Job{zero.Kind(), queue, doc}, func(mux *asynq.ServeMux) { handle(mux, w, run) }}
}

func (w *Worker) mux() *asynq.ServeMux {
	mux := asynq.NewServeMux()
	for _, j := range w.jobs() {
		j.register(mux)
	}
	return mux
}

// Run works until the context ends, then stops gracefully: it takes no more tasks,
// waits for the running ones, and returns nil. It returns an error when it could
// not start.
func (w *Worker) Run(ctx context.Context) error {
	// Jobs outlive ctx: they end by themselves when they see that the worker stops.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var servers []*asynq.Server
	defer func() { w.stop(servers) }()
	mux := w.mux()
	// Each look for tasks is three commands, and each for delayed ones four: together with the
	// tick, an idle worker sends Redis less than a hundred a second. A server fetches its tasks
	// one by one, and spends most of that time waiting for the answers: events, which are many
	// and small, have a second one, that joins in when there are more than the first can fetch.
	for _, s := range []struct {
		queue       string
		concurrency int
		check       time.Duration // how often an idle server looks for tasks
		forward     time.Duration // how often it looks for delayed ones and retries
	}{
		{queueBoundary, w.Concurrency, 300 * time.Millisecond, time.Second},
		{queueDelivery, crowdedDestinations * w.lanesAtOnce(), 400 * time.Millisecond, 3 * time.Second},
		{queueEvent, eventsAtOnce / 2, 80 * time.Millisecond, 5 * time.Second},
		{queueEvent, eventsAtOnce / 2, 2 * time.Second, 30 * time.Second},
		{queueTimer, timersAtOnce, 800 * time.Millisecond, time.Second}, // its tasks come two seconds early
		{queueUpkeep, 1, 5 * time.Second, 5 * time.Second},
	} {
		if ctx.Err() != nil { // told to stop while starting: a server that never ran need not be waited for
			return nil
		}
		server := asynq.NewServerFromRedisClient(w.Redis.Server, asynq.Config{
			Concurrency: s.concurrency, Queues: w.queue.all(s.queue),
			TaskCheckInterval: s.check, DelayedTaskCheckInterval: s.forward,
			ShutdownTimeout: w.StopTimeout, BaseContext: func() context.Context { return work },
			IsFailure: isFailure, RetryDelayFunc: retryDelay,
			Logger: asynqLog{w.Log}, LogLevel: asynq.WarnLevel,
		})
		if err := server.Start(mux); err != nil {
			return fmt.Errorf("starting the server of %s: %w", s.queue, err)
		}
		servers = append(servers, server)
	}
	w.beats(w.Now())
	stopCron, err := w.startCron(work)
	if err != nil {
		return err
	}
	defer stopCron()
	w.catchUp(work)
	w.Log.WithFields(logrus.Fields{"shards": w.Store.Shards(), "concurrency": w.Concurrency}).Info("worker started")
	<-ctx.Done()
	w.engine.Stop()
	w.Log.Info("worker stops: waiting for running jobs")
	return nil
}

const (
	// eventsAtOnce is how many tasks with events a worker has at once, each of up to a
	// megabyte. They share their commits: the more there are, the less each costs.
	eventsAtOnce = 256
	// timersAtOnce is how many visitors a worker has whose time comes within two seconds.
	// Each waits, and costs a few kilobytes.
	timersAtOnce = 4096
)

// catchUp asks for what fell due while no worker ran, and for a reconciliation. A
// failure is no reason not to start: the next beat does the same.
func (w *Worker) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, tickTimeout) // a Redis that hangs just now must not keep the worker from stopping
	defer cancel()
	now := w.Now()
	err := errors.Join(w.tick(ctx, now.Truncate(time.Second)), w.enqueueReconcile(ctx, now.Truncate(time.Minute), 30*time.Second))
	if err != nil {
		w.Log.WithError(err).Warn("catching up failed: the next beat does its work")
	}
}

// handBack is how long it may take, after StopTimeout, to give back to Redis what
// was cut off.
const handBack = 2 * time.Second

// stop ends the servers: first no new tasks anywhere, then all wait together.
func (w *Worker) stop(servers []*asynq.Server) {
	w.engine.Stop()
	if w.Redis.giveUp != nil {
		defer time.AfterFunc(w.StopTimeout+handBack, w.Redis.giveUp).Stop()
	}
	for _, step := range []func(*asynq.Server){(*asynq.Server).Stop, (*asynq.Server).Shutdown} {
		var wait sync.WaitGroup
		for _, s := range servers { // at once: each sleeps as long as it looks for tasks, and does not let itself be woken
			wait.Go(func() { step(s) })
		}
		wait.Wait()
	}
	w.Log.Info("worker stopped")
}

// isFailure does not count what is nobody's fault: a worker that died or stops.
func isFailure(err error) bool {
	return err != nil && !errors.Is(err, asynq.ErrLeaseExpired) && !errors.Is(err, engine.ErrStopping)
}

// retryDelay doubles from a second to a minute, unless the error says when. What is
// nobody's fault goes at once.
func retryDelay(n int, err error, _ *asynq.Task) time.Duration {
	if !isFailure(err) {
		return 0
	}
	if later := (*deliver.Snooze)(nil); errors.As(err, &later) {
		return max(0, later.In) + time.Second // asynq is up to a second early
	}
	delay := min(time.Second<<min(n, 6), time.Minute)
	return delay + rand.N(time.Second)
}

// asynqLog gives asynq's log to logrus.
type asynqLog struct{ log logrus.FieldLogger }

func (l asynqLog) Debug(args ...any) { l.log.Debug(prefixed("asynq: ", args)...) }
func (l asynqLog) Info(args ...any)  { l.log.Debug(prefixed("asynq: ", args)...) }
func (l asynqLog) Warn(args ...any)  { l.log.Warn(prefixed("asynq: ", args)...) }
func (l asynqLog) Error(args ...any) { l.log.Error(prefixed("asynq: ", args)...) }

// Fatal never ends the process: that is for cmd to decide.
func (l asynqLog) Fatal(args ...any) { l.log.Error(prefixed("asynq: ", args)...) }

func prefixed(prefix string, args []any) []any { return append([]any{prefix}, args...) }

// RedisLog gives go-redis' log to logrus, at most one line in some seconds: while
// Redis is away, go-redis would write several a second. Give it to redis.SetLogger.
type RedisLog struct {
	Log logrus.FieldLogger
	Now func() time.Time

	mu   sync.Mutex
	last time.Time
}

// Printf implements the logger of go-redis.
func (l *RedisLog) Printf(_ context.Context, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.Now(); now.Sub(l.last) >= 5*time.Second {
		l.last = now
		l.Log.Warnf("redis: "+format, args...)
	}
}

var _ interface {
	Printf(ctx context.Context, format string, v ...any)
} = (*RedisLog)(nil)

var _ redis.Hook = retryHook{}
