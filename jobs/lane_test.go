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

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redistest"
)

var (
	errDown    = errors.New("connection refused")
	errRefused = &deliver.Error{Err: errors.New("it answered 422"), Refused: true}
	errGone    = &deliver.Error{Err: errors.New("it answered 410"), Gone: true}
)

const hook = `{"destinations": {"hook": {"type": "log"}}}`

// newLane is a bundle of one shard with the destination "hook", and a worker.
func newLane(t *testing.T) *bundle {
	t.Helper()
	b := newBundle(t, setup{shards: 1, clock: morning(10, 0)})
	b.define(hook)
	return b
}

// emit puts actions into the outbox that are committed now: "acme.1" is the first of the property acme.
func (b *bundle) emit(ids ...string) {
	b.Helper()
	b.emitAt(b.clock.now(), ids...)
}

func (b *bundle) emitAt(committed time.Time, ids ...string) {
	b.Helper()
	_, err := b.rdb.Pipelined(b.Context(), func(p redis.Pipeliner) error {
		for _, id := range ids {
			property, _, _ := strings.Cut(id, ".")
			body := fmt.Sprintf(`{"id":%q,"type":"widget.state_changed","data":{"property":%q}}`, id, property)
			p.XAdd(b.Context(), &redis.XAddArgs{Stream: "deskbell:{0}:out", Values: []any{"a", body, "t", committed.UnixMilli()}})
		}
		return nil
	})
	b.must(err)
}

// got are the ids that a destination has accepted, in their order.
func (b *bundle) got(destination string) []string {
	b.out.mu.Lock()
	defer b.out.mu.Unlock()
	ids := []string{}
	for _, d := range b.out.had[destination] {
		ids = append(ids, d.ID)
	}
	return ids
}

// gets waits until a destination has accepted so many actions.
func (b *bundle) gets(destination string, want int) {
	b.Helper()
	redistest.Wait(b, fmt.Sprintf("%s has %d actions", destination, want), func() bool { return len(b.got(destination)) >= want })
}

// refusing refuses every call that has an action of a property.
func refusing(properties ...string) func(context.Context, []deliver.Delivery) error {
	return func(_ context.Context, batch []deliver.Delivery) error {
		for _, d := range batch {
			if property, _, _ := strings.Cut(d.ID, "."); slices.Contains(properties, property) {
				return errRefused
			}
		}
		return nil
	}
}

func (b *bundle) destination(name string) deliver.Status {
	b.Helper()
	list, err := b.client.Destinations(b.Context())
	b.must(err)
	for _, d := range list {
		if d.Name == name {
			return d
		}
	}
	b.Fatalf("there is no %s in %+v", name, list)
	return deliver.Status{}
}

// awaitState waits until a destination has a state.
func (b *bundle) awaitState(name, want string) deliver.Status {
	b.Helper()
	redistest.Wait(b, name+" is "+want, func() bool { return b.destination(name).State == want })
	return b.destination(name)
}

func (b *bundle) archivedTasks() int {
	b.Helper()
	return b.count(func(q *asynq.QueueInfo) int { return q.Archived })
}

