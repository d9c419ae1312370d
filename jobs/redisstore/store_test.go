package redisstore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

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
	storetest.Run(t, func(t testing.TB) store.Store {
		o := server.Options()
		o.DB = int(used.Add(1)) - 1
		rdb := redis.NewUniversalClient(&o)
		t.Cleanup(func() { rdb.Close() })
		return open(t, rdb)
	})
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
