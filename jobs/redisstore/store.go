// Package redisstore keeps the state of Deskbell in Redis: single, Sentinel or
// Cluster, or the embedded miniredis. Keys are listed in keys.go, and each atomic
// step is one Lua script in lua/.
package redisstore

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs"
)

// Store implements jobs.Store over Redis.
type Store struct {
	rdb        redis.UniversalClient
	run        scripts
	keys       []shardKeys
	partitions int
}

var _ jobs.Store = (*Store)(nil)

// Layout is how the work is divided. It is fixed at the first start and kept in
// Redis: a later start takes what is there, whatever it asks for.
type Layout struct {
	Shards     int // slots of subjects; 1 to 4096
	Partitions int // queues of each kind of work; 1 but in a large Redis Cluster
}

// Open reads the layout, or writes it into a Redis that has none.
func Open(ctx context.Context, rdb redis.UniversalClient, first Layout) (*Store, error) {
	run, err := loadScripts()
	if err != nil {
		return nil, fmt.Errorf("loading scripts: %w", err)
	}
	s := &Store{rdb: rdb, run: run}
	if err := rdb.HSetNX(ctx, metaKey, "shards", first.Shards).Err(); err != nil {
		return nil, fmt.Errorf("writing the layout: %w", err)
	}
	if err := rdb.HSetNX(ctx, metaKey, "partitions", first.Partitions).Err(); err != nil {
		return nil, fmt.Errorf("writing the layout: %w", err)
	}
	meta, err := rdb.HMGet(ctx, metaKey, "shards", "partitions").Result()
	if err != nil {
		return nil, fmt.Errorf("reading the layout: %w", err)
	}
	shards, err1 := strconv.Atoi(fmt.Sprint(meta[0]))
	partitions, err2 := strconv.Atoi(fmt.Sprint(meta[1]))
	if err := errors.Join(err1, err2); err != nil || shards < 1 || partitions < 1 {
		return nil, fmt.Errorf("reading the layout: key %q holds shards=%v partitions=%v; positive numbers are allowed", metaKey, meta[0], meta[1])
	}
	s.partitions = partitions
	for n := range shards {
		s.keys = append(s.keys, keysOf(n))
	}
	return s, nil
}

// Shards implements jobs.Store.
func (s *Store) Shards() int { return len(s.keys) }

// Partitions is the number of queues of each kind of work.
func (s *Store) Partitions() int { return s.partitions }

// Shard implements jobs.Store.
func (s *Store) Shard(subject jobs.Subject) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(subject)) // never fails
	return int(h.Sum32() % uint32(len(s.keys)))
}

// Claim implements jobs.Store.
func (s *Store) Claim(ctx context.Context, shard int, l jobs.Lease, at time.Time, limit int) (jobs.Claim, error) {
	k := s.keys[shard]
	reply, err := s.run.claim.Run(ctx, s.rdb, []string{k.lease("sweep"), k.due, k.def, k.state},
		l.Holder, l.For.Milliseconds(), score(at), limit).Slice()
	if errors.Is(err, redis.Nil) {
		return jobs.Claim{Busy: true}, nil
	}
	if err != nil {
		return jobs.Claim{}, fmt.Errorf("claiming shard %d: %w", shard, err)
	}
	claim := jobs.Claim{Records: make([]jobs.Record, 0, len(reply)/4)}
	for i := 0; i+3 < len(reply); i += 4 {
		r := record(jobs.Subject(text(reply[i])), reply[i+2], reply[i+3])
		if due, err := strconv.ParseFloat(text(reply[i+1]), 64); err == nil {
			r.Due = time.UnixMilli(int64(due * 1000)).UTC()
		}
		claim.Records = append(claim.Records, r)
	}
	return claim, nil
}

// Load implements jobs.Store.
func (s *Store) Load(ctx context.Context, subjects []jobs.Subject) ([]jobs.Record, error) {
	byShard := make(map[int][]int) // shard → indexes into subjects
	for i, subject := range subjects {
		n := s.Shard(subject)
		byShard[n] = append(byShard[n], i)
	}
	type part struct {
		at          []int
		defs, state *redis.SliceCmd
	}
	var parts []part
	if _, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for n, at := range byShard {
			fields := make([]string, len(at))
			for i, j := range at {
				fields[i] = string(subjects[j])
			}
			parts = append(parts, part{at, p.HMGet(ctx, s.keys[n].def, fields...), p.HMGet(ctx, s.keys[n].state, fields...)})
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("loading %d subjects: %w", len(subjects), err)
	}
	records := make([]jobs.Record, len(subjects))
	for _, p := range parts {
		for i, j := range p.at {
			records[j] = record(subjects[j], p.defs.Val()[i], p.state.Val()[i])
		}
	}
	return records, nil
}

