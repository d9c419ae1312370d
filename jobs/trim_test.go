package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// A destination that is down has actions committed for it without end, by several at once, and by two workers. What waits stays near the
// bound; each action is either delivered or counted, and those within the bound are delivered, in their order.
func TestADeadDestinationHasABound(t *testing.T) {
	t.Parallel()
	const bound, emitters, each = 200, 4, 300
	b := newBundle(t, setup{shards: 3, clock: morning(10, 0), bounds: deliver.Bounds{Actions: bound}, metrics: jobs.NewMetrics()})
	b.define(hook)
	b.out.fail("hook", errDown)
	b.worker()
	b.worker()
	var all sync.WaitGroup
	for e := range emitters {
		all.Go(func() {
			for n := range each {
				b.say(e, n)
			}
		})
	}
	all.Wait()
	outbox := func() (n int) {
		for shard := range b.shards {
			n += int(b.rdb.XLen(b.Context(), fmt.Sprintf("deskbell:{%d}:out", shard)).Val())
		}
		return n
	}
	redistest.Wait(t, "no more waits than may", func() bool { return outbox() <= bound && b.destination("hook").Dropped > 0 })
	if b.archivedTasks() > 0 {
		t.Errorf("%d were archived", b.archivedTasks())
	}
	b.out.fail("hook", nil)
	_, err := b.client.Resume(b.Context(), "hook")
	b.must(err)
	b.quiet()
	got, s := b.got("hook"), b.destination("hook")
	if len(got) > bound || len(got) < bound-bound/20-b.shards { // who trims may have counted before another has
		t.Errorf("%d waited, of %d that may", len(got), bound)
	}
	if s.Dropped+len(got) != emitters*each {
		t.Errorf("%d were delivered, %d counted as dropped, of %d", len(got), s.Dropped, emitters*each)
	}
	for e := range emitters {
		its := slices.DeleteFunc(slices.Clone(got), func(id string) bool { return !strings.HasPrefix(id, fmt.Sprintf("m%d.", e)) })
		if !slices.IsSorted(its) || len(its) > 0 && its[len(its)-1] != fmt.Sprintf("m%d.%03d", e, each-1) {
			t.Errorf("%d: %v", e, its)
		}
	}
	if lines := b.lines("too many actions wait for a destination: the oldest are dropped, and deskbell deliveries list counts them; look at the receiver"); len(lines) != 1 {
		t.Errorf("%d lines", len(lines))
	}
}

// say commits a message of a visitor.
func (b *bundle) say(visitor, n int) {
	body := fmt.Sprintf(`{"id":"m%d.%03d","type":"message.send","data":{"property":"acme","visitor":"v%d"}}`, visitor, n, visitor)
	err := b.rdb.XAdd(b.Context(), &redis.XAddArgs{Stream: fmt.Sprintf("deskbell:{%d}:out", visitor%b.shards), Values: []any{"a", body, "t", b.clock.now().UnixMilli()}}).Err()
	if err != nil {
		b.Error(err)
	}
}
