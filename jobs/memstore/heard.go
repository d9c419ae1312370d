package memstore

import (
	"context"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// heard are the events that subjects have heard, and when. It forgets the oldest as new
// ones come.
type heard struct {
	at    map[event]time.Time
	order []event // as they came
}

type event struct {
	subject store.Subject
	id      string
}

func (h *heard) add(c *store.Change) {
	if len(c.Heard) == 0 {
		return
	}
	for _, id := range c.Heard {
		e := event{c.Subject, id}
		h.at[e] = c.At
		h.order = append(h.order, e)
	}
	for len(h.order) > 0 && !h.knows(h.order[0], c.At) {
		delete(h.at, h.order[0])
		h.order = h.order[1:]
	}
}

// knows tells whether an event was heard less than store.HeardFor before an instant.
func (h *heard) knows(e event, at time.Time) bool {
	t, ok := h.at[e]
	return ok && at.Sub(t) < store.HeardFor
}

// Heard implements store.Store.
func (s *Store) Heard(_ context.Context, at time.Time, events map[store.Subject][]string) (map[store.Subject]map[string]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := make(map[store.Subject]map[string]bool)
	for subject, ids := range events {
		for _, id := range ids {
			if !s.of(subject).heard.knows(event{subject, id}, at) {
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
