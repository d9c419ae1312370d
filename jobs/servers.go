package jobs

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/nudge"
	"github.com/deskbell/deskbell/jobs/store"
)

// served is how a queue is served.
type served struct {
	queue       string
	concurrency int
	forward     time.Duration // how often it looks for delayed tasks and retries, while there are any in some queue
	helps       bool          // it joins in when there are more tasks than the server before it can fetch
}

// No server polls: package nudge wakes them. A server fetches its tasks one by one, and spends most of that time waiting for
// the answers. Events are many and small, so they have a second server.

// decidingQueues are those whose tasks decide on subjects.
func decidingQueues(concurrency int) []served {
	return []served{
		{queue: queueBoundary, concurrency: concurrency, forward: time.Second},
		{queue: queueEvent, concurrency: eventsAtOnce / 2, forward: time.Second},
		{queue: queueEvent, concurrency: eventsAtOnce / 2, forward: 30 * time.Second, helps: true},
		{queue: queueTimer, concurrency: timersAtOnce, forward: time.Second}, // its tasks come two seconds early
		{queue: queueUpkeep, concurrency: 1, forward: 5 * time.Second},
	}
}

// deliveryQueue has those that only pass on what was decided.
func deliveryQueue(lanes int) served {
	return served{queue: queueDelivery, concurrency: crowdedDestinations * lanes, forward: time.Second}
}

// timersAtOnce is how many visitors a worker has whose time comes within two seconds.
// Each waits, and costs a few kilobytes.
const timersAtOnce = 4096

// servers serve some queues, and may be started again when they were stopped. One goroutine starts and stops them.
type servers struct {
	worker *Worker
	queues []served

	mu  sync.Mutex
	run []server // nil: stopped
}

// server is one of asynq's, with the client by which it looks for tasks.
type server struct {
	*asynq.Server
	calls *nudge.Client
}

// checkInterval is how long asynq sleeps after it has found no task. Its next look waits until there may be one.
const checkInterval = time.Millisecond

func newServers(w *Worker, queues []served) *servers { return &servers{worker: w, queues: queues} }

// start starts them, unless ctx has ended: a server that never ran need not be waited for.
func (s *servers) start(ctx, work context.Context) error {
	w := s.worker
	mux := w.mux()
	calls := s.clients()
	for i, q := range s.queues {
		select {
		case <-ctx.Done():
			return nil
		default:
		}
		one := server{asynq.NewServerFromRedisClient(calls[i], asynq.Config{
			Concurrency: q.concurrency, Queues: w.queue.all(q.queue),
			TaskCheckInterval: checkInterval, DelayedTaskCheckInterval: q.forward,
			ShutdownTimeout: w.StopTimeout, BaseContext: func() context.Context { return work },
			IsFailure: isFailure, RetryDelayFunc: w.retryIn,
			Logger: asynqLog{w.Log}, LogLevel: asynq.WarnLevel,
		}), calls[i]}
		var handler asynq.Handler = mux
		if q.queue == queueEvent {
			handler = w.Redis.room.hold(mux)
		}
		if err := one.Start(handler); err != nil {
			return fmt.Errorf("starting the server of %s: %w", q.queue, err)
		}
		s.mu.Lock()
		s.run = append(s.run, one)
		s.mu.Unlock()
	}
	return nil
}

// clients makes the clients of all servers. Those that never start look for nothing.
func (s *servers) clients() []*nudge.Client {
	clients := make([]*nudge.Client, len(s.queues))
	for i, q := range s.queues {
		if q.helps {
			clients[i] = clients[i-1].Helper()
			continue
		}
		clients[i] = s.worker.nudges.Client(s.worker.Redis.Server, slices.Sorted(maps.Keys(s.worker.queue.all(q.queue))))
	}
	return clients
}

// stop waits for running tasks.
func (s *servers) stop() {
	stopServers(s.running())
	s.mu.Lock()
	s.run = nil
	s.mu.Unlock()
}

func (s *servers) running() []server {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

// role is that of the worker that has these servers.
func (s *servers) role() store.Role {
	if s.isRunning() {
		return store.RoleDecides
	}
	return store.RoleStandsBy
}

func (s *servers) isRunning() bool { return len(s.running()) > 0 }

// attended are servers that run while they may. One goroutine attends to them.
type attended struct {
	*servers
	stopped chan struct{} // closed when they have stopped; nil: they do not stop just now
}

// want starts them, or lets them stop, which takes a while: nothing is begun before that.
func (a *attended) want(ctx, work context.Context, may bool) (started bool, err error) {
	switch running := a.isRunning(); {
	case a.stopped != nil:
	case may && !running:
		err := a.start(ctx, work)
		return err == nil && a.isRunning(), err
	case !may && running:
		a.stopped = make(chan struct{})
		go func(stopped chan<- struct{}) {
			a.servers.stop()
			close(stopped)
		}(a.stopped)
	}
	return false, nil
}

// wait waits until they have stopped, if they stop just now.
func (a *attended) wait() {
	if a.stopped != nil {
		<-a.stopped
	}
}

// stopServers ends servers: first no new tasks anywhere, then all wait together.
func stopServers(servers []server) {
	for _, step := range []func(server){
		func(s server) { s.calls.Stop() },
		func(s server) { s.Stop() },
		func(s server) { s.Shutdown() },
	} {
		var wait sync.WaitGroup
		for _, s := range servers { // at once: a look for tasks may be under way, and Redis slow
			wait.Go(func() { step(s) })
		}
		wait.Wait()
	}
}
