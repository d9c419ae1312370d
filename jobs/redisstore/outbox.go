package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// Outbox implements jobs.Store.
func (s *Store) Outbox(ctx context.Context, shard int, destination string, l jobs.Lease, limit int) ([]jobs.Entry, string, bool, error) {
	k := s.keys[shard]
	reply, err := s.run.outbox.Run(ctx, s.rdb, []string{k.lease("deliver:" + destination), k.out, k.cursor},
		l.Holder, milliseconds(l), destination, limit).Slice()
	if errors.Is(err, redis.Nil) {
		return nil, "", true, nil
	}
	if err != nil {
		return nil, "", false, fmt.Errorf("reading the outbox of shard %d: %w", shard, err)
	}
	raw, ok := reply[1].([]any)
	if !ok {
		return nil, "", false, fmt.Errorf("reading the outbox of shard %d: reply is %T", shard, reply[1])
	}
	entries := make([]jobs.Entry, 0, len(raw))
	for _, r := range raw {
		pair, _ := r.([]any)
		if len(pair) != 2 {
			continue
		}
		fields, _ := pair[1].([]any)
		e := jobs.Entry{Seq: text(pair[0])}
		for i := 0; i+1 < len(fields); i += 2 {
			switch text(fields[i]) {
			case "a":
				e.Body = []byte(text(fields[i+1]))
			case "to":
				e.To = strings.Split(text(fields[i+1]), ",")
			}
		}
		entries = append(entries, e)
	}
	return entries, text(reply[0]), false, nil
}

// Delivered implements jobs.Store.
func (s *Store) Delivered(ctx context.Context, shard int, destination, from, to string, all []string) (bool, error) {
	k := s.keys[shard]
	args := []any{destination, from, to}
	for _, name := range all {
		args = append(args, name)
	}
	n, err := s.run.delivered.Run(ctx, s.rdb, []string{k.out, k.cursor}, args...).Int()
	if err != nil {
		return false, fmt.Errorf("moving the cursor of %q on shard %d: %w", destination, shard, err)
	}
	return n == 1, nil
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
