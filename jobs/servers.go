package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/store"
)

// served is how a queue is served.
type served struct {
	queue       string
	concurrency int
	check       time.Duration // how often an idle server looks for tasks
	forward     time.Duration // how often it looks for delayed ones and retries
}

// Each look for tasks is three commands, and each for delayed ones four: together with the
// tick, an idle worker sends Redis less than a hundred a second. A server fetches its tasks
// one by one, and spends most of that time waiting for the answers. Events are many and
// small, so they have a second server: it joins in when there are more than the first can
// fetch.

// decidingQueues are those whose tasks decide on subjects.
func decidingQueues(concurrency int) []served {
	return []served{
		{queueBoundary, concurrency, 300 * time.Millisecond, time.Second},
		{queueEvent, eventsAtOnce / 2, 80 * time.Millisecond, time.Second},
		{queueEvent, eventsAtOnce / 2, 2 * time.Second, 30 * time.Second},
		{queueTimer, timersAtOnce, 800 * time.Millisecond, time.Second}, // its tasks come two seconds early
		{queueUpkeep, 1, 5 * time.Second, 5 * time.Second},
	}
}

// deliveryQueue has those that only pass on what was decided.
func deliveryQueue(lanes int) served {
	return served{queueDelivery, crowdedDestinations * lanes, 400 * time.Millisecond, 3 * time.Second}
}

// timersAtOnce is how many visitors a worker has whose time comes within two seconds.
// Each waits, and costs a few kilobytes.
const timersAtOnce = 4096

// servers serve some queues, and may be started again when they were stopped. One goroutine starts and stops them.
type servers struct {
	worker *Worker
	queues []served

	mu  sync.Mutex
	run []*asynq.Server // nil: stopped
}

func newServers(w *Worker, queues []served) *servers { return &servers{worker: w, queues: queues} }

// start starts them, unless ctx has ended: a server that never ran need not be waited for.
func (s *servers) start(ctx, work context.Context) error {
	w := s.worker
	mux := w.mux()
	for _, q := range s.queues {
		select {
		case <-ctx.Done():
			return nil
		default:
		}
		server := asynq.NewServerFromRedisClient(w.Redis.Server, asynq.Config{
			Concurrency: q.concurrency, Queues: w.queue.all(q.queue),
			TaskCheckInterval: q.check, DelayedTaskCheckInterval: q.forward,
			ShutdownTimeout: w.StopTimeout, BaseContext: func() context.Context { return work },
			IsFailure: isFailure, RetryDelayFunc: retryDelay,
			Logger: asynqLog{w.Log}, LogLevel: asynq.WarnLevel,
		})
		var handler asynq.Handler = mux
		if q.queue == queueEvent {
			handler = w.Redis.room.hold(mux)
		}
		if err := server.Start(handler); err != nil {
			return fmt.Errorf("starting the server of %s: %w", q.queue, err)
		}
		s.mu.Lock()
		s.run = append(s.run, server)
		s.mu.Unlock()
	}
	return nil
}

// stop waits for running tasks.
func (s *servers) stop() {
	stopServers(s.running())
	s.mu.Lock()
	s.run = nil
	s.mu.Unlock()
}

func (s *servers) running() []*asynq.Server {
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

// stopServers ends servers: first no new tasks anywhere, then all wait together.
func stopServers(servers []*asynq.Server) {
	for _, step := range []func(*asynq.Server){(*asynq.Server).Stop, (*asynq.Server).Shutdown} {
		var wait sync.WaitGroup
		for _, s := range servers { // at once: each sleeps between two looks for tasks, and nothing wakes it
			wait.Go(func() { step(s) })
		}
		wait.Wait()
	}
}
