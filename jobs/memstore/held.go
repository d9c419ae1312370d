package memstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/deskbell/deskbell/jobs/store"
)

// Held implements store.Store. The memory of an outbox is that of its bodies.
func (s *Store) Held(_ context.Context, shards []int) ([]store.Held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := make([]store.Held, len(shards))
	for i, shard := range shards {
		outbox := s.shards[shard].outbox
		held[i].Actions = len(outbox)
		for _, e := range outbox {
			held[i].Bytes += int64(len(e.Body))
		}
	}
	return held, nil
}

// Beyond implements store.Store.
func (s *Store) Beyond(_ context.Context, shard int, place string, limit int) ([]store.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	outbox := s.shards[shard].outbox
	return upTo(outbox[past(outbox, cmp.Or(place, before)):], limit), nil
}

// Cursors implements store.Store.
func (s *Store) Cursors(_ context.Context, shard int, destinations []string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cursors := make([]string, len(destinations))
	for i, destination := range destinations {
		cursors[i] = s.shards[shard].cursor(destination)
	}
	return cursors, nil
}

// Drop implements store.Store.
func (s *Store) Drop(_ context.Context, shard int, places []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shards[shard]
	sh.outbox = slices.DeleteFunc(sh.outbox, func(e store.Entry) bool { return slices.Contains(places, e.Seq) })
	return nil
}
