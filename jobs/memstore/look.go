package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Pending implements store.Store.
func (s *Store) Pending(_ context.Context, at time.Time) ([]store.Pending, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pending := make([]store.Pending, len(s.shards))
	for n, sh := range s.shards {
		pending[n] = store.Pending{
			Due: len(sh.due.until(at)) > 0, Wakes: len(sh.wakes.at) > 0, Notices: len(sh.notices) > 0, Outbox: len(sh.outbox) > 0,
		}
	}
	return pending, nil
}

// Soon implements store.Store.
func (s *Store) Soon(_ context.Context, after, until time.Time) ([][]time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	soon := make([][]time.Time, len(s.shards))
	for n, sh := range s.shards {
		for _, d := range sh.due.until(until)[len(sh.due.until(after)):] {
			if at := instant(d.ms); !d.subject.Undefined() && !slices.ContainsFunc(soon[n], at.Equal) {
				soon[n] = append(soon[n], at)
			}
		}
	}
	return soon, nil
}

// Depths implements store.Store.
func (s *Store) Depths(_ context.Context, at time.Time) ([]store.Depth, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	depths := make([]store.Depth, len(s.shards))
	for n, sh := range s.shards {
		depths[n] = store.Depth{Outbox: len(sh.outbox), Subjects: len(sh.due), Overdue: len(sh.due.until(at))}
		if len(sh.due) > 0 {
			depths[n].Next = instant(sh.due[0].ms)
		}
	}
	return depths, nil
}

// Notices implements store.Store.
func (s *Store) Notices(_ context.Context, shard, limit int) ([]store.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return upTo(s.shards[shard].notices, limit), nil
}

// Noticed implements store.Store.
func (s *Store) Noticed(_ context.Context, shard int, seq string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shards[shard]
	sh.notices = slices.Delete(sh.notices, 0, past(sh.notices, seq))
	return nil
}

// RetryAt implements store.Store.
func (s *Store) RetryAt(_ context.Context, r store.Retry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retries[r.Lane] = instant(r.At.UnixMilli())
	return nil
}

// Retries implements store.Store.
func (s *Store) Retries(_ context.Context, at time.Time, limit int) ([]store.Retry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []store.Retry
	for l, t := range s.retries {
		if !t.After(at) {
			list = append(list, store.Retry{Lane: l, At: t})
		}
	}
	slices.SortFunc(list, func(a, b store.Retry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Destination, b.Destination))
	})
	return list[:min(limit, len(list))], nil
}

// Retried implements store.Store.
func (s *Store) Retried(_ context.Context, r store.Retry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.retries[r.Lane].UnixMilli() == r.At.UnixMilli() {
		delete(s.retries, r.Lane)
	}
	return nil
}

// Recent implements store.Store.
func (s *Store) Recent(_ context.Context, limit int) ([]store.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []store.Entry
	for _, sh := range s.shards {
		all = append(all, sh.recent...)
	}
	slices.SortFunc(all, store.NewestFirst)
	return all[:min(limit, len(all))], nil
}

// follower is one call of Follow.
type follower struct {
	changed []store.Subject // and not passed on yet
	some    chan struct{}   // holds one when there are any
}

// tell notes the written subjects for each follower.
func (s *Store) tell(changed []store.Subject) {
	if len(changed) == 0 {
		return
	}
	for f := range s.followers {
		f.changed = append(f.changed, changed...)
		select {
		case f.some <- struct{}{}:
		default:
		}
	}
}

// Follow implements store.Store.
func (s *Store) Follow(ctx context.Context, f func(changed []store.Subject)) error {
	me := &follower{some: make(chan struct{}, 1)}
	s.mu.Lock()
	s.followers[me] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.followers, me)
	}()
	f(nil)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-me.some:
			s.mu.Lock()
			changed := me.changed
			me.changed = nil
			s.mu.Unlock()
			f(changed)
		}
	}
}
