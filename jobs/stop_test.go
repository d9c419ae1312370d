package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

func redisZ(s store.Subject, at time.Time) redis.Z {
	return redis.Z{Score: float64(at.Unix()), Member: string(s)}
}

// TestNoGoroutineStays is alone: the goroutines of other tests would count as a
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

// slow is a store with slow commits, which first wait until they may go on.
type slow struct {
	store.Store
	claimed func()
	goOn    chan struct{}
}

func (s slow) Claim(ctx context.Context, shard int, l store.Lease, at time.Time, limit int) (store.Claim, error) {
	claim, err := s.Store.Claim(ctx, shard, l, at, limit)
	if len(claim.Records) > 0 {
		s.claimed()
	}
	return claim, err
}

func (s slow) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	select {
	case <-s.goOn:
	case <-ctx.Done():
	}
	<-time.After(20 * time.Millisecond)
	return s.Store.Commit(ctx, changes)
}

func TestStop(t *testing.T) {
	t.Parallel()

	t.Run("a sweep is handed back after its batch, with its lease, and another worker does the rest", func(t *testing.T) {
		t.Parallel()
		claimed, goOn := make(chan struct{}), make(chan struct{})
		wrap := func(s store.Store) store.Store { return slow{s, sync.OnceFunc(func() { close(claimed) }), goOn} }
		b := newBundle(t, setup{shards: 1, batch: 1, wrap: wrap})
		const count = 600 // more than can be swept until the worker stops, and than Redis pages at once
		var properties []string
		for i := range count {
			properties = append(properties, fmt.Sprintf(`"p%d": {}`, i))
		}
		b.define(`{"properties": {` + strings.Join(properties, ",") + `}}`)
		stop := b.worker()
		<-claimed
		if n := b.rdb.Exists(t.Context(), "deskbell:{0}:lease:sweep").Val(); n != 1 {
			t.Error("a sweep has no lease")
		}
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		redistest.Wait(t, "the worker stops", func() bool { return len(b.lines("worker stops: waiting for running jobs")) > 0 })
		close(goOn)
		<-stopped
		if n := b.rdb.Exists(t.Context(), "deskbell:{0}:lease:sweep").Val(); n != 0 {
			t.Error("the lease was not given back")
		}
		if left := b.rdb.ZCard(t.Context(), "deskbell:{0}:due").Val(); left == 0 {
			t.Error("the sweep was not cut short")
		}
		b.wrap, b.batch = func(s store.Store) store.Store { return s }, 100
		b.worker()
		redistest.Wait(t, "all are told", func() bool { return len(b.actions("default")) >= count })
		b.quiet()
		if had := b.actions("default"); len(had) != count {
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
		if took := time.Since(began); took > 5*time.Minute { // and not the ten minutes that a task may take
			t.Errorf("with a StopTimeout of a second, it took %s", took)
		}
		b.notify = b.out
		b.worker()
		redistest.Wait(t, "the agent is told", func() bool { return len(b.out.notices()) == 1 })
	})

	t.Run("a notice that its service had when it was cut off is not sent again", func(t *testing.T) {
		t.Parallel()
		const tries = 3 // a machine that stands still for longer than a stop waits cannot keep that it was sent
		var sent, again []*asynq.TaskInfo
		for range tries {
			if sent, again = cutOffNotice(t); len(sent) == 1 && len(again) == 0 {
				return
			}
		}
		t.Errorf("done are %+v, and sent again %+v", sent, again)
	})

	for name, leave := range map[string]func(*redistest.Server, testing.TB){
		"is gone": (*redistest.Server).Stop, "hangs": (*redistest.Server).Pause,
	} {
		t.Run("a worker whose Redis "+name+" ends in time all the same", func(t *testing.T) {
			t.Parallel()
			// A beat of four seconds, the timeout, two to hand back, and reads that wait for three.
			redistest.Within(t, 25*time.Second, "stopping, with a StopTimeout of a second", func() time.Duration {
				server := redistest.Start(t)
				b := newBundle(t, setup{redis: server.Options(), stop: time.Second})
				b.define(shop)
				stop := b.worker()
				b.quiet()
				leave(server, t)
				began := time.Now()
				stop()
				return time.Since(began)
			})
		})
	}
}

// hanging is a service that takes a notice and never answers.
type hanging struct{ asked func() }

func (h hanging) Notify(ctx context.Context, _, _, _ string) error {
	h.asked()
	<-ctx.Done()
	return ctx.Err()
}

// silent is a hanging service of which it is known that it had all of the notice.
type silent struct{ hanging }

func (s silent) Notify(ctx context.Context, url, title, text string) error {
	if err := s.hanging.Notify(ctx, url, title, text); errors.Is(err, context.DeadlineExceeded) {
		return deliver.ErrNoAnswer
	}
	return context.Canceled
}

// cutOffNotice stops a worker while a service has a notice and does not answer. It gives the notices that are done, and those that are sent
// again.
func cutOffNotice(t *testing.T) (sent, again []*asynq.TaskInfo) {
	t.Helper()
	asked := make(chan struct{})
	b := newBundle(t, setup{clock: morning(9, 1), stop: time.Second, notify: silent{hanging{sync.OnceFunc(func() { close(asked) })}}})
	b.define(`{"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_ended"], "via": ["ntfy://one/lea"]}}}}`)
	stop := b.worker()
	b.quiet()
	b.clock.due(morning(17, 0))
	<-asked
	stop()
	inspect := asynq.NewInspectorFromRedisClient(b.rdb)
	notices := func(list func(string, ...asynq.ListOption) ([]*asynq.TaskInfo, error)) []*asynq.TaskInfo {
		tasks, err := list("deskbell-delivery")
		b.must(err)
		return slices.DeleteFunc(tasks, func(task *asynq.TaskInfo) bool { return task.Type != (jobs.NotifyArgs{}).Kind() })
	}
	return notices(inspect.ListCompletedTasks), slices.Concat(notices(inspect.ListPendingTasks), notices(inspect.ListRetryTasks), notices(inspect.ListActiveTasks))
}

func TestAnIdleWorkerAsksLittleOfRedis(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 64, clock: morning(10, 0)})
	b.define(shop)
	b.worker()
	b.quiet()
	// The work that follows a start, in the first half minute, is no idling.
	_, err := asynq.NewInspectorFromRedisClient(b.rdb).DeleteAllScheduledTasks("deskbell-upkeep")
	b.must(err)
	const span = 5 * time.Second // from one beat of cron to the next
	before, began := b.asked.Load(), time.Now()
	<-time.After(span)
	if perSecond := float64(b.asked.Load()-before) / time.Since(began).Seconds(); perSecond > 40 || perSecond < 1 {
		t.Errorf("%.0f commands a second", perSecond)
	}
}

// counting is a hook that counts the commands that are sent to Redis.
type counting struct{ asked *atomic.Int64 }

func (counting) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c counting) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.asked.Add(1)
		return next(ctx, cmd)
	}
}

func (c counting) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.asked.Add(int64(len(cmds)))
		return next(ctx, cmds)
	}
}
