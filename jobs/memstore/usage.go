package memstore

import (
	"context"
	"time"
)

// Count implements store.Store. It forgets all days but the last that was counted on.
func (s *Store) Count(_ context.Context, at time.Time, add map[string]int64) (map[string]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if day := at.UTC().Format(time.DateOnly); day != s.usedOn {
		s.used, s.usedOn = make(map[string]int64), day
	}
	stand := make(map[string]int64, len(add))
	for name, n := range add {
		s.used[name] += n
		stand[name] = s.used[name]
	}
	return stand, nil
}
