package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/destination/redisstream"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

func TestDestinations(t *testing.T) {
	t.Parallel()
	const acme, two = `"properties": {"acme": {"schedule": "daily 9-17"}, "beta": {"schedule": "daily 9-17"}}`,
		`"destinations": {"good": {"type": "log"}, "bad": {"type": "log"}}`
	errDown := errors.New("the receiver is down")

	t.Run("one that fails is tried again, has everything in the end, and delays no other", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		b.out.fail("bad", errDown)
		b.define("{" + acme + "," + two + "}")
		b.worker()
		redistest.Wait(t, "the good one has it", func() bool { return len(b.actions("good")) == 2 })
		redistest.Wait(t, "the bad one was tried", func() bool { return len(b.lines("job failed: it will be tried again")) > 0 })
		b.clock.due(morning(9, 0))
		redistest.Wait(t, "the good one has the boundary", func() bool { return len(b.actions("good")) == 4 })
		if had := b.actions("bad"); len(had) > 0 {
			t.Fatalf("the bad one had %d", len(had))
		}
		b.out.fail("bad", nil)
		redistest.Wait(t, "the bad one has everything", func() bool { return len(b.actions("bad")) == 4 })
		b.quiet()
		b.expect(t, "bad", morning(9, 0), "widget.state_changed:acme", "widget.state_changed:beta")
		b.inOrder(t)
		if n := outboxes(b); n > 0 {
			t.Errorf("%d actions stay in the outbox", n)
		}
	})

	t.Run("one that a trigger names is told, whatever types of action it asks for", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		b.define(`{"destinations": {"crm": {"type": "log", "actions": ["message.send"]}}, "properties": {"acme": {"triggers": [
			{"name": "Call", "type": "advanced", "on": "chat.requested", "actions": [
				{"notify": {"text": "For agents"}}, {"notify": {"text": "For the CRM", "destination": "crm"}}, {"send_message": "For the visitor"}]}]}}}`)
		b.worker()
		b.quiet() // its widget is online
		b.send(named("e1", requested("v1", "c1")))
		b.gets("crm", 2)
		b.quiet()
		var got []string
		for _, id := range b.got("crm") {
			kind, _, _ := strings.Cut(id, ":")
			got = append(got, kind)
		}
		if diff := cmp.Diff([]string{"agent.notify", "message.send"}, got); diff != "" { // without the one for agents
			t.Error(diff)
		}
	})

	t.Run("one that is removed holds up nothing, and one that is added later has what comes then", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{clock: morning(10, 0)})
		b.out.fail("bad", errDown)
		b.define("{" + acme + "," + two + "}")
		b.worker()
		redistest.Wait(t, "the good one has it", func() bool { return len(b.actions("good")) == 2 })
		b.define("{" + acme + `, "destinations": {"good": {"type": "log"}}}`)
		redistest.Wait(t, "the outbox is empty", func() bool { return outboxes(b) == 0 })
		b.define("{" + acme + `, "destinations": {"good": {"type": "log"}, "new": {"type": "log"}}}`)
		b.define(`{"properties": {"acme": {"schedule": "daily 12-17"}, "beta": {"schedule": "daily 9-17"}}, "destinations": {"good": {"type": "log"}, "new": {"type": "log"}}}`)
		b.becomes("acme", widget.Offline)
		b.quiet()
		if had := b.actions("new"); len(had) != 1 || had[0].Data.Status != "offline" {
			t.Errorf("the new one had %+v", had)
		}
		if n := outboxes(b); n > 0 {
			t.Errorf("%d actions stay in the outbox", n)
		}
	})

	t.Run("of a type that this worker does not know, it waits for one that does", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{})
		b.define("{" + acme + `, "destinations": {"good": {"type": "log"}}}`)
		_, err := b.store.SetGlobal(t.Context(), store.GlobalDestination, "pigeon", nil, []byte(`{"type":"pigeon"}`))
		b.must(err)
		b.worker()
		redistest.Wait(t, "the good one has it", func() bool { return len(b.actions("good")) == 2 })
		redistest.Wait(t, "it says so", func() bool {
			for _, line := range b.lines("job failed: it will be tried again") {
				if strings.Contains(text(t, line), `knows no type \"pigeon\"`) {
					return true
				}
			}
			return false
		})
	})
}

// outboxes is how many actions are kept in all shards.
func outboxes(b *bundle) int {
	n := 0
	for shard := range b.shards {
		n += int(b.rdb.XLen(b.Context(), fmt.Sprintf("deskbell:{%d}:out", shard)).Val())
	}
	return n
}

// forgetful is a store that fails some times between a delivery and its note.
type forgetful struct {
	store.Store
	times *atomic.Int64
}

func (s forgetful) Delivered(ctx context.Context, l store.Lane, done store.Settlement) (bool, error) {
	if l.Destination == "stream" && done.To != "" && s.times.Add(-1) >= 0 {
		return false, errors.New("the worker died here")
	}
	return s.Store.Delivered(ctx, l, done)
}

func TestABatchThatComesAgainIsInTheStreamOnce(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	rdb := server.Client(t)
	var times atomic.Int64
	times.Store(1)
	b := newBundle(t, setup{
		redis: server.Options(), shards: 1, streams: redisstream.Open(rdb),
		wrap: func(s store.Store) store.Store { return forgetful{s, &times} },
	})
	b.define(`{"properties": {"acme": {"schedule": "daily 9-17"}, "beta": {"schedule": "daily 9-17"}}, "destinations": {"stream": {"type": "redis_stream"}}}`)
	b.worker()
	redistest.Wait(t, "the batch is delivered, and not noted", func() bool { return times.Load() < 1 })
	first := length(b, rdb)
	if first == 0 {
		t.Fatal("nothing was delivered")
	}
	b.must(rdb.Del(t.Context(), "deskbell:{0}:lease:deliver:stream").Err()) // as it runs out, some seconds later
	b.quiet()
	b.crosses(morning(9, 0))
	if times.Load() >= 0 {
		t.Error("the batch did not come again")
	}
	ids := make(map[string]int)
	entries, err := rdb.XRange(t.Context(), definition.DefaultStream, "-", "+").Result()
	b.must(err)
	for _, e := range entries {
		var a envelope
		b.must(a.UnmarshalJSON([]byte(fmt.Sprint(e.Values["action"]))))
		ids[a.ID]++
	}
	if len(ids) != 4 || len(entries) != 4 {
		t.Errorf("%d entries of %d actions: %v", len(entries), len(ids), ids)
	}
}

func length(b *bundle, rdb redis.UniversalClient) int64 {
	return rdb.XLen(b.Context(), definition.DefaultStream).Val()
}
