package memstore

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// beat is a sign of life, and until when it counts.
type beat struct {
	store.Beat
	until time.Time
}

// beats are those of all processes.
type beats struct {
	clock func() time.Time

	beating sync.Mutex
	all     []beat // in the order of their processes
}

// Beat implements store.Store.
func (s *beats) Beat(_ context.Context, b store.Beat, counts time.Duration) (live []store.Beat, at time.Time, err error) {
	s.beating.Lock()
	defer s.beating.Unlock()
	now := s.clock()
	s.all = slices.DeleteFunc(s.all, func(of beat) bool { return of.Process == b.Process || !now.Before(of.until) })
	if counts > 0 {
		s.all = append(s.all, beat{b, now.Add(counts)})
	}
	slices.SortFunc(s.all, func(a, b beat) int { return cmp.Compare(a.Process, b.Process) })
	return s.live(now), now, nil
}

// Live implements store.Store.
func (s *beats) Live(context.Context) (live []store.Beat, at time.Time, err error) {
	s.beating.Lock()
	defer s.beating.Unlock()
	now := s.clock()
	return s.live(now), now, nil
}

func (s *beats) live(now time.Time) []store.Beat {
	live := []store.Beat{}
	for _, of := range s.all {
		if now.Before(of.until) {
			live = append(live, of.Beat)
		}
	}
	return live
}
