// Package memstore keeps the state of Deskbell in memory: for simulations, and for
// tests that need no Redis. It belongs to one process, and ends with it.
//
// One mutex guards everything but the beats, so that each method is one step. The bytes that the
// store is given, and that it gives, are shared: nobody may change them.
package memstore

import (
	"context"
	"hash/fnv"
	"strconv"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Store implements store.Store in memory.
type Store struct {
	beats
	now func() time.Time

	mu        sync.Mutex
	shards    []*shard
	leases    map[string]lease  // by name
	runs      map[string]string // by the name of a lease: the last run that had it
	globals   map[store.Global]map[string][]byte
	edited    wakeRequests
	retries   map[store.Lane]time.Time
	circuits  map[string][]byte
	begun     map[string]int64 // by destination
	used      map[string]int64 // of quotas, on the day usedOn
	usedOn    string
	numbers   uint64 // the last that was given to anything
	followers map[*follower]bool
}

var _ store.Store = (*Store)(nil)

// shard is the part that is changed in one step in Redis, too.
type shard struct {
	records  map[store.Subject]*record
	defined  index // the subjects that have a definition
	due      timetable
	users    map[string]index        // of a named schedule
	served   map[store.Subject]index // by a subject
	wakes    wakeRequests
	seen     seen
	chatting map[store.Subject]bool // visitors who have a chat going
	waits    map[store.Subject]int  // how many messages wait for a visitor

	outbox, notices, recent []store.Entry // in the order of their places
	cursors                 map[string]string
	aside                   map[string]map[string]store.Aside // by destination and place
}

// record is a subject as it is stored.
type record struct {
	definition, state []byte
	rev               int64
	woken             bool
	due               int64 // as the timetable has it
}

// New makes an empty store. Its clock says when leases run out. There must be one shard at least.
func New(shards int, now func() time.Time) *Store {
	s := &Store{
		beats: beats{clock: now}, now: now, leases: make(map[string]lease), runs: make(map[string]string), globals: make(map[store.Global]map[string][]byte), edited: newWakeRequests(),
		retries: make(map[store.Lane]time.Time), circuits: make(map[string][]byte), begun: make(map[string]int64), followers: make(map[*follower]bool),
	}
	for range shards {
		s.shards = append(s.shards, &shard{
			records: make(map[store.Subject]*record), defined: make(index), users: make(map[string]index),
			served: make(map[store.Subject]index), wakes: newWakeRequests(), seen: seen{at: make(map[event]time.Time)}, chatting: make(map[store.Subject]bool), waits: make(map[store.Subject]int),
			cursors: make(map[string]string), aside: make(map[string]map[string]store.Aside),
		})
	}
	return s
}

// Shards implements store.Store.
func (s *Store) Shards() int { return len(s.shards) }

// Shard implements store.Store. It is the same as in Redis.
func (s *Store) Shard(subject store.Subject) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(subject)) // never fails
	return int(h.Sum32() % uint32(len(s.shards)))
}

func (s *Store) of(subject store.Subject) *shard { return s.shards[s.Shard(subject)] }

// number gives a number that was not used before.
func (s *Store) number() uint64 {
	s.numbers++
	return s.numbers
}

// lease is the holder of a lease, and its end.
type lease struct {
	holder string
	until  time.Time
}

// take acquires or renews a lease; false: another holder has it.
func (s *Store) take(name string, l store.Lease) bool {
	if s.held(name, l.Holder) {
		return false
	}
	s.leases[name] = lease{l.Holder, s.now().Add(l.For)}
	if l.Run != "" {
		s.runs[name] = l.Run
	}
	return true
}

// isLate tells whether another run than this one has had a lease since.
func (s *Store) isLate(name, run string) bool {
	last, ok := s.runs[name]
	return run != "" && ok && last != run
}

// Renew implements store.Store.
func (s *Store) Renew(_ context.Context, l store.Lane, lease store.Lease) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := sweepLease(l.Shard)
	if l.Destination != "" {
		name = laneLease(l)
	}
	has, ok := s.leases[name]
	if !ok || has.holder != lease.Holder || !s.now().Before(has.until) {
		return false, nil
	}
	return s.take(name, lease), nil
}

// held tells whether another holder has a lease.
func (s *Store) held(name, by string) bool {
	l, ok := s.leases[name]
	return ok && l.holder != by && s.now().Before(l.until)
}

// The names of leases.
func sweepLease(shard int) string { return "sweep:" + strconv.Itoa(shard) }
func laneLease(l store.Lane) string {
	return "deliver:" + strconv.Itoa(l.Shard) + ":" + l.Destination
}
func probeLease(destination string) string { return "probe:" + destination }
