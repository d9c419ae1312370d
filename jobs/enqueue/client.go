// Package enqueue checks events and hands them to the workers, as tasks of asynq with notes beside them. It knows the shards of a
// Redis; other programs use package client, which reads them there. Only enqueue.go uses asynq.
package enqueue

import (
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/nudge"
	"github.com/deskbell/deskbell/jobs/store"
)

// Config holds the dependencies of a Client.
type Config struct {
	Redis      redis.UniversalClient   // for enqueueing; the caller closes it. See outage.Open, which finds the new masters of a cluster
	Shard      func(store.Subject) int // as of the store
	Partitions int                     // of the queues, as of the store
	Now        func() time.Time
	Nudges     *nudge.Sender // wakes workers; nil: a sender of the client's own
}

// Client sends events to the workers.
type Client struct {
	queue enqueuer
	shard func(store.Subject) int
	now   func() time.Time
}

// New makes a client.
func New(c Config) *Client {
	if c.Nudges == nil {
		c.Nudges = nudge.NewSender(c.Redis)
	}
	return &Client{queue: newEnqueuer(c.Redis, c.Partitions, c.Nudges), shard: c.Shard, now: c.Now}
}

// CameBy gives a client of the same dependencies whose events bear the way by which they came to it.
func (c *Client) CameBy(way Way) *Client {
	other := *c
	other.queue.by = way
	return &other
}

// Wait waits until workers were woken for everything that was sent. A program that ends right after Send may call it before it closes
// Redis: else its events may be found a second later.
func (c *Client) Wait() { c.queue.nudges.Wait() }
