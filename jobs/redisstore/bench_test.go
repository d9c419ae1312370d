package redisstore_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// A shard of a million subjects in 64, and the batch of a sweep.
const (
	benchSubjects = 15_000
	benchBatch    = 500
)

var benchStart = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// BenchmarkClaim reads batches of due subjects.
func BenchmarkClaim(b *testing.B) {
	s := newBench(b)
	s.start(b)
	for b.Loop() {
		s.claim(b, benchStart)
	}
	s.report(b)
}

// BenchmarkCommit writes batches of decisions, each with a state, a due time and
// an action.
func BenchmarkCommit(b *testing.B) {
	s := newBench(b)
	records := s.all(b)
	s.start(b)
	for n := 0; b.Loop(); n++ {
		if n%100 == 99 {
			s.trim(b)
		}
		at := n * benchBatch % len(records)
		batch := records[at : at+benchBatch]
		s.commit(b, batch, benchStart.Add(time.Hour))
		for i := range batch {
			batch[i].Rev, batch[i].Woken = store.NextRev(batch[i].Rev, time.Time{}), false
		}
	}
	s.report(b)
}

// BenchmarkSweep claims and commits, as a sweep does; with an append-only file, as
// it should be, and without.
func BenchmarkSweep(b *testing.B) {
	b.Run("memory", func(b *testing.B) { sweep(b) })
	b.Run("AOF", func(b *testing.B) { sweep(b, redistest.AOF) })
}

func sweep(b *testing.B, settings ...redistest.Setting) {
	s := newBench(b, settings...)
	at := benchStart
	s.start(b)
	for n := 0; b.Loop(); n++ {
		if n%100 == 99 {
			s.trim(b)
		}
		records := s.claim(b, at)
		if len(records) == 0 {
			at = at.Add(time.Hour)
			records = s.claim(b, at)
		}
		s.commit(b, records, at.Add(time.Hour))
	}
	s.report(b)
}

type bench struct {
	store   *redisstore.Store
	rdb     redis.UniversalClient
	state   []byte
	action  []store.Outgoing
	changes int
	cpu     time.Duration // of Redis, when the measuring began
}

func newBench(b *testing.B, settings ...redistest.Setting) *bench {
	b.Helper()
	rdb := redistest.Start(b, settings...).Client(b)
	db, err := redisstore.Open(b.Context(), rdb, redisstore.Layout{Shards: 1, Partitions: 1})
	if err != nil {
		b.Fatal(err)
	}
	definition := bytes.Repeat([]byte("d"), 400)
	for i := range benchSubjects {
		subject := store.PropertySubject("p" + strconv.Itoa(i))
		if ok, err := db.Edit(b.Context(), store.Edit{Subject: subject, NewRev: benchStart.UnixMicro(), Definition: definition, Due: benchStart}); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
	return &bench{store: db, rdb: rdb, state: bytes.Repeat([]byte("s"), 300), action: []store.Outgoing{{Body: bytes.Repeat([]byte("a"), 500)}}}
}

func (s *bench) claim(b *testing.B, at time.Time) []store.Record {
	claim, err := s.store.Claim(b.Context(), 0, store.Lease{Holder: "bench", For: time.Minute}, at, benchBatch)
	if err != nil || claim.Busy {
		b.Fatal(claim.Busy, err)
	}
	s.changes += len(claim.Records)
	return claim.Records
}

func (s *bench) commit(b *testing.B, records []store.Record, due time.Time) {
	changes := make([]store.Change, len(records))
	for i, r := range records {
		changes[i] = store.Change{Subject: r.Subject, Rev: r.Rev, Woken: r.Woken, State: s.state, Due: due, Actions: s.action}
	}
	if lost, err := s.store.Commit(b.Context(), changes); err != nil || len(lost) > 0 {
		b.Fatal(len(lost), err)
	}
	s.changes += len(records)
}

func (s *bench) all(b *testing.B) []store.Record {
	var all []store.Record
	for cursor := ""; ; {
		page, next, err := s.store.Page(b.Context(), 0, cursor, 1000)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, page...)
		if cursor = next; cursor == "" {
			return all[:benchSubjects]
		}
	}
}

// trim keeps the outbox small, outside of the measured time.
func (s *bench) trim(b *testing.B) {
	b.StopTimer()
	before := s.usedCPU(b)
	if err := s.rdb.XTrimMaxLen(b.Context(), "deskbell:{0}:out", 0).Err(); err != nil {
		b.Fatal(err)
	}
	s.cpu += s.usedCPU(b) - before
	b.StartTimer()
}

func (s *bench) start(b *testing.B) { s.changes, s.cpu = 0, s.usedCPU(b) }

// report says how many subjects were done, and how much time each cost Redis.
func (s *bench) report(b *testing.B) {
	used := s.usedCPU(b) - s.cpu
	n := float64(s.changes)
	if strings.HasPrefix(b.Name(), "BenchmarkSweep") {
		n /= 2 // each is claimed and committed
	}
	b.ReportMetric(n/b.Elapsed().Seconds(), "changes/s")
	b.ReportMetric(float64(used.Nanoseconds())/1000/n, "redis-µs/change")
}

func (s *bench) usedCPU(b *testing.B) time.Duration {
	var total time.Duration
	for line := range strings.Lines(s.rdb.Info(b.Context(), "cpu").Val()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_sys" || name == "used_cpu_user" {
			d, err := time.ParseDuration(value + "s")
			if err != nil {
				b.Fatal(err)
			}
			total += d
		}
	}
	return total
}
