package jobs_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func redisZ(s jobs.Subject, at time.Time) redis.Z {
	return redis.Z{Score: float64(at.Unix()), Member: string(s)}
}

// TestNoGoroutineStays is alone: the goroutines of other tests would be taken for a
// worker's.
//
//nolint:paralleltest // see above
func TestNoGoroutineStays(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("worker", func(t *testing.T) {
		b := newBundle(t, setup{shards: 1})
		b.define(shop)
		stop := b.worker()
		b.becomes("always", "online")
		b.quiet()
		stop()
	})
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// slow is a store whose commits wait until they may go on, once one has begun.
type slow struct {
	jobs.Store
	begun func()
	goOn  chan struct{}
}

func (s slow) Commit(ctx context.Context, shard int, changes []jobs.Change) ([]jobs.Subject, error) {
	s.begun()
	select {
	case <-s.goOn:
	case <-ctx.Done():
	}
	return s.Store.Commit(ctx, shard, changes)
}

func TestStop(t *testing.T) {
	t.Parallel()

	t.Run("a sweep is handed back after its batch, with its lease, and another worker does the rest", func(t *testing.T) {
		t.Parallel()
		begun, goOn := make(chan struct{}), make(chan struct{})
		wrap := func(s jobs.Store) jobs.Store { return slow{s, sync.OnceFunc(func() { close(begun) }), goOn} }
		b := newBundle(t, setup{shards: 1, batch: 1, wrap: wrap})
		b.define(`{"properties": {"a": {}, "b": {}, "c": {}, "d": {}}}`)
		stop := b.worker()
		<-begun
		if n := b.rdb.Exists(t.Context(), "deskbell:{0}:lease:sweep").Val(); n != 1 {
			t.Error("a sweep has no lease")
		}
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		redistest.Wait(t, "the worker stops", func() bool { return len(b.lines("worker stops: waiting for running jobs")) > 0 })
		redistest.Wait(t, "its beat has ended", func() bool { return len(b.lines("cron: stop")) >= 0 })
		close(goOn)
		<-stopped
		if n := b.rdb.Exists(t.Context(), "deskbell:{0}:lease:sweep").Val(); n != 0 {
			t.Error("the lease was not given back")
		}
		if left := b.rdb.ZCard(t.Context(), "deskbell:{0}:due").Val(); left == 0 {
			t.Skip("the sweep was done before it saw that the worker stops")
		}
		b.wrap = func(s jobs.Store) jobs.Store { return s }
		b.worker()
		for _, id := range []string{"a", "b", "c", "d"} {
			b.becomes(id, "online")
		}
		b.quiet()
		if had := b.actions("default"); len(had) != 4 {
			t.Errorf("%d actions", len(had))
		}
	})

	t.Run("a job that hangs is cut off in time, and done by another worker", func(t *testing.T) {
		t.Parallel()
		asked := make(chan struct{})
		b := newBundle(t, setup{clock: morning(9, 1), stop: time.Second, notify: hanging{sync.OnceFunc(func() { close(asked) })}})
		b.define(`{"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_ended"], "via": ["ntfy://one/lea"]}}}}`)
		stop := b.worker()
		b.quiet()
		b.clock.due(morning(17, 0))
		<-asked
		began := time.Now()
		stop()
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("with a StopTimeout of a second, it took %s", took)
		}
		b.notify = b.out
		b.worker()
		redistest.Wait(t, "the agent is told", func() bool { return len(b.out.notices()) == 1 })
	})

	t.Run("a worker whose Redis is away ends all the same", func(t *testing.T) {
		t.Parallel()
		server := redistest.Start(t)
		b := newBundle(t, setup{redis: server.Options(), stop: time.Second})
		b.define(shop)
		stop := b.worker()
		b.quiet()
		server.Stop(t)
		stop()
	})
}

// hanging is a service that takes a notice and never says so.
type hanging struct{ asked func() }

func (h hanging) Notify(ctx context.Context, _, _, _ string) error {
	h.asked()
	<-ctx.Done()
	return ctx.Err()
}

func TestAnIdleWorkerAsksLittleOfRedis(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 64, clock: morning(10, 0)})
	b.define(shop)
	b.worker()
	b.quiet()
	const span = 5 * time.Second // between two beats there is one
	before := commands(b)
	<-time.After(span)
	asked := commands(b) - before
	if perSecond := asked / int(span/time.Second); perSecond > 100 {
		t.Errorf("%d commands a second", perSecond)
	} else {
		t.Logf("%d commands a second", perSecond)
	}
}

// commands is how many this Redis has been asked for; what scripts do counts too.
func commands(b *bundle) int {
	b.Helper()
	stats, err := b.rdb.Info(b.Context(), "stats").Result()
	b.must(err)
	_, rest, _ := strings.Cut(stats, "total_commands_processed:")
	n, err := strconv.Atoi(strings.Fields(rest + " none")[0])
	if err != nil {
		b.Fatal(fmt.Errorf("reading INFO stats: %w", err))
	}
	return n
}
