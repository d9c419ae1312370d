package nudge_test

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/nudge"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// desk is asynq servers with nudges on one Redis, and what they did.
type desk struct {
	testing.TB
	rdb   redis.UniversalClient
	watch *nudge.Watch
	seen  *hook
	asynq *asynq.Client
	done  atomic.Int64
}

// hook counts and spoils commands.
type hook struct {
	scripts, messages, looks atomic.Int64
	deaf                     bool // no message gets to Redis
}

func (h *hook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if len(cmds) > 0 && cmds[0].Name() == "exists" {
			h.looks.Add(1)
		}
		return next(ctx, cmds)
	}
}

func (h *hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		switch cmd.Name() {
		case "evalsha", "eval":
			h.scripts.Add(1)
		case "publish":
			h.messages.Add(1)
			if h.deaf {
				return nil
			}
		}
		return next(ctx, cmd)
	}
}

func newDesk(t testing.TB, rdb redis.UniversalClient, o redis.UniversalOptions) *desk {
	t.Helper()
	d := &desk{TB: t, rdb: rdb, seen: new(hook), asynq: asynq.NewClientFromRedisClient(rdb)}
	own := redis.NewUniversalClient(&o)
	own.AddHook(d.seen)
	d.watch = nudge.NewWatch(own)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.watch.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		d.watch.Wait()
		_ = own.Close()
	})
	return d
}

// serve starts a server of some queues; stop ends it.
func (d *desk) serve(calls *nudge.Client, queues ...string) (stop func()) {
	d.Helper()
	names := make(map[string]int)
	for _, q := range queues {
		names[q] = 1
	}
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	server := asynq.NewServerFromRedisClient(calls, asynq.Config{
		Concurrency: 4, Queues: names, TaskCheckInterval: time.Millisecond, DelayedTaskCheckInterval: 100 * time.Millisecond, Logger: quiet,
	})
	if err := server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		d.done.Add(1)
		return nil
	})); err != nil {
		d.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			calls.Stop()
			server.Shutdown()
		}
	}
	d.Cleanup(stop)
	return stop
}

func (d *desk) add(queue string, opts ...asynq.Option) {
	d.Helper()
	if _, err := d.asynq.Enqueue(asynq.NewTask("some", nil), append(opts, asynq.Queue(queue))...); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) wait(n int64) {
	d.Helper()
	redistest.Wait(d, "the tasks are done", func() bool { return d.done.Load() == n })
}

// client is of this desk's own Redis clients, whose commands are counted.
func (d *desk) client(o redis.UniversalOptions, queues ...string) *nudge.Client {
	rdb := redis.NewUniversalClient(&o)
	rdb.AddHook(d.seen)
	d.Cleanup(func() { _ = rdb.Close() })
	return d.watch.Client(rdb, queues)
}

func TestTasksAreFound(t *testing.T) {
	t.Parallel()
	for name, add := range map[string]func(d *desk){
		"by a nudge of this process":     func(d *desk) { d.add("b"); d.watch.Send("b") },
		"by a nudge of another process":  func(d *desk) { d.add("b"); s := nudge.NewSender(d.rdb); s.Send("b"); s.Wait() },
		"that nobody has named":          func(d *desk) { d.add("b") },
		"whose nudge came before them":   func(d *desk) { d.watch.Send("b"); d.add("b") },
		"that were delayed":              func(d *desk) { d.add("b", asynq.ProcessIn(time.Second)) },
		"in a queue that was paused":     func(d *desk) { d.pause("b"); d.add("b"); d.watch.Send("b"); d.unpause("b") },
		"though the subscription is cut": func(d *desk) { d.cut(); d.add("b") },
		"though scripts are forgotten":   func(d *desk) { d.rdb.ScriptFlush(context.Background()); d.add("b"); d.watch.Send("b") },
		"though messages are swallowed":  func(d *desk) { d.seen.deaf = true; d.add("b"); d.watch.Send("none") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			d := newDesk(t, server.Client(t), server.Options())
			d.serve(d.client(server.Options(), "a", "b", "c"), "a", "b", "c")
			add(d)
			d.wait(1)
			for _, queue := range []string{"a", "b", "c"} { // and not one of them alone
				d.add(queue)
			}
			d.wait(4)
		})
	}
}

