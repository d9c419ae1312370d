package redisstore_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// asked counts the commands in pipelines.
type asked struct{ atomic.Int64 }

func (*asked) DialHook(next redis.DialHook) redis.DialHook { return next }

func (*asked) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (a *asked) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		a.Add(int64(len(cmds)))
		return next(ctx, cmds)
	}
}

// TestTimetablesAreReadAgainWhenTheyWereWritten has two processes: one that writes, and one that looks with every beat.
func TestTimetablesAreReadAgainWhenTheyWereWritten(t *testing.T) {
	t.Parallel()
	const shards = 64
	server, nine := redistest.Start(t), time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	layout := redisstore.Layout{Shards: shards, Partitions: 1}
	open := func(rdb redis.UniversalClient) *redisstore.Store {
		t.Helper()
		s, err := redisstore.Open(t.Context(), rdb, layout)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	rdb, count := server.Client(t), new(asked)
	rdb.AddHook(count)
	writes, looks := open(server.Client(t)), open(rdb)
	acme := store.PropertySubject("acme")
	shard := looks.Shard(acme)
	is := func(what string, at time.Time, due bool, soon int) {
		t.Helper()
		pending, err := looks.Pending(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		later, err := looks.Soon(t.Context(), at, at.Add(7*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if pending[shard].Due != due || len(later[shard]) != soon {
			t.Errorf("%s: due %t, %d soon", what, pending[shard].Due, len(later[shard]))
		}
	}
	is("nothing", nine, false, 0)
	first := nine.UnixMicro()
	if ok, err := writes.Edit(t.Context(), store.Edit{Subject: acme, NewRev: first, Definition: []byte(`{}`), Due: nine}); err != nil || !ok {
		t.Fatal(ok, err)
	}
	is("an edit", nine, true, 0)
	commit := func(rev int64, woken bool, due time.Time) {
		t.Helper()
		if lost, err := writes.Commit(t.Context(), []store.Change{{Subject: acme, Rev: rev, Woken: woken, State: []byte(`{}`), Due: due, At: nine}}); err != nil || len(lost) > 0 {
			t.Fatal(lost, err)
		}
	}
	commit(first, true, nine.Add(5*time.Second))
	is("a commit", nine, false, 1)
	is("its time", nine.Add(5*time.Second), true, 0)
	commit(first+1, false, nine.Add(time.Hour))
	is("another", nine.Add(5*time.Second), false, 0)
	if err := writes.Wake(t.Context(), shard, []store.Subject{acme}, nine); err != nil {
		t.Fatal(err)
	}
	is("woken", nine.Add(5*time.Second), true, 0)
	commit(first+3, true, nine.Add(time.Hour))
	is("decided again", nine.Add(6*time.Second), false, 0)

	before := count.Load()
	is("nothing more", nine.Add(10*time.Second), false, 0)
	if n := count.Load() - before; n > shards/8 {
		t.Errorf("%d commands for a beat at which nothing was written", n)
	}
	if err := rdb.ZAdd(t.Context(), fmt.Sprintf("deskbell:{%d}:due", shard), redis.Z{Score: float64(nine.Unix()), Member: string(acme)}).Err(); err != nil {
		t.Fatal(err)
	}
	is("the next minute, after an older worker has written", nine.Add(time.Minute), true, 0)
}
