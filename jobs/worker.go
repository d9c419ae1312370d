package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Config has the settings of a Worker, and the things that it works with.
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
	Calendars          CalendarFetcher                    // fetches calendars; nil: none are fetched

	Metrics *Metrics // of this worker's own work; nil: none are kept
}

// Worker runs the jobs: boundaries, edits, deliveries, notices. Any number of
// workers may run on one Redis.
type Worker struct {
	Config
	*parts
	jobs    []registered
	crontab crontab
	pulse   *pulse
}

// NewWorker makes a worker. It does nothing before Run.
func NewWorker(c Config) *Worker {
	p := &parts{
		store: c.Store, now: c.Now, log: c.Log, observe: c.Metrics,
		queue:   queue{client: asynq.NewClientFromRedisClient(c.Redis.Client), partitions: c.Partitions},
		inspect: asynq.NewInspectorFromRedisClient(c.Redis.Client),
		batch:   c.Batch, lanes: lanesAtOnce(c.Concurrency),
	}
	p.engine = engine.New(engine.Config{
		Store: c.Store, TimeZone: c.TimeZone, Now: c.Now, Log: c.Log, Observer: c.Metrics, Batch: c.Batch, ShowHeldBack: true,
		AskSweep: func(ctx context.Context, shard int, nominal time.Time) error {
			return enqueueSweep(ctx, p.queue, shard, nominal, false)
		},
		AskTimers: timers{p}.askAll,
	})
	p.deliverer = deliver.New(deliver.Config{
		Store: c.Store, Now: c.Now, Log: c.Log, Stopping: p.engine.IsStopping, Ask: asks{p.queue},
		Open: c.OpenDestination, Default: c.DefaultDestination, Observe: c.Metrics.delivered,
	})
	beats := new(pulse)
	return &Worker{
		Config: c, parts: p, jobs: allJobs(p, c.Notifier, c.Calendars), pulse: beats,
		crontab: crontab{ticker{p, &orphans{parts: p, rdb: c.Redis.Client}}, beats},
	}
}

func (w *Worker) mux() *asynq.ServeMux {
	mux := asynq.NewServeMux()
	for _, j := range w.jobs {
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
	// one by one, and spends most of that time waiting for the answers. Events are many and
	// small, so they have a second server: it joins in when there are more than the first can
	// fetch.
	for _, s := range []struct {
		queue       string
		concurrency int
		check       time.Duration // how often an idle server looks for tasks
		forward     time.Duration // how often it looks for delayed ones and retries
	}{
		{queueBoundary, w.Concurrency, 300 * time.Millisecond, time.Second},
		{queueDelivery, crowdedDestinations * w.lanes, 400 * time.Millisecond, 3 * time.Second},
		{queueEvent, eventsAtOnce / 2, 80 * time.Millisecond, 5 * time.Second},
		{queueEvent, eventsAtOnce / 2, 2 * time.Second, 30 * time.Second},
		{queueTimer, timersAtOnce, 800 * time.Millisecond, time.Second}, // its tasks come two seconds early
		{queueUpkeep, 1, 5 * time.Second, 5 * time.Second},
	} {
		if ctx.Err() != nil { // the worker stops while it starts: a server that never ran need not be waited for
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
	w.pulse.beat(w.Now())
	stopCron, err := w.crontab.start(work)
	if err != nil {
		return err
	}
	defer stopCron()
	w.crontab.catchUp(work)
	w.Log.WithFields(logrus.Fields{"shards": w.Store.Shards(), "concurrency": w.Concurrency}).Info("worker started")
	<-ctx.Done()
	w.engine.Stop()
	w.Log.Info("worker stops: waiting for running jobs")
	return nil
}

// timersAtOnce is how many visitors a worker has whose time comes within two seconds.
// Each waits, and costs a few kilobytes.
const timersAtOnce = 4096

// handBack is how long it may take, after StopTimeout, to give back to Redis the tasks that
// were cut off.
const handBack = 2 * time.Second

// stop ends the servers: first no new tasks anywhere, then all wait together.
func (w *Worker) stop(servers []*asynq.Server) {
	w.engine.Stop()
	if w.Redis.giveUp != nil {
		defer time.AfterFunc(w.StopTimeout+handBack, w.Redis.giveUp).Stop()
	}
	for _, step := range []func(*asynq.Server){(*asynq.Server).Stop, (*asynq.Server).Shutdown} {
		var wait sync.WaitGroup
		for _, s := range servers { // at once: each sleeps between two looks for tasks, and nothing wakes it
			wait.Go(func() { step(s) })
		}
		wait.Wait()
	}
	w.Log.Info("worker stopped")
}

// Health says why the worker is as good as dead, and is better started anew. A worker that
// has not started yet, or that stops, is well. Health asks nothing of Redis: while Redis is
// away, no restart is a cure.
func (w *Worker) Health(context.Context) error {
	return w.pulse.health(w.Now(), w.engine.IsStopping())
}

// Ready says why the worker does not work yet, or does no more.
func (w *Worker) Ready(context.Context) error { return w.pulse.ready(w.engine.IsStopping()) }