func TestRefused(t *testing.T) {
	t.Parallel()

	t.Run("actions go aside with those of their subject behind them, and hold up nobody else", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.answer("hook", refusing("acme"))
		b.emit("beta.1", "acme.1", "beta.2", "acme.2", "gamma.1")
		b.worker()
		b.gets("hook", 3)
		if diff := cmp.Diff([]string{"beta.1", "beta.2", "gamma.1"}, b.got("hook")); diff != "" {
			t.Error(diff)
		}
		b.emit("acme.3", "beta.3")
		b.gets("hook", 4)
		s := b.awaitState("hook", "failing")
		if s.Aside != 3 || !strings.Contains(s.Error, "422") || s.Oldest.IsZero() || s.Since.IsZero() {
			t.Errorf("status: %+v", s)
		}
		for _, c := range b.out.called("hook") {
			if slices.Contains(c.ids, "acme.2") && c.err != nil && len(c.ids) == 1 {
				t.Error("what is behind was tried before its first")
			}
		}
		b.out.answer("hook", nil)
		b.gets("hook", 7)
		want := []string{"beta.1", "beta.2", "gamma.1", "beta.3", "acme.1", "acme.2", "acme.3"}
		if diff := cmp.Diff(want, b.got("hook")); diff != "" {
			t.Error(diff)
		}
		b.quiet()
		if s := b.awaitState("hook", "ok"); s.Aside > 0 || !s.Oldest.IsZero() || !s.Since.IsZero() {
			t.Errorf("status: %+v", s)
		}
		if n := b.archivedTasks(); n > 0 {
			t.Errorf("%d tasks are archived", n)
		}
		redistest.Wait(t, "nothing is to be tried again", func() bool { return b.rdb.ZCard(t.Context(), "deskbell:{all}:retries").Val() == 0 })
	})

	t.Run("a batch is tried again one by one, and no action that was taken comes again", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.answer("hook", refusing("bad"))
		b.emit("a.1", "b.1", "bad.1", "c.1", "d.1")
		b.worker()
		b.gets("hook", 4)
		var calls []string
		for _, c := range b.out.called("hook")[:6] {
			calls = append(calls, strings.Join(c.ids, " "))
		}
		if diff := cmp.Diff([]string{"a.1 b.1 bad.1 c.1 d.1", "a.1", "b.1", "bad.1", "c.1", "d.1"}, calls); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("what is aside is tried again though its task was lost", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.answer("hook", refusing("acme"))
		b.emit("acme.1")
		b.worker()
		redistest.Wait(t, "it is aside, and its next try a task", func() bool {
			n, err := asynq.NewInspectorFromRedisClient(b.rdb).DeleteAllScheduledTasks("deskbell-delivery")
			return err == nil && n > 0
		})
		b.out.answer("hook", nil)
		b.gets("hook", 1)
	})

	t.Run("one that nobody will ever take holds up none that come later", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.answer("hook", refusing("bad"))
		b.emit("bad.1")
		b.worker()
		for i := range 6 { // more than open a circuit
			redistest.Wait(t, "that it was refused is noted", func() bool {
				values := b.rdb.HVals(t.Context(), "deskbell:{0}:aside:hook").Val()
				return len(values) == 1 && strings.Contains(values[0], fmt.Sprintf(`"tries":%d,`, i+1))
			})
			b.skip(20 * time.Minute)
		}
		if s := b.destination("hook"); s.State != "failing" {
			t.Errorf("it is %s", s.State)
		}
		b.emit("good.1")
		b.gets("hook", 1)
	})

	t.Run("a lane with a thousand aside waits", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.answer("hook", refusing("acme"))
		var ids []string
		for i := range 1005 {
			ids = append(ids, fmt.Sprint("acme.", i))
		}
		b.emit(append(ids, "beta.1")...)
		b.worker()
		redistest.Wait(t, "it says so", func() bool {
			return slices.ContainsFunc(b.lines("job failed: it will be tried again"), func(e *logrus.Entry) bool {
				return strings.Contains(text(t, e), "too many actions are set aside")
			})
		})
		if s := b.destination("hook"); s.Aside != 1000 || len(b.got("hook")) > 0 {
			t.Errorf("%d are aside; it has %q", s.Aside, b.got("hook"))
		}
		b.out.answer("hook", nil)
		b.gets("hook", 1006)
		if diff := cmp.Diff(append(ids, "beta.1"), b.got("hook")); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("what a removed destination had aside is forgotten", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.answer("hook", refusing("acme"))
		b.emit("acme.1")
		b.worker()
		redistest.Wait(t, "it is aside", func() bool { return b.destination("hook").Aside > 0 })
		b.define(`{"destinations": {"other": {"type": "log"}}}`)
		_, err := b.store.SetCircuit(t.Context(), "hook", nil, []byte(`{"gone":true}`))
		b.must(err)
		b.emit("acme.0")
		redistest.Wait(t, "the worker knows the new destinations", func() bool { return slices.Contains(b.got("other"), "acme.0") })
		b.skip(time.Hour)
		redistest.Wait(t, "it is forgotten", func() bool {
			return b.rdb.Exists(t.Context(), "deskbell:{0}:aside:hook", "deskbell:{all}:retries", "deskbell:{all}:circuits").Val() == 0
		})
		b.out.answer("hook", nil)
		b.define(hook)
		b.emit("acme.2")
		b.gets("hook", 1)
		if diff := cmp.Diff([]string{"acme.2"}, b.got("hook")); diff != "" {
			t.Error(diff)
		}
	})
}

