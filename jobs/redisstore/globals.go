package redisstore

import (
	"context"
	"fmt"

	"github.com/deskbell/deskbell/jobs/store"
)

// Schedules implements store.Store.
func (s *Store) Schedules(ctx context.Context, names []string) ([][]byte, error) {
	return s.GlobalsOf(ctx, store.GlobalSchedule, names)
}

// GlobalsOf implements store.Store.
func (s *Store) GlobalsOf(ctx context.Context, kind store.Global, names []string) ([][]byte, error) {
	if len(names) == 0 {
		return nil, nil
	}
	values, err := s.rdb.HMGet(ctx, allKey(string(kind)), names...).Result()
	if err != nil {
		return nil, fmt.Errorf("loading %d %s: %w", len(names), kind, err)
	}
	bodies := make([][]byte, len(values))
	for i, v := range values {
		if body := text(v); body != "" {
			bodies[i] = []byte(body)
		}
	}
	return bodies, nil
}

// Globals implements store.Store.
func (s *Store) Globals(ctx context.Context, kind store.Global) (map[string][]byte, error) {
	values, err := s.rdb.HGetAll(ctx, allKey(string(kind))).Result()
	if err != nil {
		return nil, fmt.Errorf("loading %s: %w", kind, err)
	}
	bodies := make(map[string][]byte, len(values))
	for name, body := range values {
		bodies[name] = []byte(body)
	}
	return bodies, nil
}

// SetGlobal implements store.Store.
func (s *Store) SetGlobal(ctx context.Context, kind store.Global, name string, before, after []byte) (bool, error) {
	if kind == store.GlobalDestination {
		return s.setDestination(ctx, name, before, after)
	}
	wakes := 0
	if kind == store.GlobalSchedule {
		wakes = 1
	}
	keys := []string{allKey(string(kind)), allKey("edited"), allKey("edits")}
	n, err := s.run.setGlobal.Run(ctx, s.rdb, keys, name, before, after, wakes).Int()
	if err != nil {
		return false, fmt.Errorf("writing %s %q: %w", kind, name, err)
	}
	return n == 1, nil
}
