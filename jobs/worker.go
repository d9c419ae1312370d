package jobs

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/nudge"
	"github.com/deskbell/deskbell/jobs/outage"
	"github.com/deskbell/deskbell/jobs/quota"
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

	KeepVisitors       time.Duration                      // without a name and a chat; zero: visit.KeptUnnamed
	Quotas             *quota.Book                        // of properties; nil: none
	Bounds             deliver.Bounds                     // of what waits for destinations; the zero value: none
	OpenDestination    map[string]deliver.OpenDestination // by type
	DefaultDestination definition.Destination             // where actions go while no destination is defined
	OwnDestinations    map[string]definition.Destination  // get all actions, whatever is defined; see deliver.Config
	Notifier           Notifier                           // sends notices to agents' own services
	Pusher             Pusher                             // sends notices to agents' browsers and phones; nil: they get none
	Calendars          CalendarFetcher                    // fetches calendars; nil: none are fetched
	Tenders            map[string]Tender                  // of destinations, by type

	Metrics *Metrics // of this worker's own work; nil: none are kept
	Peers   *Peers   // of this process, with its clock; nil: the time zones in use, Now is right, and nobody else asks for them
}

// Worker runs the jobs: boundaries, edits, deliveries, notices. Any number of
// workers may run on one Redis.
type Worker struct {
	Config
	*parts
	jobs    []registered
	crontab crontab
	pulse   *pulse
	nudges  *nudge.Watch

	losses *losses
}

