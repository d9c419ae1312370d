package memstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/jobs/store"
)

// index is a set of subjects. Each has a number, which only grows: a cursor is the
// number of the last one that was given.
type index map[store.Subject]uint64

// add puts a subject into one of several indexes.
func add[K comparable](s *Store, to map[K]index, name K, subject store.Subject) {
	x := to[name]
	if x == nil {
		x = make(index)
		to[name] = x
	}
	if _, ok := x[subject]; !ok {
		x[subject] = s.number()
	}
}

func (x index) page(cursor string, limit int) (subjects []store.Subject, next string, err error) {
	var after uint64
	if cursor != "" {
		if after, err = strconv.ParseUint(cursor, 10, 64); err != nil {
			return nil, "", fmt.Errorf("reading the cursor %q: %w", cursor, store.ErrCursor)
		}
	}
	for subject, n := range x {
		if n > after {
			subjects = append(subjects, subject)
		}
	}
	slices.SortFunc(subjects, func(a, b store.Subject) int { return cmp.Compare(x[a], x[b]) })
	if len(subjects) > limit {
		subjects = subjects[:limit]
		next = strconv.FormatUint(x[subjects[limit-1]], 10)
	}
	return subjects, next, nil
}

// Page implements store.Store.
func (s *Store) Page(_ context.Context, shard int, cursor string, limit int) ([]store.Record, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shards[shard]
	subjects, next, err := sh.defined.page(cursor, limit)
	records := make([]store.Record, len(subjects))
	for i, subject := range subjects {
		records[i] = sh.load(subject)
	}
	return records, next, err
}

// Scan implements store.Store. Its cursor is "SHARD-CURSOR".
func (s *Store) Scan(_ context.Context, prefix, cursor string, limit int) ([]store.Record, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	shard, within, err := s.scanCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	var found []store.Record
	for ; shard < len(s.shards); shard++ {
		for {
			subjects, next, err := s.shards[shard].defined.page(within, limit)
			if err != nil {
				return nil, "", err
			}
			for _, subject := range subjects {
				if strings.HasPrefix(string(subject), prefix) {
					found = append(found, store.Record{Subject: subject, Definition: s.shards[shard].records[subject].definition})
				}
			}
			if within = next; next == "" {
				break
			}
			if len(found) >= limit {
				return found, strconv.Itoa(shard) + "-" + next, nil
			}
		}
	}
	return found, "", nil
}

func (s *Store) scanCursor(cursor string) (shard int, within string, err error) {
	if cursor == "" {
		return 0, "", nil
	}
	head, within, ok := strings.Cut(cursor, "-")
	if shard, err = strconv.Atoi(head); err != nil || !ok || shard < 0 || shard >= len(s.shards) {
		return 0, "", fmt.Errorf("reading the cursor %q: %w", cursor, store.ErrCursor)
	}
	return shard, within, nil
}

// Users implements store.Store.
func (s *Store) Users(_ context.Context, shard int, schedule, cursor string, limit int) ([]store.Subject, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shards[shard].users[schedule].page(cursor, limit)
}

// Serving implements store.Store.
func (s *Store) Serving(_ context.Context, by []store.Subject) ([][]store.Subject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all [][]store.Subject
	for _, subject := range by {
		all = append(all, slices.Sorted(maps.Keys(s.of(subject).served[subject])))
	}
	return all, nil
}

// Served implements store.Store.
func (s *Store) Served(_ context.Context, by store.Subject, cursor string, limit int) ([]store.Subject, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of(by).served[by].page(cursor, limit)
}
