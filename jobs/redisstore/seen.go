package redisstore

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Seen implements store.Store.
func (s *Store) Seen(ctx context.Context, at time.Time, events map[store.Subject][]string) (map[store.Subject]map[string]bool, error) {
	type event struct {
		subject store.Subject
		id      string
	}
	byShard := make(map[int][]event)
	for subject, ids := range events {
		n := s.Shard(subject)
		for _, id := range ids {
			byShard[n] = append(byShard[n], event{subject, id})
		}
	}
	if len(byShard) == 0 {
		return nil, nil
	}
	replies := make(map[int]*redis.FloatSliceCmd, len(byShard))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, list := range byShard {
			members := make([]string, len(list))
			for i, e := range list {
				members[i] = seenAs(e.subject, e.id)
			}
			replies[n] = p.ZMScore(ctx, s.keys[n].heard, members...)
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("looking up events: %w", err)
	}
	since, seen := at.Add(-store.DedupeWindow), make(map[store.Subject]map[string]bool)
	for n, list := range byShard {
		for i, score := range replies[n].Val() {
			if score == 0 || !fromScore(score).After(since) {
				continue
			}
			e := list[i]
			if seen[e.subject] == nil {
				seen[e.subject] = make(map[string]bool)
			}
			seen[e.subject][e.id] = true
		}
	}
	return seen, nil
}

// ForgetSeen implements store.Store.
func (s *Store) ForgetSeen(ctx context.Context, shard int, at time.Time) error {
	if err := s.rdb.ZRemRangeByScore(ctx, s.keys[shard].heard, "-inf", score(at.Add(-store.DedupeWindow))).Err(); err != nil {
		return fmt.Errorf("forgetting events of shard %d: %w", shard, err)
	}
	return nil
}

// seenAs is the form in which an event is kept: sixteen bytes, since there are many.
func seenAs(subject store.Subject, id string) string {
	sum := sha256.Sum256([]byte(string(subject) + " " + id))
	return string(sum[:16])
}
