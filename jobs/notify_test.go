package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/destination/shout"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestNotices(t *testing.T) {
	t.Parallel()

	t.Run("a service that fails is tried again, delays no other, and nobody is told twice", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		b.define(`{"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"], "via": ["ntfy://good/lea", "ntfy://bad/lea"]}}}}`)
		b.out.fail("ntfy://bad/lea", errors.New("down"))
		b.worker()
		b.worker()
		b.quiet()
		b.clock.due(morning(9, 0))
		redistest.Wait(t, "the good service has it", func() bool { return len(b.out.notices()) == 1 })
		redistest.Wait(t, "the bad service was tried twice", func() bool { return len(b.lines("job failed: it will be tried again")) > 1 })
		b.out.fail("ntfy://bad/lea", nil)
		redistest.Wait(t, "the bad service has it", func() bool { return len(b.out.notices()) == 2 })
		b.quiet()
		if sent := b.out.notices(); len(sent) != 2 || !strings.HasPrefix(sent[0], "ntfy://bad/lea ") {
			t.Errorf("sent %q", sent)
		}
	})

	t.Run("one that could not be sent for a quarter of an hour is dropped, and the log says why", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		b.define(`{"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"], "via": ["ntfy://bad/lea"]}}}}`)
		b.out.fail("ntfy://bad/lea", errors.New("down"))
		b.worker()
		b.quiet()
		b.clock.due(morning(9, 0))
		redistest.Wait(t, "it was tried", func() bool { return len(b.lines("job failed: it will be tried again")) > 0 })
		b.clock.set(morning(9, 20))
		b.quiet()
		b.out.fail("ntfy://bad/lea", nil)
		if sent := b.out.notices(); len(sent) > 0 {
			t.Errorf("sent %q", sent)
		}
		dropped := func() bool {
			for _, line := range b.lines("job done") {
				if strings.HasPrefix(fmt.Sprint(line.Data["dropped"]), "too late by ") {
					return true
				}
			}
			return false
		}
		if !dropped() {
			t.Error("no line says that it was dropped")
		}
	})

	t.Run("one that cannot be read, or whose agent cannot, holds up nobody's", func(t *testing.T) {
		t.Parallel()
		var held atomic.Bool
		held.Store(true)
		b := newBundle(t, setup{shards: 1, wrap: func(s store.Store) store.Store { return holding{s, &held} }})
		agent := func(id string) string {
			return fmt.Sprintf(`%[1]q: {"schedule": "daily 9-17", "notify": {"on": ["hours_started"], "via": ["ntfy://one/%[1]s"]}}`, id)
		}
		b.define(`{"schedules": {"s": "daily 9-17"}, "agents": {` + agent("ada") + "," + agent("bob") + "," + agent("cid") + `}}`)
		b.worker()
		redistest.Wait(t, "all are decided on", func() bool { return len(b.actions("default")) == 3 })
		b.clock.due(morning(9, 0))
		redistest.Wait(t, "all are to be told", func() bool { return b.rdb.XLen(t.Context(), "deskbell:{0}:notices").Val() == 3 })
		b.must(b.rdb.HSet(t.Context(), "deskbell:{0}:def", "agent/ada", "{").Err())
		b.must(b.rdb.XAdd(t.Context(), &redis.XAddArgs{Stream: "deskbell:{0}:notices", Values: []string{"a", "{"}}).Err())
		held.Store(false)
		redistest.Wait(t, "the others are told", func() bool { return len(b.out.notices()) == 2 })
		redistest.Wait(t, "two are dropped", func() bool { return len(b.lines("notice dropped: nobody can be told")) == 2 })
		b.quiet()
	})

	t.Run("the URL of a service is in no task, no log line and no error", func(t *testing.T) {
		t.Parallel()
		const secret = "hunter2"
		var asked atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
		t.Cleanup(server.Close)
		b := newBundle(t, setup{notify: shout.Notifier{}}) // it refuses to reach this machine
		host := strings.TrimPrefix(server.URL, "http://")
		via := fmt.Sprintf(`"ntfy://user:%s@%s/%s?scheme=http", "generic://%s/%s", "nothing://%s"`, secret, host, secret, host, secret, secret)
		b.define(`{"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"], "via": [` + via + `]}}}}`)
		b.worker()
		b.quiet()
		b.clock.due(morning(9, 0))
		redistest.Wait(t, "all three were tried", func() bool { return len(b.lines("job failed: it will be tried again")) > 2 })
		if asked.Load() > 0 {
			t.Error("a private address was reached")
		}
		for _, line := range b.logged.AllEntries() {
			if got := text(t, line); strings.Contains(got, secret) || strings.Contains(got, host) {
				t.Errorf("a log line shows it: %s", got)
			}
		}
		var tasks int
		for _, key := range b.rdb.Keys(t.Context(), "asynq:*:t:*").Val() {
			tasks++
			if all := fmt.Sprint(b.rdb.HGetAll(t.Context(), key).Val()); strings.Contains(all, secret) || strings.Contains(key, secret) {
				t.Errorf("task %s shows it: %q", key, all)
			}
		}
		if tasks < 3 {
			t.Errorf("there are %d tasks", tasks)
		}
	})

	t.Run("a task for a service that the agent no longer has, or never had, sends nothing", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{clock: morning(9, 5)})
		b.define(`{"agents": {"lea": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"], "via": ["ntfy://one/lea"]}}}}`)
		b.worker()
		tasks := asynq.NewClientFromRedisClient(b.rdb)
		for i, payload := range []string{
			`{"agent":"lea","notice":"hours_started","boundary":"2026-11-23T09:00:00Z","via":1}`,
			`{"agent":"lea","notice":"hours_started","boundary":"2026-11-23T09:00:00Z","via":-1}`,
			`{"agent":"nobody","notice":"hours_started","boundary":"2026-11-23T09:00:00Z","via":0}`,
		} {
			_, err := tasks.Enqueue(asynq.NewTask("agent:notify", []byte(payload)), asynq.Queue("deskbell-delivery"), asynq.TaskID(fmt.Sprint("notice-", i)))
			b.must(err)
		}
		b.quiet()
		if sent := b.out.notices(); len(sent) > 0 {
			t.Errorf("sent %q", sent)
		}
	})
}

// holding is a store that shows no notices for a while.
type holding struct {
	store.Store
	held *atomic.Bool
}

func (s holding) Notices(ctx context.Context, shard, limit int) ([]store.Entry, error) {
	if s.held.Load() {
		return nil, nil
	}
	return s.Store.Notices(ctx, shard, limit)
}
