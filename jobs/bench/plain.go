// Package bench is asynq in the plain design: one task for each piece of work. The benchmarks of Deskbell compare its
// own design with it.
package bench

import (
	"context"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

const queue = "bench"

// Plain is asynq with tasks of one kind, in a queue of its own.
type Plain struct {
	kind   string
	client *asynq.Client
	server redis.UniversalClient
}

// New takes two clients of one Redis: workers wait on that of the server. It closes neither.
func New(kind string, client, server redis.UniversalClient) *Plain {
	return &Plain{kind, asynq.NewClientFromRedisClient(client), server}
}

// Enqueue adds a task, and may be called by many goroutines at once.
func (p *Plain) Enqueue(ctx context.Context, payload []byte) error {
	_, err := p.client.EnqueueContext(ctx, asynq.NewTask(p.kind, payload), asynq.Queue(queue))
	return err
}

// Handler does the work of one task.
type Handler func(ctx context.Context, payload []byte) error

// Work calls a handler with each task, until it is stopped. concurrency is how many run at once. An idle worker looks
// for tasks at an interval; 0 is asynq's own.
func (p *Plain) Work(concurrency int, interval time.Duration, handle Handler) (stop func(), err error) {
	server := asynq.NewServerFromRedisClient(p.server, asynq.Config{
		Concurrency: concurrency, Queues: map[string]int{queue: 1}, TaskCheckInterval: interval, LogLevel: asynq.ErrorLevel,
	})
	err = server.Start(asynq.HandlerFunc(func(ctx context.Context, t *asynq.Task) error { return handle(ctx, t.Payload()) }))
	return server.Shutdown, err
}
