package redisstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// The ids of events are kept in one set for each period of store.DedupeSlack, since a member of a set takes half of what
// one of a sorted set does, and a whole period is forgotten by one command. An event is looked up in the periods that its
// window touches.
//
// A version of before kept them in one sorted set, with the times at which they were seen. It is still read, and forgets its last
// ones a day after the last such worker.

// heard is the key of the events that were seen in the period of an instant.
func (k shardKeys) heard(at time.Time) string { return k.heardIn(period(at)) }

func (k shardKeys) heardIn(period int64) string {
	return k.heardBefore + ":" + strconv.FormatInt(period, 10)
}

// period is the number of the period of an instant, from the beginning of Unix time on.
func period(at time.Time) int64 { return at.UnixMilli() / store.DedupeSlack.Milliseconds() }

// ahead is by how much the clock of another worker may be ahead, so that it has begun the next period.
const ahead = time.Minute

// heardAt are the keys of all events that are known at an instant.
func (k shardKeys) heardAt(at time.Time) (keys []string) {
	for number := period(at.Add(-store.DedupeWindow)); number <= period(at.Add(ahead)); number++ {
		keys = append(keys, k.heardIn(number))
	}
	return keys
}

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
	since := at.Add(-store.DedupeWindow)
	before, replies := make(map[int]*redis.FloatSliceCmd, len(byShard)), make(map[int][]*redis.BoolSliceCmd, len(byShard))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, list := range byShard {
			names, members := make([]string, len(list)), make([]any, len(list))
			for i, e := range list {
				names[i] = seenAs(e.subject, e.id)
				members[i] = names[i][:seenSize]
			}
			before[n] = p.ZMScore(ctx, s.keys[n].heardBefore, names...)
			for _, key := range s.keys[n].heardAt(at) {
				replies[n] = append(replies[n], p.SMIsMember(ctx, key, members...))
			}
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("looking up events: %w", err)
	}
	seen := make(map[store.Subject]map[string]bool)
	for n, list := range byShard {
		for i, e := range list {
			score := before[n].Val()[i]
			known := score != 0 && fromScore(score).After(since)
			for _, reply := range replies[n] {
				known = known || reply.Val()[i]
			}
			if !known {
				continue
			}
			if seen[e.subject] == nil {
				seen[e.subject] = make(map[string]bool)
			}
			seen[e.subject][e.id] = true
		}
	}
	return seen, nil
}

// ForgetSeen implements store.Store. Keys of the week before are named one by one; they end by themselves, too (heardFor).
func (s *Store) ForgetSeen(ctx context.Context, shard int, at time.Time) error {
	const week = int64(7 * 24 * time.Hour / store.DedupeSlack)
	k, past := s.keys[shard], period(at.Add(-store.DedupeWindow))-1
	var gone []string
	for number := past; number > past-week; number-- {
		gone = append(gone, k.heardIn(number))
	}
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZRemRangeByScore(ctx, k.heardBefore, "-inf", score(at.Add(-store.DedupeWindow)))
		p.Unlink(ctx, gone...)
		return nil
	}); err != nil {
		return fmt.Errorf("forgetting events of shard %d: %w", shard, err)
	}
	return nil
}

// heardFor is after how long the events of a period end where no worker forgets them.
const heardFor = 2 * (store.DedupeWindow + store.DedupeSlack)

// SeenUsage is how many ids of events Redis keeps as of an instant, and how many bytes they take.
func (s *Store) SeenUsage(ctx context.Context, at time.Time) (ids, bytes int64, err error) {
	var counts, sizes []*redis.IntCmd
	_, err = s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, k := range s.keys {
			for _, key := range k.heardAt(at) {
				counts, sizes = append(counts, p.SCard(ctx, key)), append(sizes, p.MemoryUsage(ctx, key))
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) { // there is no such key
		return 0, 0, fmt.Errorf("counting the ids of events: %w", err)
	}
	for i := range counts {
		ids, bytes = ids+counts[i].Val(), bytes+sizes[i].Val()
	}
	return ids, bytes, nil
}

// seenSize is how many bytes of an event's name a member of a set has: the most that take no more memory than one would. Two events
// of a shard are taken for one once in 10^33.
const seenSize = 14

// seenAs names an event of a subject: sixteen bytes, since there are many.
func seenAs(subject store.Subject, id string) string {
	sum := sha256.Sum256([]byte(string(subject) + " " + id))
	return string(sum[:16])
}
