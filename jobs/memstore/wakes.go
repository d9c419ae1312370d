package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// wakeRequests are requests by name. The count grows with each, and tells it from a later
// one of the same name.
type wakeRequests struct {
	count float64
	at    map[string]float64
}

func newWakeRequests() wakeRequests { return wakeRequests{at: make(map[string]float64)} }

// first are the oldest requests.
func (w wakeRequests) first(limit int) []store.WakeRequest {
	list := make([]store.WakeRequest, 0, len(w.at))
	for name, count := range w.at {
		list = append(list, store.WakeRequest{Name: name, Count: count})
	}
	slices.SortFunc(list, func(a, b store.WakeRequest) int {
		return cmp.Or(cmp.Compare(a.Count, b.Count), cmp.Compare(a.Name, b.Name))
	})
	return list[:min(limit, len(list))]
}

func (w wakeRequests) strike(list ...store.WakeRequest) {
	for _, request := range list {
		if w.at[request.Name] == request.Count {
			delete(w.at, request.Name)
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
	s.bringForward(shard, subjects, at, true)
	return nil
}

// Stir implements store.Store.
func (s *Store) Stir(_ context.Context, shard int, subjects []store.Subject, at time.Time) error {
	s.bringForward(shard, subjects, at, false)
	return nil
}

func (s *Store) bringForward(shard int, subjects []store.Subject, at time.Time, wake bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shards[shard]
	for _, subject := range subjects {
		r, ok := sh.records[subject]
		if !ok {
			continue
		}
		r.rev, r.woken = store.NextRev(r.rev, at), r.woken || wake
		if r.due == 0 || r.due > milliseconds(at) {
			sh.schedule(subject, r, at)
		}
	}
}

// Wakes implements store.Store.
func (s *Store) Wakes(_ context.Context, shard, limit int) ([]store.WakeRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shards[shard].wakes.first(limit), nil
}

// Woke implements store.Store.
func (s *Store) Woke(_ context.Context, shard int, list []store.WakeRequest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shards[shard].wakes.strike(list...)
	return nil
}

// Edited implements store.Store.
func (s *Store) Edited(context.Context) ([]store.WakeRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.edited.first(len(s.edited.at)), nil
}

// Spread implements store.Store.
func (s *Store) Spread(_ context.Context, edited store.WakeRequest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.edited.strike(edited)
	return nil
}
