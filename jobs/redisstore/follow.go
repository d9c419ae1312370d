package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// Follow implements store.Store. A published message is a hint, and no more: a follower
// that missed one gets nil, and reads anew.
func (s *Store) Follow(ctx context.Context, f func(changed []store.Subject)) (err error) {
	sub := s.rdb.Subscribe(ctx, changedChannel)
	defer func() { err = errors.Join(err, sub.Close()) }()
	told := sub.ChannelWithSubscriptions()
	for {
		select {
		case <-ctx.Done():
			return nil
		case m, ok := <-told:
			if !ok {
				return errors.New("following changes: the subscription has ended")
			}
			switch m := m.(type) {
			case *redis.Subscription: // at the start, and after each reconnection
				f(nil)
			case *redis.Message:
				f(subjects(strings.Split(m.Payload, "\n")))
			}
		}
	}
}

// Recent implements store.Store.
func (s *Store) Recent(ctx context.Context, limit int) ([]store.Entry, error) {
	replies := make([]*redis.XMessageSliceCmd, len(s.keys))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, k := range s.keys {
			replies[n] = p.XRevRangeN(ctx, k.recent, "+", "-", int64(limit))
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("reading recent actions: %w", err)
	}
	var all []store.Entry
	for _, r := range replies {
		all = append(all, entries(r.Val())...)
	}
	slices.SortFunc(all, store.NewestFirst)
	return all[:min(limit, len(all))], nil
}