func (d *desk) pause(queue string) {
	d.Helper()
	if err := asynq.NewInspectorFromRedisClient(d.rdb).PauseQueue(queue); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) unpause(queue string) {
	d.Helper()
	if err := asynq.NewInspectorFromRedisClient(d.rdb).UnpauseQueue(queue); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) cut() {
	d.Helper()
	if err := d.rdb.Do(context.Background(), "CLIENT", "KILL", "TYPE", "pubsub").Err(); err != nil {
		d.Fatal(err)
	}
}

func TestTasksAreFoundInACluster(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	d := newDesk(t, cluster.Client(t), cluster.Options())
	d.serve(d.client(cluster.Options(), "a", "b", "c"), "a", "b", "c")
	d.add("a")
	d.wait(1)
	other := nudge.NewSender(d.rdb)
	defer other.Wait()
	for n, queue := range []string{"b", "c", "a"} {
		d.add(queue)
		other.Send(queue)
		d.wait(int64(n + 2))
	}
}

func TestTasksAreFoundInTheEmbeddedRedis(t *testing.T) {
	t.Parallel()
	o := redistest.Embedded(t)
	rdb := redis.NewUniversalClient(&o)
	defer func() { _ = rdb.Close() }()
	d := newDesk(t, rdb, o)
	stop := d.serve(d.client(o, "a"), "a")
	other := nudge.NewSender(d.rdb)
	d.add("a")
	other.Send("a")
	d.wait(1)
	other.Wait()
	stop()
}

// TestAfterAnOutage: while Redis is away, servers do not spin; after it they go on.
func TestAfterAnOutage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, server.Client(t), server.Options())
	d.serve(d.client(server.Options(), "a"), "a")
	d.add("a")
	d.wait(1)
	server.Stop(t)
	server.Restart(t)
	redistest.Wait(t, "Redis takes a task", func() bool {
		_, err := d.asynq.Enqueue(asynq.NewTask("some", nil), asynq.Queue("a"), asynq.TaskID("after"))
		return err == nil
	})
	redistest.Wait(t, "it is done", func() bool { return d.done.Load() >= 2 })
}

func TestAnIdleServerRunsNoScripts(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, server.Client(t), server.Options())
	d.serve(d.client(server.Options(), "a"), "a")
	d.add("a")
	d.wait(1)
	looks := func(n int64) {
		n += d.seen.looks.Load()
		redistest.Wait(t, "some looks find nothing", func() bool { return d.seen.looks.Load() >= n })
	}
	looks(2) // the last tasks were looked for
	before := d.seen.scripts.Load()
	looks(3)
	if n := d.seen.scripts.Load() - before; n > 3 { // asynq's sign of life, its janitor
		t.Errorf("%d scripts", n)
	}
}

func TestABurstCostsFewMessages(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	rdb, seen := server.Client(t), new(hook)
	rdb.AddHook(seen)
	sender, began := nudge.NewSender(rdb), time.Now()
	for range 10_000 {
		sender.Send("a")
	}
	sender.Wait()
	if n, most := seen.messages.Load(), 2+int64(time.Since(began)/(2*time.Millisecond)); n < 1 || n > most {
		t.Errorf("%d messages, at most %d wanted", n, most)
	}
}

func TestAServerThatWaitsStopsAtOnce(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	redistest.Within(t, nudge.LookEvery/2, "stopping", func() time.Duration {
		d := newDesk(t, server.Client(t), server.Options())
		stop := d.serve(d.client(server.Options(), "a"), "a")
		d.add("a")
		d.wait(1)
		began := time.Now()
		stop()
		return time.Since(began)
	})
}

func TestAHelperJoinsIn(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, server.Client(t), server.Options())
	for range 50 {
		d.add("a")
	}
	first := d.client(server.Options(), "a")
	helper := first.Helper()
	stop := d.serve(helper, "a")
	d.serve(first, "a")
	d.wait(50)
	stop()
	d.add("a") // a helper that has stopped is no harm
	d.wait(51)
}

// A task that a look finds after a long wait would have a lease that has ended: asynq reckons the end before it looks.
func TestALookThatFindsNothingEnds(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, server.Client(t), server.Options())
	calls := d.client(server.Options(), "default")
	defer calls.Stop()
	var ended atomic.Int64
	go func() {
		for range 4 {
			redis.NewScript("return false").Run(context.WithoutCancel(t.Context()), calls, []string{"asynq:{default}:pending"})
			ended.Add(1)
		}
	}()
	redistest.Wait(t, "four looks of an idle server end", func() bool { return ended.Load() == 4 })
}
