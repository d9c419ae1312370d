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
	defs, err := definition.Parse(map[string]any{
		"properties": map[string]any{"p0": map[string]any{"triggers": []any{map[string]any{
			"name": "Welcome", "type": "site", "message": "Hello",
		}}}},
		"destinations": map[string]any{"out": map[string]any{"type": "redis_stream", "max_len": 1_000_000}},
	})
	if err != nil {
		r.Fatal(err)
	}
	steps, err := r.client.Plan(r.Context(), defs)
	if err == nil {
		err = r.client.Apply(r.Context(), steps, nil)
	}
	if err != nil {
		r.Fatal(err)
	}
}

// arrive sends some visitors in one task. They are due a greeting at once.
func (r *rescues) arrive(first, count int) {
	var events []event.Event
	for i := range count {
		e := event.New(event.VisitorArrived, event.Data{Property: "p0", Visitor: fmt.Sprint("v", first+i), Visit: fmt.Sprint("s", first+i)})
		e.Time = r.due[e.Data.Visitor]
		events = append(events, e)
	}
	if err := r.client.Send(r.Context(), events...); err != nil {
		r.Error(err)
	}
}

// TestNoEventWaitsLongForAWorkerThatDied kills one of two workers in the middle of a storm of
// events, with all that it holds of them.
func TestNoEventWaitsLongForAWorkerThatDied(t *testing.T) {
	t.Parallel()
	const visitors, perTask, senders, most = 12_000, 4, 8, 15 * time.Second
	r := newRescues(t)
	r.welcome()
	dies, lives := r.worker(), r.worker()
	r.awaitQuiet()
	before := r.actions()
	now := time.Now().UTC().Truncate(time.Millisecond)
	for i := range visitors {
		r.due[fmt.Sprint("v", i)] = now
	}
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for first := s * perTask; first < visitors; first += senders * perTask {
				r.arrive(first, perTask)
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
