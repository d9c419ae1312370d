package jobs_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestReconcile(t *testing.T) {
	t.Parallel()
	acme, lea := store.PropertySubject("acme"), store.AgentSubject("lea")
	const defs = `{"properties": {"acme": {"schedule": "daily 9-17"}}, "agents": {"lea": {"schedule": "daily 9-17"}}}`

	// decided has decided on all subjects, and has no worker any more.
	decided := func(t *testing.T, shards int) *bundle {
		t.Helper()
		b := newBundle(t, setup{shards: shards})
		b.define(defs)
		stop := b.worker()
		b.becomes("acme", widget.Offline)
		b.quiet()
		b.reconciled()
		stop()
		b.logged.Reset()
		b.clock.set(b.clock.now().Add(time.Minute)) // a round of its own
		return b
	}

	t.Run("a lost entry of the timetable, and one far in the future, are mended", func(t *testing.T) {
		t.Parallel()
		b := decided(t, 1)
		due := b.rdb.ZRangeWithScores(t.Context(), b.key(acme, "due"), 0, -1).Val()
		b.must(b.rdb.ZRem(t.Context(), b.key(acme, "due"), string(acme)).Err())
		b.must(b.rdb.ZAddXX(t.Context(), b.key(lea, "due"), redisZ(lea, morning(9, 0).AddDate(10, 0, 0))).Err())
		b.worker()
		redistest.Wait(t, "the timetable is as it was", func() bool {
			return cmp.Equal(due, b.rdb.ZRangeWithScores(t.Context(), b.key(acme, "due"), 0, -1).Val())
		})
		b.crosses(morning(9, 0))
		b.expect(t, "default", morning(9, 0), "agent.status_changed:lea", "widget.state_changed:acme")
	})

	t.Run("a lost entry whose time has passed is made up for", func(t *testing.T) {
		t.Parallel()
		b := decided(t, 1)
		b.must(b.rdb.Del(t.Context(), b.key(acme, "due")).Err())
		b.clock.set(morning(9, 30))
		b.worker()
		b.becomes("acme", widget.Online)
		b.quiet()
		b.expect(t, "default", morning(9, 0), "agent.status_changed:lea", "widget.state_changed:acme")
	})

	t.Run("when nothing is wrong, nothing is written, delivered or said", func(t *testing.T) {
		t.Parallel()
		b := decided(t, 1)
		before := b.rdb.HGetAll(t.Context(), b.key(acme, "state")).Val()
		told := len(b.actions("default"))
		b.worker()
		b.reconciled()
		b.quiet()
		if diff := cmp.Diff(before, b.rdb.HGetAll(t.Context(), b.key(acme, "state")).Val()); diff != "" {
			t.Errorf("states were written: %s", diff)
		}
		if now := len(b.actions("default")); now != told {
			t.Errorf("%d actions were delivered", now-told)
		}
		for _, line := range b.lines("job done") {
			if line.Level < logrus.DebugLevel {
				t.Errorf("said: %s", text(t, line))
			}
		}
	})

	t.Run("the shards are spread over the time", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{shards: 60})
		began := time.Now()
		b.worker()
		inspector := asynq.NewInspectorFromRedisClient(b.rdb)
		var waits []*asynq.TaskInfo // those of the first shards may be over by then
		redistest.Wait(t, "the last shard has its time", func() bool {
			waits, _ = inspector.ListScheduledTasks("deskbell-upkeep", asynq.PageSize(100)) // an error: there is no such queue yet
			return slices.ContainsFunc(waits, func(w *asynq.TaskInfo) bool { return bytes.Contains(w.Payload, []byte(`"shard":59`)) })
		})
		first, last := waits[0].NextProcessAt, waits[len(waits)-1].NextProcessAt
		const step, rounded = 30 * time.Second / 60, time.Second
		if spread, least := last.Sub(first), step*time.Duration(len(waits)-1)-rounded; spread < least {
			t.Errorf("%d shards within %s", len(waits), spread)
		}
		if end := last.Sub(began); end < 59*step-rounded || end > 60*step+time.Since(began) {
			t.Errorf("the last shard is due after %s", end)
		}
	})
}

// reconciled waits until the reconciliation of a single shard has run.
func (b *bundle) reconciled() {
	b.Helper()
	redistest.Wait(b, "the reconciliation has run", func() bool {
		for _, line := range b.lines("job done") {
			if line.Data["kind"] == "boundary:reconcile" {
				return true
			}
		}
		return false
	})
}
