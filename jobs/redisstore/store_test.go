package redisstore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/storetest"
)

// layout is that of the stores under test.
var layout = redisstore.Layout{Shards: 5, Partitions: 1}

func open(t testing.TB, rdb redis.UniversalClient) *redisstore.Store {
	t.Helper()
	store, err := redisstore.Open(t.Context(), rdb, layout)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) store.Store { return open(t, redistest.EmbeddedClient(t)) })
}

func TestRedis(t *testing.T) {
	t.Parallel()
	const databases = 500
	server := redistest.Start(t, redistest.Setting(fmt.Sprint("databases ", databases)))
	var used atomic.Int64
	t.Cleanup(func() { verifyKeys(t, server, int(used.Load())) })
	fresh := func(t testing.TB) *redisstore.Store {
		o := server.Options()
		o.DB = int(used.Add(1)) - 1
		rdb := redis.NewUniversalClient(&o)
		t.Cleanup(func() { rdb.Close() })
		return open(t, rdb)
	}
	storetest.Run(t, func(t testing.TB) store.Store { return fresh(t) })
	t.Run("Erasures", func(t *testing.T) {
		t.Parallel()
		verifyErasures(t, fresh(t))
	})
}

// verifyErasures remembers that of a visitor, and of all.
func verifyErasures(t *testing.T, s *redisstore.Store) {
	t.Helper()
	at := time.UnixMilli(1_795_000_000_123)
	for _, c := range []struct {
		erased string
		at     time.Time
		want   map[string]time.Time
	}{
		{"v1", at, map[string]time.Time{"v1": at, "v2": {}, "": {}}},
		{"", at.Add(time.Second), map[string]time.Time{"v1": at.Add(time.Second), "v2": at.Add(time.Second), "": at.Add(time.Second)}},
		{"v1", at.Add(time.Minute), map[string]time.Time{"v1": at.Add(time.Minute), "v2": at.Add(time.Second)}},
	} {
		if err := s.MarkErased(t.Context(), "acme", c.erased, c.at, time.Hour); err != nil {
			t.Fatal(err)
		}
		for visitor, want := range c.want {
			if got, err := s.Erased(t.Context(), "acme", visitor); err != nil || !got.Equal(want) {
				t.Errorf("%q was erased, and %q at %s, want %s: %v", c.erased, visitor, got, want, err)
			}
		}
	}
	if other, err := s.Erased(t.Context(), "beta", "v1"); err != nil || !other.IsZero() {
		t.Errorf("another property: %s %v", other, err)
	}
}

// TestModel is not run over the embedded Redis, where a script takes a hundred
// times as long; the suite is.
func TestModel(t *testing.T) {
	t.Parallel()
	rdb := redistest.Start(t).Client(t)
	storetest.RunModel(t, func(t testing.TB) store.Store {
		if err := rdb.FlushDB(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		store, err := redisstore.Open(t.Context(), rdb, redisstore.Layout{Shards: 2, Partitions: 1})
		if err != nil {
			t.Fatal(err)
		}
		return store
	})
}

func TestCluster(t *testing.T) {
	t.Parallel()
	rdb, ok := redistest.StartCluster(t).Client(t).(*redis.ClusterClient)
	if !ok {
		t.Fatal("three addresses give no cluster client")
	}
	var alone sync.Mutex // a cluster has one database
	storetest.Run(t, func(t testing.TB) store.Store {
		alone.Lock()
		t.Cleanup(alone.Unlock)
		if err := rdb.ForEachMaster(t.Context(), func(ctx context.Context, node *redis.Client) error {
			return node.FlushAll(ctx).Err()
		}); err != nil {
			t.Fatal(err)
		}
		return open(t, rdb)
	})
}
