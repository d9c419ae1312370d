package redisstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Pending implements store.Store. An idle worker does this every few seconds, so it asks as
// little as possible: the timetables that have changed, and all else of many shards at once.
func (s *Store) Pending(ctx context.Context, at time.Time) ([]store.Pending, error) {
	firsts, err := s.firsts(ctx, at)
	if err != nil {
		return nil, err
	}
	var wakes []*redis.IntCmd
	var streams []*redis.XStreamSliceCmd
	groups := s.groups()
	if err := s.ask(ctx, func(p redis.Pipeliner) {
		for _, group := range groups {
			wakes = append(wakes, p.Exists(ctx, wakesOf(group)...))
			streams = append(streams, p.XRead(ctx, &redis.XReadArgs{Streams: streamsOf(group), Count: 1, Block: -1}))
		}
	}); err != nil {
		return nil, err
	}
	some := make(map[string]bool) // keys that hold something
	for _, r := range streams {
		for _, stream := range r.Val() {
			some[stream.Stream] = true
		}
	}
	for i, r := range wakes {
		if r.Val() == 0 {
			continue
		}
		if err := s.exist(ctx, wakesOf(groups[i]), some); err != nil {
			return nil, err
		}
	}
	pending := make([]store.Pending, len(s.keys))
	for n, k := range s.keys {
		pending[n] = store.Pending{Due: !firsts[n].first.After(at), Wakes: some[k.wake], Notices: some[k.notices], Outbox: some[k.out]}
	}
	return pending, nil
}

// soonAtOnce is how many due times of a shard are read at once.
const soonAtOnce = 1000

// Soon implements store.Store. Visitors are in the same timetable, and may be many more.
func (s *Store) Soon(ctx context.Context, after, until time.Time) ([][]time.Time, error) {
	firsts, err := s.firsts(ctx, after)
	if err != nil {
		return nil, err
	}
	soon := make([][]time.Time, len(s.keys))
	var shards []int
	for n := range firsts {
		if !firsts[n].first.After(until) {
			shards = append(shards, n)
		}
	}
	for offset := int64(0); len(shards) > 0; offset += soonAtOnce {
		span := &redis.ZRangeBy{Min: "(" + score(after), Max: score(until), Offset: offset, Count: soonAtOnce}
		replies := make(map[int]*redis.ZSliceCmd, len(shards))
		if err := s.ask(ctx, func(p redis.Pipeliner) {
			for _, n := range shards {
				replies[n] = p.ZRangeByScoreWithScores(ctx, s.keys[n].due, span)
			}
		}); err != nil {
			return nil, err
		}
		shards = slices.DeleteFunc(shards, func(n int) bool {
			for _, due := range replies[n].Val() {
				name, _ := due.Member.(string)
				at := fromScore(due.Score)
				if last := len(soon[n]) - 1; !store.Subject(name).Undefined() && (last < 0 || !soon[n][last].Equal(at)) {
					soon[n] = append(soon[n], at)
				}
			}
			return len(replies[n].Val()) < soonAtOnce
		})
	}
	return soon, nil
}

// firsts gives for each shard when its first subject is due, or never. It reads the timetables that were written since it read them last.
func (s *Store) firsts(ctx context.Context, at time.Time) ([]known, error) {
	dues, err := s.dues(ctx)
	if err != nil {
		return nil, err
	}
	shards, changed := s.timetable.changed(dues, at)
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
	s.timetable.keep(shards, at)
	return shards, nil
}

// dues gives how often each timetable has been written.
func (s *Store) dues(ctx context.Context) ([]string, error) {
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
		return nil, err
	}
	dues := make([]string, 0, len(s.keys))
	for _, reply := range replies {
		for _, one := range reply.Val() {
			dues = append(dues, text(one))
		}
	}
	return dues, nil
}

// groups are shards that one command may read together: in a cluster each is alone.
func (s *Store) groups() [][]shardKeys {
	if _, cluster := s.rdb.(*redis.ClusterClient); !cluster {
		return [][]shardKeys{s.keys}
	}
	groups := make([][]shardKeys, len(s.keys))
	for n := range s.keys {
		groups[n] = s.keys[n : n+1]
	}
	return groups
}

func wakesOf(group []shardKeys) []string {
	keys := make([]string, len(group))
	for i, k := range group {
		keys[i] = k.wake
	}
	return keys
}

// streamsOf are the notices and outboxes, each from its beginning.
func streamsOf(group []shardKeys) []string {
	keys := make([]string, 0, 4*len(group))
	for _, k := range group {
		keys = append(keys, k.notices, k.out)
	}
	for range 2 * len(group) {
		keys = append(keys, "0")
	}
	return keys
}

// exist notes which of these keys exist.
func (s *Store) exist(ctx context.Context, keys []string, some map[string]bool) error {
	replies := make([]*redis.IntCmd, len(keys))
	err := s.ask(ctx, func(p redis.Pipeliner) {
		for i, key := range keys {
			replies[i] = p.Exists(ctx, key)
		}
	})
	for i, key := range keys {
		some[key] = err == nil && replies[i].Val() > 0
	}
	return err
}

// ask sends a pipeline. An empty stream is no error.
func (s *Store) ask(ctx context.Context, fill func(redis.Pipeliner)) error {
	commands, _ := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error { // each has its own error
		fill(p)
		return nil
	})
	for _, c := range commands {
		if err := c.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return fmt.Errorf("looking at the shards: %w", err)
		}
	}
	return nil
}

// Notices implements store.Store.
func (s *Store) Notices(ctx context.Context, shard, limit int) ([]store.Entry, error) {
	messages, err := s.rdb.XRangeN(ctx, s.keys[shard].notices, "-", "+", int64(limit)).Result()
	if err != nil {
		return nil, fmt.Errorf("reading the notices of shard %d: %w", shard, err)
	}
	return entries(messages), nil
}

func entries(messages []redis.XMessage) []store.Entry {
	list := make([]store.Entry, len(messages))
	for i, m := range messages {
		list[i] = entry(m.ID, maps.All(m.Values))
	}
	return list
}

// Noticed implements store.Store.
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