// Page implements jobs.Store.
func (s *Store) Page(ctx context.Context, shard int, cursor string, limit int) ([]jobs.Record, string, error) {
	at, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	pairs, next, err := s.rdb.HScan(ctx, s.keys[shard].def, at, "", int64(limit)).Result()
	if err != nil {
		return nil, "", fmt.Errorf("paging through shard %d: %w", shard, err)
	}
	subjects := make([]jobs.Subject, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		subjects = append(subjects, jobs.Subject(pairs[i]))
	}
	if len(subjects) == 0 {
		return nil, formatCursor(next), nil
	}
	records, err := s.Load(ctx, subjects)
	return records, formatCursor(next), err
}

// Commit implements jobs.Store.
func (s *Store) Commit(ctx context.Context, shard int, changes []jobs.Change) ([]jobs.Subject, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	k := s.keys[shard]
	keys := []string{k.state, k.due, k.out, k.wake}
	args := make([]any, 0, 8*len(changes))
	for _, c := range changes {
		value := ""
		if c.State != nil || c.Woken {
			value = strconv.FormatInt(c.Rev+1, 10) + " " + string(c.State)
		}
		serves := 0
		if c.Wake {
			keys = append(keys, k.serves(c.Subject))
			serves = len(keys)
		}
		args = append(args, string(c.Subject), token(c.Rev, c.Woken), value, score(c.Due), serves, len(c.Actions))
		for _, a := range c.Actions {
			args = append(args, a.Body, strings.Join(a.To, ","))
		}
	}
	lost, err := s.run.commit.Run(ctx, s.rdb, keys, args...).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("committing %d changes on shard %d: %w", len(changes), shard, err)
	}
	return subjects(lost), nil
}

// Edit implements jobs.Store.
func (s *Store) Edit(ctx context.Context, e jobs.Edit) (bool, error) {
	k := s.keys[s.Shard(e.Subject)]
	keys := []string{k.def, k.state, k.due, k.serves(e.Subject)}
	for _, schedule := range append(append([]string{}, e.Uses...), e.Unuses...) {
		keys = append(keys, k.uses(schedule))
	}
	next := e.Rev + 1
	if e.Rev == 0 {
		next = e.NewRev
	}
	n, err := s.run.edit.Run(ctx, s.rdb, keys, string(e.Subject), e.Rev, next, e.Definition, score(e.Due), len(e.Uses)).Int()
	if err != nil {
		return false, fmt.Errorf("writing %s: %w", e.Subject, err)
	}
	return n == 1, nil
}

// token is the part of a state's value that tells whether it was written since.
func token(rev int64, woken bool) string {
	t := strconv.FormatInt(rev, 10)
	if woken {
		t += "!"
	}
	return t
}

// record puts together what two hashes hold of a subject.
func record(subject jobs.Subject, def, state any) jobs.Record {
	r := jobs.Record{Subject: subject}
	value := text(state)
	if value == "" {
		return r
	}
	head, body, _ := strings.Cut(value, " ")
	head, r.Woken = strings.CutSuffix(head, "!")
	r.Rev, _ = strconv.ParseInt(head, 10, 64) // 0, no such subject, for what is not ours
	if body != "" {
		r.State = []byte(body)
	}
	if d := text(def); d != "" {
		r.Definition = []byte(d)
	}
	return r
}

// score is an instant as the timetable has it; empty for zero.
func score(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64)
}

// text is a reply as a string; empty for nil.
func text(reply any) string {
	s, _ := reply.(string)
	return s
}

func subjects(names []string) []jobs.Subject {
	if len(names) == 0 {
		return nil
	}
	s := make([]jobs.Subject, len(names))
	for i, name := range names {
		s[i] = jobs.Subject(name)
	}
	return s
}

// A cursor of HSCAN or SSCAN is a number of which 0 is both the first and the
// last; outside of this package both are "".
func parseCursor(cursor string) (uint64, error) {
	if cursor == "" {
		return 0, nil
	}
	at, err := strconv.ParseUint(cursor, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading the cursor %q: %w", cursor, err)
	}
	return at, nil
}

func formatCursor(cursor uint64) string {
	if cursor == 0 {
		return ""
	}
	return strconv.FormatUint(cursor, 10)
}
