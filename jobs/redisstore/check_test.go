package redisstore_test

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestCheckWarnsOfSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings []redistest.Setting
		want     []string // the remedy of each warning
	}{
		{"as it should be", []redistest.Setting{redistest.AOF}, nil},
		{"flushed with each write", []redistest.Setting{redistest.AOF, "appendfsync always"}, nil},
		{"without AOF", nil, []string{"set appendonly yes"}},
		{"without AOF, however it would be flushed", []redistest.Setting{"appendfsync no"}, []string{"set appendonly yes"}},
		{"flushed at the system's pleasure", []redistest.Setting{redistest.AOF, "appendfsync no"}, []string{"set appendfsync everysec"}},
		{"evicting", []redistest.Setting{redistest.AOF, "maxmemory-policy allkeys-lru"}, []string{"set maxmemory-policy noeviction"}},
		{"evicting without AOF", []redistest.Setting{"maxmemory-policy volatile-ttl"}, []string{"set appendonly yes", "set maxmemory-policy noeviction"}},
		{"managed, without CONFIG", []redistest.Setting{"user default on nopass ~* &* +@all -config"}, nil},
		{"managed, without CONFIG, evicting", []redistest.Setting{"user default on nopass ~* &* +@all -config", "maxmemory-policy allkeys-lru"}, []string{"set maxmemory-policy noeviction"}},
		{"managed, without INFO", []redistest.Setting{"user default on nopass ~* &* +@all -config -info", "maxmemory-policy allkeys-lru"}, nil},
		{"managed, with the commands renamed", []redistest.Setting{`rename-command CONFIG ""`}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			verifyWarnings(t, redistest.Start(t, c.settings...).Client(t), c.want...)
		})
	}
}

func TestCheckSaysNothingOfTheEmbeddedRedis(t *testing.T) {
	t.Parallel()
	verifyWarnings(t, redistest.EmbeddedClient(t))
}

func TestCheckNamesTheNodesOfACluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	got, err := redisstore.Check(t.Context(), cluster.Client(t))
	if err != nil || len(got) != len(cluster.Nodes) {
		t.Fatalf("got %q, %v", got, err)
	}
	for _, node := range cluster.Nodes {
		if !strings.Contains(strings.Join(got, "\n"), node.Addr()+": ") {
			t.Errorf("%s is not in %q", node.Addr(), got)
		}
	}
}

func TestCheckIsAnErrorWhenRedisIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	o := server.Options()
	o.MaxRetries, o.DialerRetries = -1, 1
	rdb := redis.NewUniversalClient(&o)
	defer rdb.Close()
	server.Stop(t)
	if got, err := redisstore.Check(t.Context(), rdb); err == nil {
		t.Errorf("got %q and no error", got)
	}
}

func verifyWarnings(t *testing.T, rdb redis.UniversalClient, want ...string) {
	t.Helper()
	got, err := redisstore.Check(t.Context(), rdb)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
}
