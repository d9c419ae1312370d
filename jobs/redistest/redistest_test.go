package redistest_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestServer(t *testing.T) {
	t.Parallel()

	t.Run("answers at its URL", func(t *testing.T) {
		t.Parallel()
		s := redistest.Start(t)
		o, err := redis.ParseURL(s.URL())
		if err != nil {
			t.Fatal(err)
		}
		rdb := redis.NewClient(o)
		defer rdb.Close()
		if err := rdb.Ping(t.Context()).Err(); err != nil {
			t.Error(err)
		}
	})

	t.Run("with AOF, what was written is there after a restart", func(t *testing.T) {
		t.Parallel()
		s := redistest.Start(t, redistest.AOF)
		rdb := s.Client(t)
		if err := rdb.Set(t.Context(), "k", "v", 0).Err(); err != nil {
			t.Fatal(err)
		}
		s.Stop(t)
		if err := rdb.Ping(t.Context()).Err(); err == nil {
			t.Error("a stopped server answers")
		}
		s.Restart(t)
		if v, err := rdb.Get(t.Context(), "k").Result(); err != nil || v != "v" {
			t.Errorf("got %q, %v", v, err)
		}
	})

	t.Run("paused, it answers nobody; resumed, it goes on", func(t *testing.T) {
		t.Parallel()
		s := redistest.Start(t)
		o := s.Options()
		o.ContextTimeoutEnabled, o.MaxRetries = true, -1
		rdb := redis.NewUniversalClient(&o)
		defer rdb.Close()
		s.Pause(t)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := rdb.Ping(ctx).Err(); !errors.Is(err, context.DeadlineExceeded) && !os.IsTimeout(err) {
			t.Errorf("pinging a paused server: %v, want a timeout", err)
		}
		s.Resume(t)
		if err := rdb.Ping(t.Context()).Err(); err != nil {
			t.Error(err)
		}
	})

	t.Run("ends with its test", func(t *testing.T) {
		t.Parallel()
		redistest.Program(t, "redis-server") // else the test below would be skipped, and this one go on
		var s *redistest.Server
		t.Run("test", func(t *testing.T) { s = redistest.Start(t) })
		o := s.Options()
		o.MaxRetries, o.DialerRetries = -1, 1
		rdb := redis.NewUniversalClient(&o)
		defer rdb.Close()
		if err := rdb.Ping(t.Context()).Err(); err == nil {
			t.Error("the server still answers")
		}
	})
}

func TestCluster(t *testing.T) {
	t.Parallel()
	rdb := redistest.StartCluster(t).Client(t)
	for _, key := range []string{"a", "b", "c", "d", "e", "f"} { // of all three nodes
		if err := rdb.Set(t.Context(), key, "v", 0).Err(); err != nil {
			t.Error(err)
		}
	}
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	rdb := redistest.EmbeddedClient(t)
	if err := rdb.Set(t.Context(), "k", "v", 20*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	redistest.Wait(t, "a key expires by the clock", func() bool { return rdb.Exists(t.Context(), "k").Val() == 0 })
}

func TestEmbeddedTakesLongPipelines(t *testing.T) {
	t.Parallel()
	rdb := redistest.EmbeddedClient(t)
	pipeline := rdb.Pipeline()
	for range 2000 {
		pipeline.Echo(t.Context(), strings.Repeat("x", 100))
	}
	if replies, err := pipeline.Exec(t.Context()); err != nil || len(replies) != 2000 {
		t.Errorf("got %d replies, %v", len(replies), err)
	}
}
