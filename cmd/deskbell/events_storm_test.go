package main

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// welcome lets all who arrive be greeted at once.
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

// TestNoEventWaitsLongForAWorkerThatDied kills one of two workers in the middle of some seconds
// of events, with all that it holds of them.
func TestNoEventWaitsLongForAWorkerThatDied(t *testing.T) {
	t.Parallel()
	const visitors, perSecond, senders = 6000, 1000, 8
	r := newRescues(t)
	r.welcome()
	dies, lives := r.worker(), r.worker()
	r.awaitQuiet()
	before := r.actions()
	begin := time.Now()
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := s; i < visitors; i += senders {
				<-time.After(time.Until(begin.Add(time.Duration(i) * time.Second / perSecond)))
				r.keepUp()
				r.arrive(fmt.Sprint("v", i))
			}
		})
	}
	redistest.Wait(r, "a quarter is greeted", func() bool { return r.actions() >= before+visitors/4 })
	dies.kill()
	killed := time.Now()
	sending.Wait()
	held := r.held("deskbell-event", killed)
	redistest.Wait(r, "all are greeted", func() bool { return r.actions() >= before+visitors })
	r.nobodyWaitsLong(held, r.check())
	lives.stop()
}

// actions is how many have been delivered.
func (r *rescues) actions() int64 {
	return r.rdb.XLen(r.Context(), definition.DefaultStream).Val()
}
