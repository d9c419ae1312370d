package redisstore_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// Earlier versions kept the ids of events in one sorted set of a shard.
func TestEventsThatAnEarlierVersionHasSeenAreKnownForTheirDay(t *testing.T) {
	t.Parallel()
	rdb := redistest.EmbeddedClient(t)
	s, ctx := open(t, rdb), t.Context()
	at, subject := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), store.VisitorSubject("acme", "ann")
	shard := s.Shard(subject)
	key, name := fmt.Sprintf("deskbell:{%d}:heard", shard), sha256.Sum256([]byte(string(subject)+" first"))
	if err := rdb.ZAdd(ctx, key, redis.Z{Score: float64(at.Unix()), Member: string(name[:16])}).Err(); err != nil {
		t.Fatal(err)
	}
	for after, known := range map[time.Duration]bool{0: true, store.DedupeWindow - time.Second: true, store.DedupeWindow: false} {
		got, err := s.Seen(ctx, at.Add(after), map[store.Subject][]string{subject: {"first", "second"}})
		if err != nil {
			t.Fatal(err)
		}
		want := map[store.Subject]map[string]bool{}
		if known {
			want[subject] = map[string]bool{"first": true}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", after, diff)
		}
	}
	if err := s.ForgetSeen(ctx, shard, at.Add(store.DedupeWindow)); err != nil {
		t.Fatal(err)
	}
	if n := rdb.Exists(ctx, key).Val(); n != 0 {
		t.Error("they are kept for more than a day")
	}
}

// A worker whose clock is a little behind looks into a period that has begun for another.
func TestAnEventIsKnownAcrossTheBeginningOfAPeriod(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, redistest.EmbeddedClient(t)), t.Context()
	noon, subject := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), store.VisitorSubject("acme", "ann")
	lost, err := s.Commit(ctx, []store.Change{{Subject: subject, NewRev: 1, State: []byte(`{}`), At: noon, Seen: []string{"first"}}})
	if err != nil || len(lost) > 0 {
		t.Fatal(lost, err)
	}
	for _, after := range []time.Duration{-time.Second, 0, store.DedupeSlack, store.DedupeWindow - time.Millisecond} {
		got, err := s.Seen(ctx, noon.Add(after), map[store.Subject][]string{subject: {"first"}})
		if err != nil {
			t.Fatal(err)
		}
		if !got[subject]["first"] {
			t.Errorf("not known after %s", after)
		}
	}
	if ids, bytes, err := s.SeenUsage(ctx, noon); err != nil || ids != 1 || bytes == 0 {
		t.Errorf("%d ids in %d bytes, %v", ids, bytes, err)
	}
}
