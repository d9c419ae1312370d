package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// patience is two shops whose messages wait for an hour.
const patience = `{"properties": {
	"acme": {"triggers": [{"name": "Later", "type": "site", "delay": "1h", "message": "May I help?"}], "rescue": [{"after": "10m", "send_message": "Soon"}]},
	"beta": {"triggers": [{"name": "Later", "type": "site", "delay": "1h", "message": "May I help?"}]}}}`

func (b *bundle) arrive(property string, from, n int) {
	b.Helper()
	var list []event.Event
	for v := range n {
		list = append(list, event.NewVisitorArrived(property, fmt.Sprint("v", from+v), "s1"))
	}
	b.send(list...)
	b.quiet()
}

func (b *bundle) waitSums() map[string]int {
	b.Helper()
	sums, err := b.store.WaitSums(b.Context())
	b.must(err)
	return sums
}

// recounts compares the numbers of all shards with the records, and gives how many were wrong.
func (b *bundle) recounts() (wrong int) {
	b.Helper()
	e := engine.New(engine.Config{Store: b.store, TimeZone: time.UTC, Now: b.clock.now, Log: b.log, Batch: 100})
	for shard := range b.shards {
		n, err := e.Recount(b.Context(), shard)
		b.must(err)
		wrong += n
	}
	return wrong
}

// TestOneTenantsMessagesThatWaitAreBounded lets one shop's visitors wait in masses. Its chats have a part for themselves, other shops notice
// nothing, and what is held back is counted and shown. Once visitors leave, others wait again.
func TestOneTenantsMessagesThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	const most, triggers = 20, 18
	b := newBundle(t, setup{shards: 1, metrics: jobs.NewMetrics(), quotas: quota.Limits{Waiting: most}})
	b.define(patience)
	stop := b.worker()
	b.quiet()
	b.arrive("acme", 0, 300)
	b.arrive("beta", 0, 5)
	sums := b.waitSums()
	if sums["acme"] < triggers || sums["acme"] > most+triggers || sums["beta"] != 5 { // a second's decisions of another goroutine may go beyond
		t.Errorf("%v messages wait", sums)
	}
	if n := len(b.wakeUps()); n != sums["acme"]+sums["beta"] {
		t.Errorf("%d tasks of %v messages", n, sums)
	}
	if got := b.heldBack(); len(got) == 0 || got[0].Reason != "quota" || got[0].Property != "acme" || got[0].Trigger != "Later" {
		t.Errorf("shown: %+v", got)
	}
	for v := range sums["acme"] {
		b.send(event.New(event.VisitorLeft, event.Data{Property: "acme", Visitor: fmt.Sprint("v", v), Visit: "s1"}))
	}
	for v := range 6 {
		b.send(event.New(event.ChatRequested, event.Data{Property: "acme", Visitor: fmt.Sprint("w", v), Chat: fmt.Sprint("c", v)}))
		b.quiet()
	}
	if got := b.waitSums()["acme"]; got > sums["acme"]+most-triggers {
		t.Errorf("with chats, %d messages wait", got)
	}
	stop() // it writes what was refused
	over, err := quota.OverNow(t.Context(), b.store, nil, b.clock.now())
	b.must(err)
	if len(over) != 1 || len(over["acme"]) != 1 || over["acme"][0].Quota != quota.Waiting || over["acme"][0].Refused < 300-most-triggers {
		t.Errorf("over quotas: %+v", over)
	}
	if n := b.recounts(); n != 0 {
		t.Errorf("%d numbers were wrong", n)
	}
}

// TestARefusedRescueIsSaid: no place is left for a chat.
func TestARefusedRescueIsSaid(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1, quotas: quota.Limits{Waiting: 10}})
	b.define(patience)
	b.worker()
	b.quiet()
	for v := range 12 {
		b.send(event.New(event.ChatRequested, event.Data{Property: "acme", Visitor: fmt.Sprint("v", v), Chat: fmt.Sprint("c", v)}))
		b.quiet()
	}
	redistest.Wait(t, "it is shown", func() bool { return len(b.heldBack()) > 0 })
	if got := b.heldBack()[0]; got.Rule != "rescue" || got.Reason != "quota" || got.Text != "as many messages wait on the property as may" {
		t.Errorf("shown: %+v", got)
	}
	if sums := b.waitSums(); sums["acme"] != 10 {
		t.Errorf("%v messages wait", sums)
	}
}

// TestThePropertysOwnQuotaCounts: it is smaller than the default, whatever becomes of the definition, and counts without a restart.
func TestThePropertysOwnQuotaCounts(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{shards: 1, quotas: quota.Limits{Waiting: 1000}})
	b.must(quota.Set(t.Context(), b.store, "acme", quota.Limits{Waiting: 10}))
	b.define(patience)
	b.worker()
	b.quiet()
	b.arrive("acme", 0, 50)
	b.arrive("beta", 0, 50)
	if sums := b.waitSums(); sums["acme"] > 18 || sums["beta"] != 50 {
		t.Errorf("%v messages wait", sums)
	}
	b.must(quota.Set(t.Context(), b.store, "acme", quota.Limits{}))
	b.skip(10 * time.Second)
	b.arrive("acme", 100, 50)
	if sums := b.waitSums(); sums["acme"] < 50 {
		t.Errorf("with the default %v messages wait", sums)
	}
}

// TestTheNumberOfMessagesThatWaitSurvivesKills: it is written with the records, and healed by the hour where something went wrong all the same.
func TestTheNumberOfMessagesThatWaitSurvivesKills(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.AOF, "appendfsync always")
	b := newBundle(t, setup{redis: server.Options(), shards: 3, quotas: quota.Limits{Waiting: 1000}})
	b.define(patience)
	b.worker()
	b.quiet()
	b.arrive("acme", 0, 60)
	server.Stop(t)
	server.Restart(t)
	redistest.Wait(t, "it is there again", func() bool { return b.rdb.Ping(t.Context()).Err() == nil })
	b.arrive("acme", 60, 40)
	if diff := cmp.Diff(map[string]int{"acme": 100}, b.waitSums()); diff != "" {
		t.Error(diff)
	}
	if n := b.recounts(); n != 0 {
		t.Errorf("%d numbers were wrong after a kill", n)
	}
	for shard := range b.shards {
		b.must(b.rdb.HSet(t.Context(), fmt.Sprintf("deskbell:{%d}:waiting", shard), "acme", 7, "gone", 3).Err())
	}
	gone := store.VisitorSubject("acme", "nobody")
	b.must(b.rdb.ZAdd(t.Context(), fmt.Sprintf("deskbell:{%d}:waits", b.store.Shard(gone)), redis.Z{Score: 5, Member: "acme/nobody"}).Err())
	if n := b.recounts(); n < b.shards {
		t.Errorf("%d numbers were wrong", n)
	}
	if diff := cmp.Diff(map[string]int{"acme": 100}, b.waitSums()); diff != "" {
		t.Error(diff)
	}
}
