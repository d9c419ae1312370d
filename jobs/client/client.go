// Package client is for other Go programs: it checks events and hands them to the workers. Only enqueue.go uses asynq. It
// neither edits nor reads states; packages edit and view do that.
package client

import (
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Config holds the dependencies of a Client.
type Config struct {
	Redis      redis.UniversalClient   // for enqueueing; the caller closes it
	Shard      func(store.Subject) int // as of the store
	Partitions int                     // of the queues, as of the store
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
