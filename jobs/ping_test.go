package jobs_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// pinged asks for a ping until a worker has made one of which something holds: those who ask within one second get one answer.
func (b *bundle) pinged(what string, is func(deliver.Pinged) bool) (p deliver.Pinged) {
	b.Helper()
	redistest.Wait(b, what, func() bool {
		ctx, cancel := redistest.Patient(b.Context())
		defer cancel()
		var err error
		p, err = b.client.Ping(ctx, "hook")
		return err == nil && is(p)
	})
	return p
}

func TestAWorkerMakesAPing(t *testing.T) {
	t.Parallel()
	b := newLane(t)
	if _, err := b.client.Ping(t.Context(), "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of a destination that is not defined: %v", err)
	}
	if _, err := b.client.Ping(t.Context(), "hook"); !errors.Is(err, jobs.ErrNoWorker) {
		t.Errorf("without a worker: %v", err)
	}
	b.must(b.client.Pause(t.Context(), "hook", "lea")) // which is no hindrance, and stays
	b.worker()
	redistest.Wait(t, "the worker shows", func() bool { return len(b.alive()) > 0 })
	p := b.pinged("hook takes a ping", func(p deliver.Pinged) bool { return p.Taken })
	if p.Destination != "hook" || p.Type != "log" || p.At.IsZero() || p.Error != "" {
		t.Errorf("%+v", p)
	}
	b.out.mu.Lock()
	got := b.out.had["hook"][0]
	b.out.mu.Unlock()
	var action struct {
		ID, Type string
		Data     struct{ Destination string }
	}
	b.must(json.Unmarshal(got.Body, &action))
	if action.ID != got.ID || !strings.HasPrefix(got.ID, "destination.ping:hook:") || action.Type != "destination.ping" || action.Data.Destination != "hook" {
		t.Errorf("%+v, %s", got, got.Body)
	}
	b.out.fail("hook", errors.New("it answered 500"))
	if p := b.pinged("hook takes none", func(p deliver.Pinged) bool { return !p.Taken }); p.Error != "it answered 500" {
		t.Errorf("%+v", p)
	}
	if s := b.destination("hook"); s.State != "paused" || s.Error != "paused by lea" {
		t.Errorf("after pings: %+v", s)
	}
}

// alive are the processes that show.
func (b *bundle) alive() []store.Beat {
	b.Helper()
	live, _, err := b.store.Live(b.Context())
	b.must(err)
	return live
}
