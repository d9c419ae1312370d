package redisstore

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Serve implements store.Store.
func (s *Store) Serve(ctx context.Context, served store.Subject, by []store.Subject) error {
	if len(by) == 0 {
		return nil
	}
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, subject := range by {
			p.SAdd(ctx, s.keys[s.Shard(subject)].serves(subject), string(served))
		}
		return nil
	}); err != nil {
		return fmt.Errorf("noting who serves %s: %w", served, err)
	}
	return nil
}

// Wake implements store.Store.
func (s *Store) Wake(ctx context.Context, shard int, subjects []store.Subject, at time.Time) error {
	return s.bringForward(ctx, shard, subjects, at, "!")
}

// Stir implements store.Store.
func (s *Store) Stir(ctx context.Context, shard int, subjects []store.Subject, at time.Time) error {
	return s.bringForward(ctx, shard, subjects, at, "")
}

func (s *Store) bringForward(ctx context.Context, shard int, subjects []store.Subject, at time.Time, sign string) error {
	if len(subjects) == 0 {
		return nil
	}
	args := make([]any, 0, len(subjects)+3)
	args = append(args, score(at), at.UnixMicro(), sign)
	for _, subject := range subjects {
		args = append(args, string(subject))
	}
	k := s.keys[shard]
	if err := s.run.wake.Run(ctx, s.rdb, []string{k.state, k.due, k.dues}, args...).Err(); err != nil {
		return fmt.Errorf("waking %d subjects of shard %d: %w", len(subjects), shard, err)
	}
	return nil
}

// Wakes implements store.Store.
func (s *Store) Wakes(ctx context.Context, shard int, limit int) ([]store.WakeRequest, error) {
	return s.wakeRequests(ctx, s.keys[shard].wake, limit)
}

// Woke implements store.Store.
func (s *Store) Woke(ctx context.Context, shard int, requests []store.WakeRequest) error {
	return s.strike(ctx, s.keys[shard].wake, requests)
}

// Edited implements store.Store.
func (s *Store) Edited(ctx context.Context) ([]store.WakeRequest, error) {
	return s.wakeRequests(ctx, allKey("edited"), 1000)
}

// Spread implements store.Store.
func (s *Store) Spread(ctx context.Context, edited store.WakeRequest) error {
	return s.strike(ctx, allKey("edited"), []store.WakeRequest{edited})
}

func (s *Store) wakeRequests(ctx context.Context, key string, limit int) ([]store.WakeRequest, error) {
	zs, err := s.rdb.ZRangeWithScores(ctx, key, 0, int64(limit-1)).Result()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	requests := make([]store.WakeRequest, len(zs))
	for i, z := range zs {
		requests[i] = store.WakeRequest{Name: fmt.Sprint(z.Member), Count: z.Score}
	}
	return requests, nil
}

func (s *Store) strike(ctx context.Context, key string, requests []store.WakeRequest) error {
	if len(requests) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(requests))
	for _, m := range requests {
		args = append(args, m.Name, strconv.FormatFloat(m.Count, 'f', -1, 64))
	}
	if err := s.run.strike.Run(ctx, s.rdb, []string{key}, args...).Err(); err != nil {
		return fmt.Errorf("striking out of %s: %w", key, err)
	}
	return nil
}

// Users implements store.Store.
func (s *Store) Users(ctx context.Context, shard int, schedule, cursor string, limit int) ([]store.Subject, string, error) {
	return s.members(ctx, s.keys[shard].uses(schedule), cursor, limit)
}

// Served implements store.Store.
func (s *Store) Served(ctx context.Context, by store.Subject, cursor string, limit int) ([]store.Subject, string, error) {
	return s.members(ctx, s.keys[s.Shard(by)].serves(by), cursor, limit)
}

// Serving implements store.Store, in one pipeline.
func (s *Store) Serving(ctx context.Context, by []store.Subject) ([][]store.Subject, error) {
	if len(by) == 0 {
		return nil, nil
	}
	replies := make([]*redis.StringSliceCmd, len(by))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, subject := range by {
			replies[i] = p.SMembers(ctx, s.keys[s.Shard(subject)].serves(subject))
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("reading whom %d subjects serve: %w", len(by), err)
	}
	all := make([][]store.Subject, len(by))
	for i, r := range replies {
		sort.Strings(r.Val())
		all[i] = subjects(r.Val())
	}
	return all, nil
}

func (s *Store) members(ctx context.Context, key, cursor string, limit int) ([]store.Subject, string, error) {
	at, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	names, next, err := s.rdb.SScan(ctx, key, at, "", int64(limit)).Result()
	if err != nil {
		return nil, "", fmt.Errorf("reading %s: %w", key, err)
	}
	sort.Strings(names)
	return subjects(names), formatCursor(next), nil
}
