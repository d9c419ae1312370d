// Package client is what other Go programs import: it checks events and hands them to the workers. It knows of asynq only by the
// file that enqueues (enqueue.go), and neither decides nor reads states; edit and view do that.
package client

import (
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Config is what a Client is made of.
type Config struct {
	Redis      redis.UniversalClient   // for enqueueing; the caller closes it
	Shard      func(store.Subject) int // as the store has it
	Partitions int                     // of the queues, as the store has it
	Now        func() time.Time
}

// Client sends events to the workers.
type Client struct {
	queue enqueuer
	shard func(store.Subject) int
	now   func() time.Time
}

// New makes a client.
func New(c Config) *Client {
	return &Client{queue: newEnqueuer(c.Redis, c.Partitions), shard: c.Shard, now: c.Now}
}
