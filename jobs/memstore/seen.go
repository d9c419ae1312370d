package memstore

import (
	"context"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// seen are the events that subjects have taken in, and when; the oldest are forgotten
// as new ones come.
type seen struct {
	at    map[event]time.Time
	order []event // as they came
}

type event struct {
	subject store.Subject
	id      string
}

func (h *seen) add(c *store.Change) {
	if len(c.Seen) == 0 {
		return
	}
	for _, id := range c.Seen {
		e := event{c.Subject, id}
		h.at[e] = c.At
		h.order = append(h.order, e)
	}
	h.forget(c.At)
}

func (h *seen) forget(at time.Time) {
	for len(h.order) > 0 && !h.knows(h.order[0], at) {
		delete(h.at, h.order[0])
		h.order = h.order[1:]
	}
}

// ForgetSeen implements store.Store.
func (s *Store) ForgetSeen(_ context.Context, shard int, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shards[shard].seen.forget(at)
	return nil
}

// knows tells whether an event was seen less than store.DedupeWindow before an instant.
func (h *seen) knows(e event, at time.Time) bool {
	t, ok := h.at[e]
	return ok && at.Sub(t) < store.DedupeWindow
}

// Seen implements store.Store.
func (s *Store) Seen(_ context.Context, at time.Time, events map[store.Subject][]string) (map[store.Subject]map[string]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := make(map[store.Subject]map[string]bool)
	for subject, ids := range events {
		for _, id := range ids {
			if !s.of(subject).seen.knows(event{subject, id}, at) {
				continue
			}
			if known[subject] == nil {
				known[subject] = make(map[string]bool)
			}
			known[subject][id] = true
		}
	}
	return known, nil
}
