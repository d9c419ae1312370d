package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs"
)

// Depths implements jobs.Store, in one pipeline.
func (s *Store) Depths(ctx context.Context, at time.Time) ([]jobs.Depth, error) {
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
	depths := make([]jobs.Depth, len(replies))
	for n, r := range replies {
		depths[n] = jobs.Depth{Outbox: int(r.outbox.Val()), Subjects: int(r.subjects.Val()), Overdue: int(r.overdue.Val())}
		if first := r.first.Val(); len(first) > 0 {
			depths[n].Next = fromScore(first[0].Score)
		}
	}
	return depths, nil
}

// Oldest implements jobs.Store. It asks for entries only where a shard has any.
func (s *Store) Oldest(ctx context.Context, destinations []string) ([]time.Time, error) {
	type reply struct {
		length  *redis.IntCmd
		cursors *redis.SliceCmd
	}
	if len(destinations) == 0 {
		return nil, nil
	}
	replies := make([]reply, len(s.keys))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, k := range s.keys {
			replies[n] = reply{p.XLen(ctx, k.out), p.HMGet(ctx, k.cursor, destinations...)}
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("reading the cursors: %w", err)
	}
	firsts := make([][]*redis.XMessageSliceCmd, len(destinations)) // by destination
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, r := range replies {
			if r.length.Val() == 0 {
				continue
			}
			for i, cursor := range r.cursors.Val() {
				after := "-"
				if cursor != nil {
					after = "(" + text(cursor)
				}
				firsts[i] = append(firsts[i], p.XRangeN(ctx, s.keys[n].out, after, "+", 1))
			}
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("looking for the oldest actions: %w", err)
	}
	oldest := make([]time.Time, len(destinations))
	for i, replies := range firsts {
		for _, r := range replies {
			for _, m := range r.Val() {
				t, err := written(m.ID)
				if err != nil {
					return nil, err
				}
				if oldest[i].IsZero() || t.Before(oldest[i]) {
					oldest[i] = t
				}
			}
		}
	}
	return oldest, nil
}

// written is when an entry of a stream was written: its place begins with the time.
func written(seq string) (time.Time, error) {
	ms, err := strconv.ParseInt(strings.SplitN(seq, "-", 2)[0], 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the place %q: %w", seq, err)
	}
	return time.UnixMilli(ms).UTC(), nil
}
