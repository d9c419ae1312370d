package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Destinations are in one slot and the outboxes in others, so that no script can define a destination and let it begin in every
// shard. Each beginning has a number. A writer gets the number, lets the destination begin in every shard, and writes the
// definition if the number is still the last. Of two writers, the first thus cannot define what the second still moves to the end
// of an outbox, and the actions that are committed from the definition on are never passed over.

// setDestination writes a destination. What begins by that, begins first.
func (s *Store) setDestination(ctx context.Context, name string, before, after []byte) (bool, error) {
	begins, number, err := s.beginning(ctx, name, before, len(after) == 0)
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	if err == nil && begins != "" {
		err = s.begin(ctx, begins, number)
	}
	if err != nil {
		return false, err
	}
	keys := []string{allKey(string(store.GlobalDestination)), allKey("begun"), allKey("circuits")}
	n, err := s.run.setDestination.Run(ctx, s.rdb, keys, name, before, after, begins, number).Int()
	if err != nil {
		return false, fmt.Errorf("writing the destination %q: %w", name, err)
	}
	return n == 1, nil
}

// beginning gives the destination that begins by an edit, "" for none, and the number of its beginning. The error is redis.Nil when
// the stored destination is not the one before.
func (s *Store) beginning(ctx context.Context, name string, before []byte, remove bool) (begins string, number int64, err error) {
	keys := []string{allKey(string(store.GlobalDestination)), allKey("begun")}
	reply, err := s.run.beginning.Run(ctx, s.rdb, keys, name, before, flag(remove), store.DefaultDestination).Slice()
	if err != nil {
		return "", 0, fmt.Errorf("beginning with the destination %q: %w", name, err)
	}
	number, _ = reply[1].(int64)
	return text(reply[0]), number, nil
}

// begin lets a destination begin in every shard, in one pipeline.
func (s *Store) begin(ctx context.Context, destination string, number int64) error {
	replies := make([]*redis.Cmd, len(s.keys))
	if err := s.run.begin.Load(ctx, s.rdb).Err(); err != nil {
		return fmt.Errorf("loading a script: %w", err)
	}
	_, _ = s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error { // each reply has its own error
		for n, k := range s.keys {
			keys := []string{k.lease(leaseOf(destination)), k.out, k.cursor, k.aside(destination), k.begun}
			replies[n] = s.run.begin.EvalSha(ctx, p, keys, destination, number)
		}
		return nil
	})
	for n, reply := range replies {
		if err := reply.Err(); err != nil {
			return fmt.Errorf("beginning with the destination %q on shard %d: %w", destination, n, err)
		}
	}
	return nil
}

// Begun implements store.Store.
func (s *Store) Begun(ctx context.Context) (map[string]int64, error) {
	values, err := s.rdb.HGetAll(ctx, allKey("begun")).Result()
	if err != nil {
		return nil, fmt.Errorf("reading the beginnings of destinations: %w", err)
	}
	begun := make(map[string]int64, len(values))
	for name, value := range values {
		begun[name], _ = strconv.ParseInt(value, 10, 64) // 0, never begun, for a value that cannot be read
	}
	return begun, nil
}

// flag is a boolean as the scripts read it.
func flag(is bool) int {
	if is {
		return 1
	}
	return 0
}
