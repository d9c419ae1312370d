package client

import (
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Config is what an EventClient is made of.
type Config struct {
	Redis      redis.UniversalClient   // for enqueueing; the caller closes it
	Shard      func(store.Subject) int // as the store has it
	Partitions int                     // of the queues, as the store has it
	Now        func() time.Time
}

// Client sends events to the workers.
type Client struct {
	queue      *asynq.Client
	shard      func(store.Subject) int
	partitions int
	now        func() time.Time
}

// New makes a client.
func New(c Config) *Client {
	return &Client{queue: asynq.NewClientFromRedisClient(c.Redis), shard: c.Shard, partitions: c.Partitions, now: c.Now}
}
