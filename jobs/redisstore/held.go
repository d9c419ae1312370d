package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Held implements store.Store, in one pipeline. The memory is what Redis estimates by the first blocks of a stream. A server that
// forbids to ask says nothing of it.
func (s *Store) Held(ctx context.Context, shards []int) ([]store.Held, error) {
	lengths, sizes := make([]*redis.IntCmd, len(shards)), make([]*redis.IntCmd, len(shards))
	_, _ = s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error { // each reply has its own error
		for i, shard := range shards {
			lengths[i], sizes[i] = p.XLen(ctx, s.keys[shard].out), p.MemoryUsage(ctx, s.keys[shard].out)
		}
		return nil
	})
	held := make([]store.Held, len(shards))
	for i, shard := range shards {
		err := unlessRefused(sizes[i].Err())
		if errors.Is(err, redis.Nil) {
			err = nil // there is no such outbox
		}
		if err := cmp.Or(lengths[i].Err(), err); err != nil {
			return nil, fmt.Errorf("measuring the outbox of shard %d: %w", shard, err)
		}
		held[i] = store.Held{Actions: int(lengths[i].Val()), Bytes: sizes[i].Val()}
	}
	return held, nil
}

// Beyond implements store.Store.
func (s *Store) Beyond(ctx context.Context, shard int, place string, limit int) ([]store.Entry, error) {
	messages, err := s.rdb.XRangeN(ctx, s.keys[shard].out, "("+cmp.Or(place, "0-0"), "+", int64(limit)).Result()
	if err != nil {
		return nil, fmt.Errorf("reading the outbox of shard %d: %w", shard, err)
	}
	return entries(messages), nil
}

// Cursors implements store.Store.
func (s *Store) Cursors(ctx context.Context, shard int, destinations []string) ([]string, error) {
	if len(destinations) == 0 {
		return nil, nil
	}
	values, err := s.rdb.HMGet(ctx, s.keys[shard].cursor, destinations...).Result()
	if err != nil {
		return nil, fmt.Errorf("reading how far destinations are on shard %d: %w", shard, err)
	}
	cursors := make([]string, len(values))
	for i, v := range values {
		cursors[i] = cmp.Or(text(v), "0-0")
	}
	return cursors, nil
}

// Drop implements store.Store. Redis does it also while its memory is full.
func (s *Store) Drop(ctx context.Context, shard int, places []string) error {
	if len(places) == 0 {
		return nil
	}
	if err := s.rdb.XDel(ctx, s.keys[shard].out, places...).Err(); err != nil {
		return fmt.Errorf("dropping %d actions of shard %d: %w", len(places), shard, err)
	}
	return nil
}