// skip lets time pass at once.
func (b *bundle) skip(d time.Duration) { b.clock.offset.Add(int64(d)) }

func TestCircuits(t *testing.T) {
	t.Parallel()

	t.Run("a destination that keeps failing is paused, probed by one call of one action, and then has everything in order", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		var down atomic.Bool
		down.Store(true)
		b.out.answer("hook", func(context.Context, []deliver.Delivery) error {
			if down.Load() {
				return errDown
			}
			return nil
		})
		ids := []string{"a.1", "b.1", "a.2", "b.2", "c.1"}
		b.emit(ids...)
		b.worker()
		b.worker()
		b.awaitState("hook", "paused")
		tried := len(b.out.called("hook"))
		s := b.destination("hook")
		if tried < 5 || !strings.Contains(s.Error, "connection refused") || s.Until.IsZero() || s.Since.IsZero() || s.Oldest.IsZero() {
			t.Errorf("after %d tries: %+v", tried, s)
		}
		if n := len(b.lines("destination is paused: it keeps failing; its actions wait, and it is tried again by itself; look at the receiver")); n != 1 {
			t.Errorf("%d lines say so", n)
		}
		down.Store(false)
		b.gets("hook", len(ids))
		if diff := cmp.Diff(ids, b.got("hook")); diff != "" {
			t.Error(diff)
		}
		calls := b.out.called("hook")[tried:]
		for calls[0].err != nil {
			calls = calls[1:]
		}
		if len(calls[0].ids) != 1 {
			t.Errorf("it was probed with %q", calls[0].ids)
		}
		b.awaitState("hook", "ok")
		if n := len(b.lines("destination answers again: what waited is delivered now")); n != 1 {
			t.Errorf("%d lines say so", n)
		}
		if n := b.archivedTasks(); n > 0 {
			t.Errorf("%d tasks are archived", n)
		}
	})

	t.Run("one that asks to be left alone is left alone for so long", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		var first atomic.Int64
		b.out.answer("hook", func(context.Context, []deliver.Delivery) error {
			if first.CompareAndSwap(0, b.clock.now().UnixMilli()) {
				return &deliver.Error{Err: errors.New("it answered 429"), RetryAfter: 3 * time.Second}
			}
			if after := b.clock.now().UnixMilli() - first.Load(); after < 3000 {
				t.Errorf("it was called after %d ms", after)
			}
			return nil
		})
		b.emit("a.1")
		b.worker()
		b.awaitState("hook", "paused")
		b.emit("b.1")
		b.gets("hook", 2)
	})

	t.Run("one that is gone is not called until somebody says that it is back, or defines it anew", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.fail("hook", errGone)
		b.emit("a.1")
		b.worker()
		s := b.awaitState("hook", "gone")
		if !strings.Contains(s.Error, "410") || !s.Until.IsZero() {
			t.Errorf("status: %+v", s)
		}
		b.out.fail("hook", nil)
		calls := len(b.out.called("hook"))
		b.skip(time.Hour)
		before := b.asked.Load()
		redistest.Wait(t, "the worker has ticked", func() bool { return b.asked.Load() > before+200 })
		if n := len(b.out.called("hook")); n != calls {
			t.Errorf("%d calls", n-calls)
		}
		was, err := b.client.Resume(t.Context(), "hook")
		if err != nil || !was {
			t.Errorf("resumed: %t, %v", was, err)
		}
		b.gets("hook", 1)

		b.out.fail("hook", errGone)
		b.emit("b.1")
		b.awaitState("hook", "gone")
		b.out.fail("hook", nil)
		b.define(`{"destinations": {"hook": {"type": "log", "actions": ["widget.state_changed"]}}}`)
		b.gets("hook", 2)
		b.awaitState("hook", "ok")
	})

	t.Run("one that somebody has paused is not called until it is resumed", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.must(b.client.Pause(t.Context(), "hook", "lea"))
		b.emit("a.1")
		b.worker()
		before := b.asked.Load()
		redistest.Wait(t, "the worker has ticked", func() bool { return b.asked.Load() > before+200 })
		if s := b.destination("hook"); s.State != "paused" || s.Error != "paused by lea" || !s.Until.IsZero() || len(b.out.called("hook")) > 0 {
			t.Errorf("%+v, and it was called %d times", s, len(b.out.called("hook")))
		}
		was, err := b.client.Resume(t.Context(), "hook")
		if err != nil || !was {
			t.Errorf("resumed: %t, %v", was, err)
		}
		b.gets("hook", 1)
		b.awaitState("hook", "ok")
	})

	t.Run("one that hangs delays no other", func(t *testing.T) {
		t.Parallel()
		const shards = 64
		b := newBundle(t, setup{shards: shards})
		var mu sync.Mutex
		var began []time.Time       // the calls of the dead one
		told := make(chan struct{}) // the good one has had all actions
		calls := func(before time.Time) (n int) {
			mu.Lock()
			defer mu.Unlock()
			for _, at := range began {
				if at.Before(before) {
					n++
				}
			}
			return n
		}
		b.out.answer("dead", func(ctx context.Context, _ []deliver.Delivery) error {
			mu.Lock()
			began = append(began, b.clock.now())
			mu.Unlock()
			<-told
			<-ctx.Done()
			return ctx.Err()
		})
		properties := make([]string, 300)
		for i := range properties {
			properties[i] = fmt.Sprintf(`"p%d": {"schedule": "daily 9-17"}`, i)
		}
		b.define(`{"destinations": {"dead": {"type": "log"}, "good": {"type": "log"}}, "properties": {` + strings.Join(properties, ",") + `}}`)
		b.worker()
		redistest.Wait(t, "the dead one hangs", func() bool { return calls(b.clock.now()) > 0 })
		b.gets("good", len(properties)) // while no call of the dead one ends
		close(told)
		if n := calls(b.clock.now()); n > 8 {
			t.Errorf("%d calls of the dead one at a time", n)
		}
		failed := b.awaitState("dead", "paused").Since
		// A call that begins later probes it: where this test is slow, the first pause has ended.
		if n := calls(failed.Add(5 * time.Second)); n > 16 {
			t.Errorf("%d calls until it was paused", n)
		}
	})
}

