package redisstore

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Depths implements store.Store, in one pipeline.
func (s *Store) Depths(ctx context.Context, at time.Time) ([]store.Depth, error) {
	type reply struct {
		outbox, subjects, overdue *redis.IntCmd
		first                     *redis.ZSliceCmd
	}
	replies := make([]reply, len(s.keys))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, k := range s.keys {
			replies[n] = reply{p.XLen(ctx, k.out), p.ZCard(ctx, k.due), p.ZCount(ctx, k.due, "-inf", score(at)), p.ZRangeWithScores(ctx, k.due, 0, 0)}
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("measuring the shards: %w", err)
	}
	depths := make([]store.Depth, len(replies))
	for n, r := range replies {
		depths[n] = store.Depth{Outbox: int(r.outbox.Val()), Subjects: int(r.subjects.Val()), Overdue: int(r.overdue.Val())}
		if first := r.first.Val(); len(first) > 0 {
			depths[n].Next = fromScore(first[0].Score)
		}
	}
	return depths, nil
}
