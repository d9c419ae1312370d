package jobs_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/redisstream"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestDestinationsBegin(t *testing.T) {
	t.Parallel()

	t.Run("when they are defined, though another is dead and all waits for it", func(t *testing.T) {
		t.Parallel()
		b := newBundle(t, setup{shards: 3, clock: morning(8, 59)})
		b.streams = func(name string, def definition.Destination) (deliver.Destination, error) {
			return redisstream.Open(b.rdb)(name, def)
		}
		const acme = `"properties": {"acme": {"schedule": {"time_zone": "UTC", "weekly": {"mon-fri": "9-17"}}}}`
		b.define(`{"destinations": {"a": {"type": "log"}}, ` + acme + `}`)
		b.out.fail("a", errDown)
		b.worker()
		b.becomes("acme", "offline")
		b.clock.due(morning(9, 0))
		b.becomes("acme", "online")
		waits := b.destination("a").Oldest

		b.skip(time.Minute)
		b.define(`{"destinations": {"a": {"type": "log"}, "b": {"type": "redis_stream", "stream": "b"}}, ` + acme + `}`)
		if s := b.destination("b"); !s.Oldest.IsZero() || s.Aside != 0 || s.State != deliver.DestinationOK {
			t.Errorf("b: %+v", s)
		}
		b.clock.due(morning(17, 0))
		b.becomes("acme", "offline")
		redistest.Wait(t, "b has the closing", func() bool { return b.rdb.XLen(t.Context(), "b").Val() > 0 })
		for _, m := range b.rdb.XRange(t.Context(), "b", "-", "+").Val() {
			if body, _ := m.Values["action"].(string); !strings.Contains(body, `"2026-11-23T17:00:00Z"`) {
				t.Errorf("b got %s", body)
			}
		}
		if got := b.destination("a").Oldest; !got.Equal(waits) {
			t.Errorf("the oldest that waits for a was of %s, and is of %s", waits, got)
		}
		b.define(`{"destinations": {"a": {"type": "log", "actions": ["widget.state_changed"]}, "b": {"type": "redis_stream", "stream": "b"}}, ` + acme + `}`)
		b.out.fail("a", nil)
		redistest.Wait(t, "the edited a has all that waited for it", func() bool { return len(b.at("a", morning(17, 0))) > 0 })
		if got := b.at("a", morning(9, 0)); len(got) != 1 {
			t.Errorf("of 9:00 it got %v", got)
		}
	})

	t.Run("anew when they were removed", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		b.out.answer("hook", refusing("acme"))
		b.emit("acme.1")
		b.worker()
		b.awaitState("hook", deliver.DestinationFailing)
		b.out.answer("hook", func(context.Context, []deliver.Delivery) error { return errDown })
		b.emit("beta.1")
		redistest.Wait(t, "it was called in vain", func() bool {
			calls := b.out.called("hook")
			return calls[len(calls)-1].err == errDown
		})
		b.define(`{"destinations": {"other": {"type": "log"}}}`)
		b.out.answer("hook", nil)
		b.define(`{"destinations": {"hook": {"type": "log"}, "other": {"type": "log"}}}`)
		if s := b.destination("hook"); s.State != deliver.DestinationOK || s.Aside != 0 || !s.Oldest.IsZero() {
			t.Errorf("status: %+v", s)
		}
		b.emit("acme.2")
		b.gets("hook", 1)
		b.skip(time.Hour)
		b.gets("other", 1)
		b.quiet()
		if diff := cmp.Diff([]string{"acme.2"}, b.got("hook")); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("while a run of another is under way, which drops nothing of theirs", func(t *testing.T) {
		t.Parallel()
		b := newLane(t)
		var once sync.Once
		b.out.answer("hook", func(context.Context, []deliver.Delivery) error {
			once.Do(func() {
				b.define(`{"destinations": {"hook": {"type": "log"}, "late": {"type": "log"}}}`)
				b.emit("acme.2", "acme.3")
			})
			return nil
		})
		b.emit("acme.1")
		b.worker()
		b.gets("hook", 3)
		b.gets("late", 2)
		if diff := cmp.Diff([]string{"acme.2", "acme.3"}, b.got("late")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReplayOfAnEarlierDestination(t *testing.T) {
	t.Parallel()
	b := newLane(t)
	b.out.answer("hook", refusing("acme"))
	b.emit("acme.1")
	b.worker()
	redistest.Wait(t, "it is aside", func() bool { return b.destination("hook").Aside == 1 }) // its age counts from then
	b.skip(13 * time.Hour)
	archived := func() []jobs.Archived {
		list, err := b.client.Archived(t.Context(), jobs.ArchivedFilter{})
		b.must(err)
		return list
	}
	redistest.Wait(t, "it is given up", func() bool { return len(archived()) == 1 })
	before := archived()[0]
	b.define(`{}`)
	b.define(hook)
	if list := archived(); len(list) > 0 {
		t.Errorf("listed of the new one: %+v", list)
	}
	b.out.answer("hook", nil)
	b.must(b.client.Replay(t.Context(), before)) // as somebody who listed it before
	redistest.Wait(t, "the replay has ended", func() bool {
		state, _, err := b.client.Replayed(t.Context(), before)
		return err == nil && state == jobs.ReplayDelivered
	})
	if got := b.got("hook"); len(got) > 0 {
		t.Errorf("the new one got %v", got)
	}
}
