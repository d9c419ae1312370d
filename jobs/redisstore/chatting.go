package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// noteChatters notes that properties serve their visitors who begin a chat, before the chat
// is written: a note too many wakes nothing, and a missing one forgets a visitor.
func (s *Store) noteChatters(ctx context.Context, changes []store.Change) error {
	properties := make(map[string]bool)
	for i := range changes {
		if property, _, ok := changes[i].Subject.Visitor(); ok && changes[i].ChatsBegin {
			properties[property] = true
		}
	}
	if len(properties) == 0 {
		return nil
	}
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for property := range properties {
			by := store.PropertySubject(property)
			p.SAdd(ctx, s.keys[s.Shard(by)].serves(by), string(store.ChattersSubject(property)))
		}
		return nil
	}); err != nil {
		return fmt.Errorf("noting that visitors of %d properties chat: %w", len(properties), err)
	}
	return nil
}

// Chatting implements store.Store. Its cursor is the last visitor of a page. A page ends
// with the least of the last visitors of the shards that have more: up to there, all
// shards have given all their visitors.
func (s *Store) Chatting(ctx context.Context, property, cursor string, limit int) ([]store.Subject, string, error) {
	prefix := property + "/"
	after := "[" + prefix
	if cursor != "" {
		after = "(" + prefix + cursor
	}
	part := &redis.ZRangeBy{Min: after, Max: "(" + property + "0", Count: int64(limit)} // '0' comes after '/'
	replies := make([]*redis.StringSliceCmd, len(s.keys))
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, k := range s.keys {
			replies[n] = p.ZRangeByLex(ctx, k.chatting, part)
		}
		return nil
	}); err != nil {
		return nil, "", fmt.Errorf("reading who chats on %q: %w", property, err)
	}
	var members []string
	end := ""
	for _, r := range replies {
		some := r.Val()
		members = append(members, some...)
		if len(some) == limit && (end == "" || some[limit-1] < end) {
			end = some[limit-1]
		}
	}
	slices.Sort(members)
	if end != "" {
		last, _ := slices.BinarySearch(members, end)
		members = members[:last+1]
	}
	visitors := make([]store.Subject, len(members))
	for i, m := range members {
		visitors[i] = store.VisitorSubject(property, strings.TrimPrefix(m, prefix))
	}
	return visitors, strings.TrimPrefix(end, prefix), nil
}
