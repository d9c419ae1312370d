package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// beat is a sign of life, and until when it counts.
type beat struct {
	store.Beat
	until time.Time
}

// Beat implements store.Store.
func (s *Store) Beat(_ context.Context, b store.Beat, counts time.Duration) ([]store.Beat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.beats = slices.DeleteFunc(s.beats, func(of beat) bool { return of.Process == b.Process || !now.Before(of.until) })
	if counts > 0 {
		s.beats = append(s.beats, beat{b, now.Add(counts)})
	}
	slices.SortFunc(s.beats, func(a, b beat) int { return cmp.Compare(a.Process, b.Process) })
	live := make([]store.Beat, len(s.beats))
	for i, of := range s.beats {
		live[i] = of.Beat
	}
	return live, nil
}
