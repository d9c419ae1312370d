package redisstore

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// usageKept is how long counters of a day are kept after the last count.
const usageKept = 48 * time.Hour

// Count implements store.Store, in one pipeline.
func (s *Store) Count(ctx context.Context, at time.Time, add map[string]int64) (map[string]int64, error) {
	if len(add) == 0 {
		return nil, nil
	}
	key, replies := allKey("used:"+at.UTC().Format(time.DateOnly)), make(map[string]*redis.IntCmd, len(add))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for name, n := range add {
			replies[name] = p.HIncrBy(ctx, key, name, n)
		}
		p.Expire(ctx, key, usageKept)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("counting what is used of quotas: %w", err)
	}
	stand := make(map[string]int64, len(add))
	for name, reply := range replies {
		stand[name] = reply.Val()
	}
	return stand, nil
}
