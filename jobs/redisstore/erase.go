package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/jobs/store"
)

// eraseAtOnce is how many records or actions are looked at in one step.
const eraseAtOnce = 500

// States gives records of a shard whose subjects begin with a prefix, without their definitions, and the cursor of the next ones; it
// starts with "" and ends with "". A record may come twice.
func (s *Store) States(ctx context.Context, shard int, prefix, cursor string) ([]store.Record, string, error) {
	at, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	pairs, next, err := s.rdb.HScan(ctx, s.keys[shard].state, at, literally(prefix)+"*", eraseAtOnce).Result()
	if err != nil {
		return nil, "", fmt.Errorf("reading records of shard %d: %w", shard, err)
	}
	records := make([]store.Record, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		r := record(store.Subject(pairs[i]), "{}", pairs[i+1]) // whatever the definition is
		r.Definition = nil
		records = append(records, r)
	}
	return records, formatCursor(next), nil
}

// literally is a text as a pattern of Redis that matches nothing else.
func literally(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(text)
}

// EraseActions removes actions wherever they are: those that wait, were set aside, are shown as recent, or are notices. It gives their
// number.
func (s *Store) EraseActions(ctx context.Context, is func(body []byte) bool) (n int, err error) {
	destinations, err := s.destinations(ctx)
	if err != nil {
		return 0, err
	}
	for _, k := range s.keys {
		for _, stream := range []string{k.out, k.recent, k.notices} {
			some, err := s.eraseEntries(ctx, stream, "a", is)
			if n += some; err != nil {
				return n, err
			}
		}
		for _, name := range destinations {
			some, err := s.eraseAside(ctx, k.aside(name), is)
			if n += some; err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// EraseFromStream removes actions from the stream of a destination, and gives their number.
func (s *Store) EraseFromStream(ctx context.Context, stream string, is func(body []byte) bool) (int, error) {
	return s.eraseEntries(ctx, stream, "action", is)
}

// destinations are those that may have set actions aside.
func (s *Store) destinations(ctx context.Context) ([]string, error) {
	begun, err := s.Begun(ctx)
	if err != nil {
		return nil, err
	}
	names := []string{store.DefaultDestination}
	for name := range begun {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (s *Store) eraseEntries(ctx context.Context, stream, field string, is func([]byte) bool) (n int, err error) {
	for from := "-"; ; {
		entries, err := s.rdb.XRangeN(ctx, stream, from, "+", eraseAtOnce).Result()
		if err != nil {
			return n, fmt.Errorf("reading the actions of %s: %w", stream, err)
		}
		var gone []string
		for _, e := range entries {
			if body, ok := e.Values[field].(string); ok && is([]byte(body)) {
				gone = append(gone, e.ID)
			}
			from = "(" + e.ID
		}
		if len(gone) > 0 {
			removed, err := s.rdb.XDel(ctx, stream, gone...).Result()
			if err != nil {
				return n, fmt.Errorf("removing actions of %s: %w", stream, err)
			}
			n += int(removed)
		}
		if len(entries) < eraseAtOnce {
			return n, nil
		}
	}
}

func (s *Store) eraseAside(ctx context.Context, key string, is func([]byte) bool) (n int, err error) {
	all, err := s.rdb.HGetAll(ctx, key).Result()
	if err != nil {
		return 0, fmt.Errorf("reading the actions of %s: %w", key, err)
	}
	var gone []string
	for seq, value := range all {
		if a, err := decodeAside(seq, value); err == nil && is(a.Body) {
			gone = append(gone, seq)
		}
	}
	if len(gone) == 0 {
		return 0, nil
	}
	removed, err := s.rdb.HDel(ctx, key, gone...).Result()
	if err != nil {
		return 0, fmt.Errorf("removing actions of %s: %w", key, err)
	}
	return int(removed), nil
}
