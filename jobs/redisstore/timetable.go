package redisstore

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// timetable is what a process knows of the timetables of all shards. With it, an idle worker need not read each of them with every
// beat: one command tells which have been written since.
type timetable struct {
	mu     sync.Mutex
	shards []known
	minute time.Time // of the last look at all
}

// known is what was read of one timetable.
type known struct {
	dues  string    // how often it had been written by then; empty: never
	first time.Time // when the first subject is due
}

// never comes after every due time.
func never() time.Time { return time.UnixMilli(math.MaxInt64).UTC() }

// firsts gives for each shard when its first subject is due, or never. It reads the timetables that were written since it read them last.
// Once a minute, at the beat at which boundaries come, it reads all: a worker of an older version does not count what it writes.
func (s *Store) firsts(ctx context.Context, at time.Time) ([]time.Time, error) {
	shards, changed, err := s.changed(ctx, at)
	if err != nil {
		return nil, err
	}
	replies := make([]*redis.ZSliceCmd, len(changed))
	if err := s.ask(ctx, func(p redis.Pipeliner) {
		for i, n := range changed {
			replies[i] = p.ZRangeWithScores(ctx, s.keys[n].due, 0, 0)
		}
	}); err != nil {
		return nil, err
	}
	for i, n := range changed {
		shards[n].first = never()
		if due := replies[i].Val(); len(due) > 0 {
			shards[n].first = fromScore(due[0].Score)
		}
	}
	s.timetable.mu.Lock()
	defer s.timetable.mu.Unlock()
	s.timetable.shards, s.timetable.minute = shards, at.Truncate(time.Minute)
	firsts := make([]time.Time, len(shards))
	for n := range shards {
		firsts[n] = shards[n].first
	}
	return firsts, nil
}

// changed gives what is known of all shards, with how often they have been written by now, and those that have to be read. A timetable that
// is written after that, and before it is read, counts as changed the next time.
func (s *Store) changed(ctx context.Context, at time.Time) (shards []known, changed []int, err error) {
	groups := s.groups()
	replies := make([]*redis.SliceCmd, len(groups))
	if err := s.ask(ctx, func(p redis.Pipeliner) {
		for i, group := range groups {
			keys := make([]string, len(group))
			for n, k := range group {
				keys[n] = k.dues
			}
			replies[i] = p.MGet(ctx, keys...)
		}
	}); err != nil {
		return nil, nil, err
	}
	s.timetable.mu.Lock()
	defer s.timetable.mu.Unlock()
	all := len(s.timetable.shards) == 0 || !s.timetable.minute.Equal(at.Truncate(time.Minute))
	shards = make([]known, len(s.keys))
	copy(shards, s.timetable.shards)
	n := 0
	for _, reply := range replies {
		for _, dues := range reply.Val() {
			if text(dues) != shards[n].dues || all {
				changed = append(changed, n)
			}
			shards[n].dues = text(dues)
			n++
		}
	}
	return shards, changed, nil
}
