package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/store"
)

// widest is how many shards a Scan asks at once. The answers of shards behind one that
// was not read to its end are thrown away. So Scan asks one shard at first, and more
// only as long as shards hold little.
const widest = 64

// Scan implements store.Store. Its cursor is "SHARD-CURSOR", of the shard that comes next.
func (s *Store) Scan(ctx context.Context, prefix, cursor string, limit int) ([]store.Record, string, error) {
	shard, at, err := s.scanCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	var found []store.Record
	for width := 1; shard < len(s.keys); {
		replies, err := s.scanShards(ctx, shard, min(width, len(s.keys)-shard), at, prefix, limit)
		if err != nil {
			return nil, "", err
		}
		width = min(4*width, widest)
		for _, r := range replies {
			pairs, next := r.Val()
			if len(found) > 0 && len(found)+len(pairs)/2 > limit {
				return found, formatScan(shard, at), nil // as from here on the next page
			}
			for i := 0; i+1 < len(pairs); i += 2 {
				found = append(found, store.Record{Subject: store.Subject(pairs[i]), Definition: []byte(pairs[i+1])})
			}
			if at = next; at != 0 {
				width = 1
				break
			}
			shard++
		}
		if len(found) >= limit && shard < len(s.keys) {
			return found, formatScan(shard, at), nil
		}
	}
	return found, "", nil
}

// scanShards reads on in one shard, and begins to read those behind it.
func (s *Store) scanShards(ctx context.Context, shard, count int, at uint64, prefix string, limit int) ([]*redis.ScanCmd, error) {
	replies := make([]*redis.ScanCmd, count)
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range replies {
			replies[i] = p.HScan(ctx, s.keys[shard+i].def, at, prefix+"*", int64(limit))
			at = 0
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("scanning shard %d: %w", shard, err)
	}
	return replies, nil
}

func (s *Store) scanCursor(cursor string) (shard int, at uint64, err error) {
	if cursor == "" {
		return 0, 0, nil
	}
	first, second, _ := strings.Cut(cursor, "-")
	if shard, err = strconv.Atoi(first); err == nil {
		at, err = strconv.ParseUint(second, 10, 64)
	}
	if err != nil || shard < 0 || shard >= len(s.keys) {
		return 0, 0, fmt.Errorf("reading the cursor %q: %w", cursor, store.ErrCursor)
	}
	return shard, at, nil
}

func formatScan(shard int, at uint64) string {
	return strconv.Itoa(shard) + "-" + strconv.FormatUint(at, 10)
}
