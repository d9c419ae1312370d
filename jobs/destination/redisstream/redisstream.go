// Package redisstream delivers actions to a Redis stream, where other applications
// read them: each entry has one field, "action", a CloudEvent in JSON.
//
// Every action is there once. A batch comes again if its worker died before noting the
// delivery, and is then recognised: a hash in the slot of the stream keeps the place of
// the destination in each shard's outbox, and one script writes both.
package redisstream

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/deliver"
)

// Type is the destination's type in a definition.
const Type = "redis_stream"

// Stream is one destination.
type Stream struct {
	rdb    redis.UniversalClient
	name   string
	key    string
	seen   string
	maxLen int64
	add    *redis.Script
}

// Open gives the OpenDestination of Type.
func Open(rdb redis.UniversalClient) deliver.OpenDestination {
	add := redis.NewScript(addScript)
	return func(name string, def definition.Destination) (deliver.Destination, error) {
		s := &Stream{rdb: rdb, name: name, key: def.Stream, maxLen: def.MaxLen, add: add}
		if s.key == "" {
			s.key = definition.DefaultStream
		}
		if s.maxLen == 0 {
			s.maxLen = definition.DefaultMaxLen
		}
		var ok bool
		if s.seen, ok = seenKey(s.key); !ok {
			return nil, fmt.Errorf("opening the stream %q: beside a '}' no other key can be in its slot of a cluster; rename it", s.key)
		}
		return s, nil
	}
}

// KEYS stream seen   ARGV max length, place, then seq and action of each A place is a
// destination and a shard: two destinations with one stream each have their own places.
// A seq is "ms-n" and only grows within a place.
const addScript = `
local function parts(seq)
  local ms, n = string.match(seq, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(n)
end
local ms, n = parts(redis.call('HGET', KEYS[2], ARGV[2]) or '0-0')
for i = 3, #ARGV, 2 do
  local m, k = parts(ARGV[i])
  if m > ms or (m == ms and k > n) then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'action', ARGV[i + 1])
    redis.call('HSET', KEYS[2], ARGV[2], ARGV[i])
    ms, n = m, k
  end
end
return 1`

// Most implements deliver.Destination.
func (*Stream) Most() int { return 200 }

// Deliver implements deliver.Destination.
func (s *Stream) Deliver(ctx context.Context, batch []deliver.Delivery) error {
	args := []any{s.maxLen, s.name + ":" + strconv.Itoa(batch[0].Shard)}
	for _, d := range batch {
		args = append(args, d.Seq, d.Body)
	}
	if err := s.add.Run(ctx, s.rdb, []string{s.key, s.seen}, args...).Err(); err != nil {
		return fmt.Errorf("adding to the stream %q: %w", s.key, err)
	}
	return nil
}

// Ping implements deliver.Pinger: the ping is an entry of the stream, and leaves the places of the destination as they are.
func (s *Stream) Ping(ctx context.Context, ping deliver.Delivery) (deliver.Answer, error) {
	id, err := s.rdb.XAdd(ctx, &redis.XAddArgs{Stream: s.key, MaxLen: s.maxLen, Approx: true, Values: []any{"action", ping.Body}}).Result()
	if err != nil {
		return deliver.Answer{Do: "run deskbell doctor: it says whether Redis is well"}, fmt.Errorf("adding to the stream %q: %w", s.key, err)
	}
	return deliver.Answer{Text: fmt.Sprintf("entry %s of the stream %s", id, s.key)}, nil
}

// seenKey is in the slot of the stream: that of its hash tag, or of the whole key where
// it has none. For a whole key with a '}' there is no other key in its slot.
func seenKey(stream string) (key string, ok bool) {
	if _, rest, tagged := strings.Cut(stream, "{"); tagged && strings.IndexByte(rest, '}') > 0 {
		return stream + ":seen", true
	}
	return "{" + stream + "}:seen", !strings.Contains(stream, "}")
}
