package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// marks are wishes by name. The count grows with each, so that a wish is told from a
// later one of the same name.
type marks struct {
	count float64
	at    map[string]float64
}

func newMarks() marks { return marks{at: make(map[string]float64)} }

// first are the oldest marks.
func (m marks) first(limit int) []store.Mark {
	list := make([]store.Mark, 0, len(m.at))
	for name, count := range m.at {
		list = append(list, store.Mark{Name: name, Count: count})
	}
	slices.SortFunc(list, func(a, b store.Mark) int { return cmp.Or(cmp.Compare(a.Count, b.Count), cmp.Compare(a.Name, b.Name)) })
	return list[:min(limit, len(list))]
}

func (m marks) strike(list ...store.Mark) {
	for _, mark := range list {
		if m.at[mark.Name] == mark.Count {
			delete(m.at, mark.Name)
		}
	}
}

// Serve implements store.Store.
func (s *Store) Serve(_ context.Context, served store.Subject, by []store.Subject) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, subject := range by {
		add(s, s.of(subject).served, subject, served)
	}
	return nil
}

// Wake implements store.Store.
func (s *Store) Wake(_ context.Context, shard int, subjects []store.Subject, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shards[shard]
	for _, subject := range subjects {
		r, ok := sh.records[subject]
		if !ok {
			continue
		}
		r.rev, r.woken = r.rev+1, true
		if r.due == 0 || r.due > milliseconds(at) {
			sh.schedule(subject, r, at)
		}
	}
	return nil
}

// Wakes implements store.Store.
func (s *Store) Wakes(_ context.Context, shard, limit int) ([]store.Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shards[shard].wishes.first(limit), nil
}

// Woke implements store.Store.
func (s *Store) Woke(_ context.Context, shard int, list []store.Mark) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shards[shard].wishes.strike(list...)
	return nil
}

// Edited implements store.Store.
func (s *Store) Edited(context.Context) ([]store.Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.edited.first(len(s.edited.at)), nil
}

// Spread implements store.Store.
func (s *Store) Spread(_ context.Context, mark store.Mark) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.edited.strike(mark)
	return nil
}