func TestGivingUp(t *testing.T) {
	t.Parallel()

	t.Run("what a destination has not taken in twelve hours is archived, and delivered when it is run", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.fail("hook", errDown)
		b.emit("a.1", "b.1")
		b.worker()
		b.awaitState("hook", "paused")
		if n := b.archivedTasks(); n > 0 {
			t.Errorf("%d tasks are archived", n)
		}
		b.skip(13 * time.Hour)
		redistest.Wait(t, "all is archived", func() bool { return b.archivedTasks() == 2 && outboxes(b) == 0 })
		list, err := b.client.Archived(t.Context(), jobs.ArchivedFilter{})
		b.must(err)
		if len(list) != 2 || list[0].ID != "a.1" || list[1].ID != "b.1" || list[0].Destination != "hook" || list[0].Type != "widget.state_changed" ||
			list[0].Error != "giving up after 12 hours: connection refused" || list[0].Given.IsZero() {
			t.Errorf("archived: %+v", list)
		}
		if some, err := b.client.Archived(t.Context(), jobs.ArchivedFilter{IDs: []string{"b.1"}}); err != nil || len(some) != 1 {
			t.Errorf("one: %+v, %v", some, err)
		}
		if none, err := b.client.Archived(t.Context(), jobs.ArchivedFilter{Destination: "other"}); err != nil || len(none) > 0 {
			t.Errorf("none: %+v, %v", none, err)
		}

		b.must(b.client.Replay(t.Context(), list[0])) // while it is paused: it waits until that is over
		redistest.Wait(t, "it waits", func() bool {
			state, says, err := b.client.Replayed(t.Context(), list[0])
			b.must(err)
			return state == jobs.ReplayRetries && strings.Contains(says, "is paused until")
		})
		b.out.fail("hook", nil)
		_, err = b.client.Resume(t.Context(), "hook")
		b.must(err)
		b.must(b.client.Replay(t.Context(), list[0]))
		b.must(b.client.Replay(t.Context(), list[1]))
		b.gets("hook", 2)
		redistest.Wait(t, "both are said to be delivered", func() bool {
			for _, a := range list {
				if state, _, err := b.client.Replayed(t.Context(), a); err != nil || state != jobs.ReplayDelivered {
					return false
				}
			}
			return true
		})
		if n := b.archivedTasks(); n > 0 {
			t.Errorf("%d tasks are archived", n)
		}
		b.emit("c.1")
		b.gets("hook", 3)
	})

	t.Run("what is refused for twelve hours is archived, and the next of its subject is tried", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.answer("hook", func(_ context.Context, batch []deliver.Delivery) error {
			for _, d := range batch {
				if d.ID == "acme.1" {
					return errRefused
				}
			}
			return nil
		})
		b.emit("acme.1", "acme.2")
		b.worker()
		redistest.Wait(t, "both are aside", func() bool { return b.destination("hook").Aside == 2 })
		b.skip(13 * time.Hour)
		b.gets("hook", 1)
		redistest.Wait(t, "the first is archived", func() bool { return b.archivedTasks() == 1 })
		if diff := cmp.Diff([]string{"acme.2"}, b.got("hook")); diff != "" {
			t.Error(diff)
		}
		list, err := b.client.Archived(t.Context(), jobs.ArchivedFilter{})
		b.must(err)
		b.must(b.client.Replay(t.Context(), list[0]))
		redistest.Wait(t, "it is refused again", func() bool {
			state, says, err := b.client.Replayed(t.Context(), list[0])
			b.must(err)
			return state == jobs.ReplayRetries && strings.Contains(says, "422")
		})
		if s := b.destination("hook"); s.State != "ok" {
			t.Errorf("for that it is %s", s.State)
		}
	})

	t.Run("a backlog is no reason: what is old is tried first", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		var calls atomic.Int64
		b.out.answer("hook", func(context.Context, []deliver.Delivery) error {
			if calls.Add(1) == 1 {
				return errDown
			}
			return nil
		})
		b.emitAt(b.clock.now().Add(-2*24*time.Hour), "a.1", "b.1")
		b.worker()
		b.gets("hook", 2)
		if n := b.archivedTasks(); n > 0 {
			t.Errorf("%d tasks are archived", n)
		}
	})
}

