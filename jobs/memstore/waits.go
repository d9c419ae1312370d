package memstore

import (
	"context"
	"maps"

	"github.com/deskbell/deskbell/jobs/store"
)

// WaitSums implements store.Store.
func (s *Store) WaitSums(context.Context) (map[string]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]int)
	for _, sh := range s.shards {
		for subject, n := range sh.waits {
			property, _, _ := subject.Visitor()
			all[property] += n
		}
	}
	return all, nil
}

// Waits implements store.Store, on one page.
func (s *Store) Waits(_ context.Context, shard int, _ string, _ int) (map[store.Subject]int, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.shards[shard].waits), "", nil
}

// Recount implements store.Store. No sum is kept here, and so none is wrong.
func (s *Store) Recount(_ context.Context, shard int, read, right map[store.Subject]int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waits := s.shards[shard].waits
	for subject, n := range right {
		switch was, there := waits[subject]; {
		case !there || was != read[subject]:
		case n == 0:
			delete(waits, subject)
		default:
			waits[subject] = n
		}
	}
	return 0, nil
}
