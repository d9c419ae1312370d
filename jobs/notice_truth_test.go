package jobs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// shortShift is an agent whose hours last for half an hour, and who wants to hear of them from the destinations.
const shortShift = `{"destinations": {"hook": {"type": "log", "actions": ["agent.notify"]}, "other": {"type": "log", "actions": ["agent.*"]}},
	"agents": {"lea": {"schedule": "daily 9-9:30", "notify": {"on": ["hours_started", "hours_ended"]}}}}`

// hoursEnded is the id of the notice at the end of these hours.
const hoursEnded = "agent.notify:lea:hours_ended:1795426200"

// TestNoticesThatAreNotTrueReachNoDestination keeps notices from a destination until the hours have ended.
func TestNoticesThatAreNotTrueReachNoDestination(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]error{"down": errDown, "refusing": errRefused} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{shards: 1, clock: morning(8, 30)})
			b.define(shortShift)
			b.out.answer("hook", func(context.Context, []deliver.Delivery) error { return answer })
			b.worker()
			b.gets("other", 1) // the agent's first state
			b.clock.due(morning(9, 0))
			redistest.Wait(t, "it was called in vain", func() bool { return len(b.out.called("hook")) > 0 })
			b.clock.due(morning(9, 30))
			redistest.Wait(t, "the hours have ended", func() bool { return slices.Contains(b.got("other"), hoursEnded) })
			b.out.answer("hook", nil)
			b.skip(20 * time.Minute)
			b.gets("hook", 1)
			b.quiet()
			if diff := cmp.Diff([]string{hoursEnded}, b.got("hook")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUntrueNoticesAreNotGivenUp lets a destination be dead for so long that all is given up.
func TestUntrueNoticesAreNotGivenUp(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1, clock: morning(8, 30)})
	b.define(shortShift)
	b.out.fail("hook", errDown)
	b.worker()
	b.gets("other", 1)
	b.clock.due(morning(9, 0))
	b.gets("other", 3)
	b.clock.due(morning(9, 30))
	b.gets("other", 5)
	redistest.Wait(t, "it is paused", func() bool { return b.destination("hook").State == deliver.DestinationPaused })
	b.skip(13 * time.Hour)
	given := func() (ids []string) {
		list, err := b.client.Archived(t.Context(), jobs.ArchivedFilter{Destination: "hook"})
		b.must(err)
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		return ids
	}
	redistest.Wait(t, "all is given up", func() bool { return b.destination("hook").Oldest.IsZero() && len(given()) > 0 })
	b.quiet()
	if diff := cmp.Diff([]string{hoursEnded}, given()); diff != "" {
		t.Error(diff)
	}
}

// TestAnOlderNoticeComesNotAfterALaterOne moves the start of hours while the notice of the first start waits for its next try.
func TestAnOlderNoticeComesNotAfterALaterOne(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1})
	agent := func(hours string) string {
		return `{"agents": {"lea": {"schedule": "` + hours + `", "notify": {"on": ["hours_started", "hours_ended"], "via": ["ntfy://bad/lea"]}}}}`
	}
	b.define(agent("daily 9-17"))
	b.out.fail("ntfy://bad/lea", errors.New("down"))
	b.worker()
	b.quiet()
	b.clock.due(morning(9, 0))
	redistest.Wait(t, "it was tried", func() bool { return len(b.lines("job failed: it will be tried again")) > 0 })
	b.define(agent("daily 9-9:03, 9:05-17"))
	b.clock.set(morning(9, 5)) // and never between these hours, in which the first notice is not true
	redistest.Wait(t, "the new start is tried", func() bool {
		return slices.ContainsFunc(b.rdb.Keys(t.Context(), "asynq:*:t:*").Val(), func(key string) bool {
			return strings.HasSuffix(key, "agent.notify:lea:hours_started:1795424700:0")
		})
	})
	b.out.fail("ntfy://bad/lea", nil)
	redistest.Wait(t, "it is sent", func() bool { return len(b.out.notices()) > 0 })
	b.quiet()
	want := []string{"ntfy://bad/lea Your hours have started: You are online since Mon 09:05, until Mon 17:00."}
	if diff := cmp.Diff(want, b.out.notices()); diff != "" {
		t.Error(diff)
	}
}