// TestAWorkersOwnDestination gets what is committed after its start, once, whatever is defined, and its place is kept by
// no definition.
func TestAWorkersOwnDestination(t *testing.T) {
	t.Parallel()
	const own = "(own)"
	b := newBundle(t, setup{shards: 1, clock: morning(10, 0), own: map[string]definition.Destination{own: {Type: "log"}}})
	b.emitAt(b.clock.now().Add(-time.Minute), "acme.0")
	b.worker()
	b.emit("acme.1")
	b.gets(own, 1)
	b.define(`{"properties": {"acme": {"destinations": ["hook"]}}, "destinations": {"hook": {"type": "log", "actions": ["note.add"]}, "other": {"type": "log"}}}`)
	b.emit("acme.2")
	body := `{"id":"acme.3","type":"note.add","data":{"property":"acme"}}`
	b.must(b.rdb.XAdd(b.Context(), &redis.XAddArgs{Stream: "deskbell:{0}:out", Values: []any{"a", body, "to", "hook", "t", b.clock.now().UnixMilli()}}).Err())
	b.gets("hook", 1)
	b.define(`{}`)
	b.emit("acme.4")
	redistest.Wait(b, "the own destination has the last action", func() bool { return slices.Contains(b.got(own), "acme.4") })
	b.quiet()
	ids := slices.DeleteFunc(b.got(own), func(id string) bool { return !strings.HasPrefix(id, "acme.") })
	if diff := cmp.Diff([]string{"acme.1", "acme.2", "acme.3", "acme.4"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := b.got("default"); len(got) > 0 {
		t.Errorf("the default had %v", got)
	}
	list, err := b.client.Destinations(b.Context())
	b.must(err)
	if len(list) > 0 {
		t.Errorf("it is shown as defined: %+v", list)
	}
}
