package redisstore_test

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestLayoutIsThatOfTheFirstOpen(t *testing.T) {
	t.Parallel()
	rdb := redistest.EmbeddedClient(t)
	for _, asked := range []redisstore.Layout{{Shards: 64, Partitions: 2}, {Shards: 7, Partitions: 1}, {Shards: 4096, Partitions: 9}, {}} {
		s, err := redisstore.Open(t.Context(), rdb, asked)
		if err != nil {
			t.Fatal(err)
		}
		if s.Shards() != 64 || s.Partitions() != 2 {
			t.Errorf("asked for %+v: got %d shards in %d partitions, want those of the first", asked, s.Shards(), s.Partitions())
		}
	}
}

func TestImpossibleLayoutIsRefusedAndNotWritten(t *testing.T) {
	t.Parallel()
	rdb := redistest.EmbeddedClient(t)
	for _, asked := range []redisstore.Layout{{}, {Shards: 0, Partitions: 1}, {Shards: -1, Partitions: 1}, {Shards: 4097, Partitions: 1}, {Shards: 64}} {
		if _, err := redisstore.Open(t.Context(), rdb, asked); err == nil || !strings.Contains(err.Error(), "1 to 4096") {
			t.Errorf("%+v: %v", asked, err)
		}
	}
	if n := rdb.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("%d keys were written", n)
	}
}

func TestBrokenLayoutIsAnError(t *testing.T) {
	t.Parallel()
	for _, broken := range []struct{ shards, partitions string }{
		{"many", "1"}, {"0", "1"}, {"-3", "1"}, {"64", "0"}, {"", "1"}, {"64", "x"}, {"5000", "1"},
	} {
		rdb := redistest.EmbeddedClient(t)
		if err := rdb.HSet(t.Context(), "deskbell:meta", "shards", broken.shards, "partitions", broken.partitions).Err(); err != nil {
			t.Fatal(err)
		}
		_, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 64, Partitions: 1})
		if err == nil || !strings.Contains(err.Error(), "deskbell:meta") {
			t.Errorf("%+v: %v", broken, err)
		}
	}
}

// The keys of a subject are in its shard: another hash would lose them all.
func TestShardOfASubjectNeverChanges(t *testing.T) {
	t.Parallel()
	s, err := redisstore.Open(t.Context(), redistest.EmbeddedClient(t), redisstore.Layout{Shards: 64, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	for subject, want := range map[store.Subject]int{
		store.PropertySubject("acme"): 15,
		store.AgentSubject("lea"):     19,
	} {
		if got := s.Shard(subject); got != want {
			t.Errorf("%s is in shard %d, was in %d", subject, got, want)
		}
	}
}
