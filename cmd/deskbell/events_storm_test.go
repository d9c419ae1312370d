package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// welcome defines a greeting that comes at once.
func (r *rescues) welcome() {
	r.Helper()
	r.apply(map[string]any{"p0": map[string]any{"triggers": []any{map[string]any{"name": "Welcome", "type": "site", "message": "Hello", "expiry": "1h"}}}})
}

// arrive sends a visitor, who is due a greeting at once.
func (r *rescues) arrive(visitor string) {
	e := event.NewVisitorArrived("p0", visitor, "s-"+visitor)
	e.Time = time.Now().UTC().Truncate(time.Millisecond)
	r.mu.Lock()
	r.due[visitor] = e.Time
	r.mu.Unlock()
	if err := r.client.Send(r.Context(), e); err != nil {
		r.Error(err)
	}
}

// keepUp waits until the workers are not far behind: on a busy machine, all would be late.
func (r *rescues) keepUp() {
	const behind = 200
	for r.rdb.LLen(r.Context(), "asynq:{deskbell-event}:pending").Val() > behind && r.Context().Err() == nil {
		pause(10 * time.Millisecond)
	}
}

// killHolding kills a worker while it holds tasks: it stops the worker at random until some are
// under way. A quick worker has none at most times.
func (r *rescues) killHolding(queue string, worker *proc) (killed time.Time) {
	r.Helper()
	active := func() []string { return r.rdb.LRange(r.Context(), "asynq:{"+queue+"}:active", 0, -1).Val() }
	const tries = 100
	for range tries {
		pause(rand.N(100 * time.Millisecond))
		worker.signal(hang)
		before := active()
		pause(300 * time.Millisecond)
		stays := active()
		if slices.ContainsFunc(before, func(id string) bool { return slices.Contains(stays, id) }) {
			worker.kill()
			return time.Now()
		}
		worker.signal(goOn)
	}
	r.Fatalf("the worker held nothing at %d moments", tries)
	return killed
}

// TestNoEventWaitsLongForAWorkerThatDied kills one of two workers in the middle of events, with all
// those that it holds.
func TestNoEventWaitsLongForAWorkerThatDied(t *testing.T) {
	t.Parallel()
	const senders = 8
	perSecond := redistest.Storm(t, 1000, 400)
	r := newRescues(t)
	r.welcome()
	dies, lives := r.worker(), r.worker()
	r.awaitQuiet()
	before, begin := r.actions(), time.Now()
	var visitors atomic.Int64
	var sending sync.WaitGroup
	var enough atomic.Bool
	for range senders {
		sending.Go(func() {
			for !enough.Load() && t.Context().Err() == nil {
				i := visitors.Add(1)
				pause(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(perSecond))))
				r.keepUp()
				r.arrive(fmt.Sprint("v", i))
			}
		})
	}
	redistest.Wait(r, "some are greeted", func() bool { return r.actions() >= before+int64(perSecond) })
	killed := r.killHolding("deskbell-event", dies)
	pause(time.Until(killed.Add(2 * time.Second)))
	enough.Store(true)
	sending.Wait()
	held := r.held("deskbell-event", killed)
	redistest.Wait(r, "all are greeted", func() bool { return r.actions() >= before+visitors.Load() })
	r.nobodyWaitsLong(held, r.check())
	lives.stop()
}

// actions is how many have been delivered.
func (r *rescues) actions() int64 {
	return r.rdb.XLen(r.Context(), definition.DefaultStream).Val()
}

// TestEventsOfADeadWorkerAreNotStuckWhenTheirLeasesAreLost kills the only worker with tasks under way, and deletes asynq's set of
// leases, by which asynq finds such tasks.
func TestEventsOfADeadWorkerAreNotStuckWhenTheirLeasesAreLost(t *testing.T) {
	t.Parallel()
	const perTask = 200
	r := newRescues(t)
	r.welcome()
	dies := r.worker()
	r.awaitQuiet()
	before, now := r.actions(), time.Now().UTC().Truncate(time.Millisecond)
	var visitors atomic.Int64
	var enough atomic.Bool
	var sending sync.WaitGroup
	sending.Go(func() {
		for !enough.Load() && t.Context().Err() == nil {
			r.keepUp()
			var events []event.Event
			for range perTask {
				visitor := fmt.Sprint("v", visitors.Add(1))
				e := event.NewVisitorArrived("p0", visitor, "s-"+visitor)
				e.Time, r.due[visitor] = now, now
				events = append(events, e)
			}
			r.send(events)
		}
	})
	r.killHolding("deskbell-event", dies)
	enough.Store(true)
	sending.Wait()
	if n := r.rdb.Del(t.Context(), "asynq:{deskbell-event}:lease").Val(); n != 1 {
		t.Fatal("no task had a lease")
	}
	t.Logf("%d tasks are under way by no worker, %d wait; %d visitors", r.queued("deskbell-event").Active, r.queued("deskbell-event").Pending, visitors.Load())
	r.worker()
	redistest.Wait(r, "all are greeted", func() bool { return r.actions() >= before+visitors.Load() })
	r.check()
}