// NewWorker makes a worker. It does nothing before Run.
func NewWorker(c Config) *Worker {
	if c.Peers == nil {
		c.Peers = NewPeers(PeersConfig{Version: zones.Version(), Clock: clock.Free(c.Now), Log: c.Log})
	}
	nudges := nudge.NewWatch(c.Redis.Client)
	p := &parts{
		store: c.Store, now: c.Now, clock: c.Peers.Clock, log: c.Log, observe: c.Metrics, samples: new(sampler),
		queue:   queue{asynq.NewClientFromRedisClient(c.Redis.Client), c.Partitions, nudges.Sender, c.Peers.Clock},
		inspect: asynq.NewInspectorFromRedisClient(c.Redis.Client),
		batch:   c.Batch, lanes: lanesAtOnce(c.Concurrency), cut: newNoticeCut(),
	}
	p.accepted = &accepted{p, c.Redis.Client}
	p.engine = engine.New(engine.Config{
		Store: c.Store, TimeZone: c.TimeZone, Now: c.Now, Log: c.Log, Observer: c.Metrics, Batch: c.Batch, KeepVisitors: c.KeepVisitors, ShowHeldBack: true,
		SetAside: true, Quotas: quotasOf(c.Quotas),
		AskSweep: func(ctx context.Context, shard int, nominal time.Time) error {
			return enqueueSweep(ctx, p.queue, shard, nominal, false)
		},
		AskTimers: timers{p}.askAll, Unfinished: p.accepted.unfinished,
	})
	p.deliverer = deliver.New(deliver.Config{
		Store: c.Store, Now: c.Now, Log: c.Log, Stopping: p.engine.IsStopping, Ask: asks{p.queue},
		Open: c.OpenDestination, Default: c.DefaultDestination, Own: c.OwnDestinations, Bounds: c.Bounds, Observe: c.Metrics.delivered,
		StillTrue: noticeTruth{p}.check,
	})
	beats := new(pulse)
	return &Worker{
		Config: c, parts: p, jobs: allJobs(p, c.Notifier, c.Pusher, c.Calendars, c.Tenders), pulse: beats, nudges: nudges,
		losses:  &losses{parts: p, rdb: c.Redis.Client},
		crontab: crontab{ticker: ticker{p, &orphans{parts: p, rdb: c.Redis.Client}, c.Tenders}, pulse: beats},
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
	work, cancel := context.WithCancel(outage.Patient(context.WithoutCancel(ctx)))
	defer cancel()
	defer w.Peers.leave(work, w.Store)
	stopWaking := w.wakeServers(work)
	defer stopWaking()
	stopNoting := w.noteRefused(work)
	defer stopNoting()
	stopWatching := untilEnded(work, func(ctx context.Context) { w.Redis.WatchWrites(ctx, w.Log) })
	defer stopWatching()
	deciding, delivering := newServers(w, decidingQueues(w.Concurrency)), newServers(w, []served{deliveryQueue(w.lanes)})
	defer func() { w.stop(slices.Concat(deciding.running(), delivering.running())) }()
	mayDecide := w.Peers.beat(ctx, w.Store, store.RoleStandsBy)
	for _, s := range []struct {
		*servers
		may bool
	}{{delivering, w.clock.Decides()}, {deciding, mayDecide && w.clock.Decides()}} {
		if s.may {
			if err := s.start(ctx, work); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil { // the worker stops while it starts
		return nil
	}
	w.pulse.beat(w.Now())
	if err := w.crontab.start(work); err != nil {
		return err
	}
	defer w.crontab.stop()
	if w.clock.Decides() {
		w.crontab.catchUp(ctx)
	}
	w.Log.WithFields(logrus.Fields{"shards": w.Store.Shards(), "concurrency": w.Concurrency}).Info("worker started")
	err := w.attend(ctx, work, deciding, delivering)
	w.engine.Stop()
	w.Log.Info("worker stops: waiting for running jobs")
	return err
}

// wakeServers wakes servers that have something to do, until it is ended: after them.
func (w *Worker) wakeServers(ctx context.Context) (end func()) {
	w.Redis.room.wakes(func() { w.wakeQueue(queueEvent) })
	stop := untilEnded(ctx, w.nudges.Run)
	return func() {
		stop()
		w.nudges.Wait()
	}
}

// untilEnded runs something until it is ended, and waits for it then.
func untilEnded(ctx context.Context, run func(context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() { run(ctx) })
	return func() {
		cancel()
		wait.Wait()
	}
}

// wakeQueue wakes the servers of this worker that have partitions of a queue.
func (w *Worker) wakeQueue(name string) {
	for partition := range w.queue.all(name) {
		w.nudges.Wake(partition)
	}
}

// attend starts and stops the servers until ctx ends: those that decide as the time zones of other workers want it, and all as the
// clock of the machine wants it. It starts the cron anew when that clock leaps, since cron sleeps by it.
func (w *Worker) attend(ctx, work context.Context, deciding, delivering *servers) error {
	ticker := w.clock.Ticker(beatEvery)
	defer ticker.Stop()
	var waking, looking single
	defer waking.wait()
	defer looking.wait()
	decides, delivers := attended{servers: deciding}, attended{servers: delivering}
	defer func() {
		w.engine.Stop()
		decides.wait()
		delivers.wait()
	}()
	for leaps := w.clock.Leaps(); ; {
		mayDecide := w.Peers.beat(ctx, w.Store, deciding.role())
		right := w.clock.Decides()
		mayDecide = mayDecide && right
		if n := w.clock.Leaps(); n != leaps {
			leaps = n
			if err := w.crontab.start(work); err != nil {
				return err
			}
		}
		if _, err := delivers.want(ctx, work, right); err != nil {
			return err
		}
		if !mayDecide && deciding.isRunning() {
			w.engine.Yield(true)
		}
		if mayDecide {
			looking.do(func() { w.losses.look(work) })
		}
		started, err := decides.want(ctx, work, mayDecide)
		switch {
		case err != nil:
			return err
		case started:
			continue // others wait to be told
		case mayDecide && decides.stopped == nil && w.Peers.isLeader():
			waking.do(func() { w.wakeAll(work) })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-decides.stopped:
			decides.stopped = nil
			w.engine.Yield(false) // nothing is left to hand over
		case <-delivers.stopped:
			delivers.stopped = nil
		case <-ticker.C:
		}
	}
}

// single does one thing at a time.
type single struct {
	busy atomic.Bool
	all  sync.WaitGroup
}

// do does something soon, unless something is being done.
func (s *single) do(f func()) {
	if s.busy.CompareAndSwap(false, true) {
		s.all.Go(func() {
			defer s.busy.Store(false)
			f()
		})
	}
}

func (s *single) wait() { s.all.Wait() }

// handBack is how long it may take, after StopTimeout, to give back to Redis the tasks that
// were cut off.
const handBack = 2 * time.Second

// stop ends the servers, when the worker stops.
func (w *Worker) stop(servers []server) {
	w.engine.Stop()
	endCut := w.cut.after(w.StopTimeout)
	defer endCut()
	if w.Redis.giveUp != nil {
		defer time.AfterFunc(w.StopTimeout+handBack, w.Redis.giveUp).Stop()
	}
	stopServers(servers)
	w.Log.Info("worker stopped")
}

// Health says why the worker is as good as dead, and is better started anew. A worker that
// has not started yet, or that stops, is well. Health asks nothing of Redis: while Redis is
// away, no restart is a cure.
func (w *Worker) Health(context.Context) error {
	return cmp.Or(w.Stuck(), w.clock.Health())
}

// Stuck says why nothing but a new start helps the worker. Unlike Health, it lets pass that the machine's clock is wrong: a new start
// finds the same clock.
func (w *Worker) Stuck() error { return w.pulse.health(w.Now(), w.engine.IsStopping()) }

// Ready says why the worker does not work yet, or does no more.
func (w *Worker) Ready(context.Context) error {
	return cmp.Or(w.pulse.ready(w.engine.IsStopping()), w.clock.Health())
}

// Slots are those that the worker needs; see the function.
func (w *Worker) Slots() []string { return Slots(w.Store.Shards(), w.Partitions) }
