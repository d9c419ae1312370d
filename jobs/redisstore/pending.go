package redisstore

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs"
)

// Pending implements jobs.Store. It asks all shards in one pipeline, and of each no
// more than it must: an idle worker does this every few seconds.
func (s *Store) Pending(ctx context.Context, at time.Time) ([]jobs.Pending, error) {
	type reply struct {
		due                    *redis.StringSliceCmd
		wakes, notices, outbox *redis.IntCmd
	}
	replies := make([]reply, len(s.keys))
	first := &redis.ZRangeBy{Min: "-inf", Max: score(at), Count: 1}
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, k := range s.keys {
			replies[n] = reply{p.ZRangeByScore(ctx, k.due, first), p.Exists(ctx, k.wake), p.XLen(ctx, k.notices), p.XLen(ctx, k.out)}
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("looking at the shards: %w", err)
	}
	pending := make([]jobs.Pending, len(replies))
	for n, r := range replies {
		pending[n] = jobs.Pending{Due: len(r.due.Val()) > 0, Wakes: r.wakes.Val() > 0, Notices: r.notices.Val() > 0, Outbox: r.outbox.Val() > 0}
	}
	return pending, nil
}

// Notices implements jobs.Store.
func (s *Store) Notices(ctx context.Context, shard, limit int) ([]jobs.Entry, error) {
	messages, err := s.rdb.XRangeN(ctx, s.keys[shard].notices, "-", "+", int64(limit)).Result()
	if err != nil {
		return nil, fmt.Errorf("reading the notices of shard %d: %w", shard, err)
	}
	return entries(messages), nil
}

func entries(messages []redis.XMessage) []jobs.Entry {
	list := make([]jobs.Entry, len(messages))
	for i, m := range messages {
		list[i] = jobs.Entry{Seq: m.ID, Body: []byte(text(m.Values["a"]))}
	}
	return list
}

// Noticed implements jobs.Store.
func (s *Store) Noticed(ctx context.Context, shard int, seq string) error {
	k := s.keys[shard].notices
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.XTrimMinID(ctx, k, seq) // all before it
		p.XDel(ctx, k, seq)
		return nil
	})
	if err != nil {
		return fmt.Errorf("dropping notices of shard %d: %w", shard, err)
	}
	return nil
}
