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
	r.apply(map[string]any{"p0": map[string]any{"triggers": []any{map[string]any{"name": "Welcome", "type": "site", "message": "Hello"}}}})
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

// TestNoEventWaitsLongForAWorkerThatDied kills one of two workers in the middle of some seconds
// of events, with all that it holds of them. It runs alone: others that kill workers would
// make it late.
func TestNoEventWaitsLongForAWorkerThatDied(t *testing.T) {
	const visitors, perSecond, senders, most = 6000, 1000, 8, 15 * time.Second
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
				r.arrive(fmt.Sprint("v", i))
			}
		})
	}
	redistest.Wait(r, "a quarter is greeted", func() bool { return r.actions() >= before+visitors/4 })
	dies.kill()
	sending.Wait()
	redistest.Wait(r, "all are greeted", func() bool { return r.actions() >= before+visitors })
	held := r.queued("deskbell-event").Active // asynq gives them to another after a minute or two
	latest := r.check()
	lives.stop()
	t.Logf("the worker died with %d tasks; the latest message was %s late", held, latest.Round(time.Millisecond))
	if held == 0 {
		t.Error("the worker that died held nothing: it shows nothing")
	}
	if latest > most {
		t.Errorf("a message came %s late; allowed: %s", latest, most)
	}
}

// actions is how many have been delivered.
func (r *rescues) actions() int64 {
	return r.rdb.XLen(r.Context(), definition.DefaultStream).Val()
}
