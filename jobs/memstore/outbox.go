package memstore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/deskbell/deskbell/jobs/store"
)

// next is a place behind all others.
func (s *Store) next() string { return strconv.FormatUint(s.number(), 10) + "-0" }

// mostRecent is how many actions of a shard are kept for Recent.
const mostRecent = 20

// send puts the actions of a change into the outbox, except those without a receiver, which are
// only shown.
func (s *Store) send(sh *shard, c *store.Change) {
	at := instant(c.At.UnixMilli())
	for _, a := range c.Actions {
		e := store.Entry{Seq: s.next(), Body: a.Body, To: a.To, For: a.For, At: at}
		if a.Push {
			sh.notices = append(sh.notices, store.Entry{Seq: s.next(), Body: a.Body, At: at, Push: true})
		}
		switch {
		case a.Notice:
			e.To, e.For = nil, nil
			sh.notices = append(sh.notices, e)
		case a.Leaves():
			sh.outbox = append(sh.outbox, e)
		}
		sh.recent = append(sh.recent, store.Entry{Seq: e.Seq, Body: e.Body, At: e.At})
	}
	sh.recent = slices.Delete(sh.recent, 0, max(0, len(sh.recent)-mostRecent))
}

// past is the index of the first entry past a place.
func past(entries []store.Entry, seq string) int {
	i, found := slices.BinarySearchFunc(entries, seq, func(e store.Entry, seq string) int { return store.CompareSeq(e.Seq, seq) })
	if found {
		i++
	}
	return i
}

func upTo(entries []store.Entry, limit int) []store.Entry {
	return slices.Clone(entries[:min(limit, len(entries))])
}

// before is the cursor of a destination that has had no action.
const before = "0-0"

func (sh *shard) cursor(destination string) string { return cmp.Or(sh.cursors[destination], before) }

// Outbox implements store.Store.
func (s *Store) Outbox(_ context.Context, l store.Lane, lease store.Lease, limit int) ([]store.Entry, string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.take(laneLease(l), lease) {
		return nil, "", true, nil
	}
	sh := s.shards[l.Shard]
	cursor := sh.cursor(l.Destination)
	entries := upTo(sh.outbox[past(sh.outbox, cursor):], limit)
	if len(entries) == 0 {
		delete(s.leases, laneLease(l))
	}
	return entries, cursor, false, nil
}

// Enter implements store.Store.
func (s *Store) Enter(_ context.Context, l store.Lane, lease store.Lease, limit int) (store.Entered, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.take(laneLease(l), lease) {
		return store.Entered{}, true, nil
	}
	sh := s.shards[l.Shard]
	cursor := sh.cursor(l.Destination)
	return store.Entered{Aside: sh.setAside(l.Destination), Entries: upTo(sh.outbox[past(sh.outbox, cursor):], limit), Cursor: cursor}, false, nil
}

// setAside are the actions that a destination has aside, in order.
func (sh *shard) setAside(destination string) []store.Aside {
	return slices.SortedFunc(maps.Values(sh.aside[destination]), func(a, b store.Aside) int { return store.CompareSeq(a.Seq, b.Seq) })
}

// keep renews a lease, or gives it back; false: another has it.
func (s *Store) keep(name string, l store.Lease) bool {
	if l.For > 0 {
		return s.take(name, l)
	}
	if s.held(name, l.Holder) {
		return false
	}
	delete(s.leases, name)
	return true
}

// Delivered implements store.Store.
func (s *Store) Delivered(_ context.Context, l store.Lane, done store.Settlement) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shards[l.Shard]
	cursor := sh.cursor(l.Destination)
	if done.To != "" && cursor != done.From && cursor != done.To || s.isLate(laneLease(l), done.Run) || !s.keep(laneLease(l), done.Lease) {
		return false, nil
	}
	sh.settle(l.Destination, done)
	if done.To != "" {
		sh.cursors[l.Destination] = done.To
		sh.trim(done.All)
	}
	return true, nil
}

func (sh *shard) settle(destination string, done store.Settlement) {
	aside := sh.aside[destination]
	if aside == nil {
		aside = make(map[string]store.Aside)
		sh.aside[destination] = aside
	}
	for _, a := range done.Aside {
		aside[a.Seq] = a
	}
	for _, seq := range done.Done {
		delete(aside, seq)
	}
}

// trim drops the entries that all destinations have had.
func (sh *shard) trim(all []string) {
	if len(all) == 0 {
		return
	}
	had := len(sh.outbox)
	for _, destination := range all {
		had = min(had, past(sh.outbox, sh.cursor(destination)))
	}
	sh.outbox = slices.Delete(sh.outbox, 0, had)
}

// Waiting implements store.Store.
func (s *Store) Waiting(_ context.Context, lanes []store.Lane) ([]store.Waiting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var waiting []store.Waiting
	for _, l := range lanes {
		w, sh := store.Waiting{Lane: l}, s.shards[l.Shard]
		if ahead := sh.outbox[past(sh.outbox, sh.cursor(l.Destination)):]; len(ahead) > 0 {
			w.Next, w.NextAt = ahead[0].Seq, ahead[0].At
		}
		if aside := sh.setAside(l.Destination); len(aside) > 0 {
			w.Aside, w.First = len(aside), aside[0]
		}
		waiting = append(waiting, w)
	}
	return waiting, nil
}

// Forget implements store.Store.
func (s *Store) Forget(_ context.Context, l store.Lane) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shards[l.Shard].aside, l.Destination)
	delete(s.retries, l)
	delete(s.runs, laneLease(l))
	return nil
}
