package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// opensAtNine has a shop, the flips of which a destination gets.
const opensAtNine = `{
	"properties": {"acme": {"schedule": "daily 9-17"}},
	"destinations": {"all": {"type": "log", "actions": ["widget.state_changed"]}}
}`

// A worker whose clock is off by a little goes by that of Redis: it flips at the boundary, and not before.
func TestWorkerGoesByTheClockOfRedis(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{1500 * time.Millisecond, -1500 * time.Millisecond} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{})
			b.define(opensAtNine)
			nine, early := morning(9, 0), atomic.Bool{}
			b.out.answer("all", func(context.Context, []deliver.Delivery) error {
				if b.status("acme") == widget.Online && b.clock.now().Before(nine) {
					early.Store(true)
				}
				return nil
			})
			m := &machine{clock: b.clock}
			m.ahead.Store(int64(ahead))
			w, _ := b.workerOn(m)
			b.becomes("acme", widget.Offline)
			b.clock.dueAfter(nine, time.Second)
			b.becomes("acme", widget.Online)
			b.quiet()
			if early.Load() || b.clock.now().Before(nine) {
				t.Error("it opened early")
			}
			if at := b.actions("all"); len(at) != 2 || at[1].Time.Before(nine) || !at[1].Data.Cause.Boundary.Equal(nine) {
				t.Errorf("it was told %+v", at)
			}
			if err := w.Health(t.Context()); err != nil {
				t.Error(err)
			}
			if n := len(b.warned(logrus.WarnLevel, "ahead_seconds")); n != 1 {
				t.Errorf("%d warnings", n)
			}
		})
	}
}

// A worker whose clock is wrong decides nothing, whether it starts so or its clock is set. Once it is right, it decides again.
func TestWorkerWithAWrongClockDecidesNothing(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{5 * time.Minute, -5 * time.Minute} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, setup{clock: morning(9, 30)})
			b.define(opensAtNine)
			m := &machine{clock: b.clock, watched: true}
			m.ahead.Store(int64(ahead))
			w, _ := b.workerOn(m)
			healthy := func(want bool) {
				t.Helper()
				redistest.Wait(t, "the worker's health is as its clock", func() bool { return (w.Health(t.Context()) == nil) == want })
			}
			healthy(false)
			if n := b.running(); n != 0 || b.status("acme") == widget.Online {
				t.Error("it decides by a wrong clock")
			}
			if w.Ready(t.Context()) == nil {
				t.Error("it is ready")
			}
			m.ahead.Store(0) // somebody runs NTP
			healthy(true)
			b.becomes("acme", widget.Online)

			m.ahead.Store(int64(ahead)) // and ends it
			healthy(false)
			redistest.Wait(t, "its servers have stopped", func() bool { return len(b.servers()) == 0 })
			if got := b.status("acme"); got != widget.Online {
				t.Errorf("the shop is %s", got)
			}
			m.ahead.Store(0)
			healthy(true)
			redistest.Wait(t, "its servers run", func() bool { return len(b.servers()) > 0 })
			if n := len(b.warned(logrus.ErrorLevel, "ahead_seconds")); n != 2 {
				t.Errorf("it was told %d times that the clock is wrong", n)
			}
		})
	}
}

// warned are the lines of a level that have a field.
func (b *bundle) warned(level logrus.Level, field string) (found []*logrus.Entry) {
	for _, e := range b.logged.AllEntries() {
		if _, ok := e.Data[field]; ok && e.Level == level {
			found = append(found, e)
		}
	}
	return found
}

// servers are those of asynq that run.
func (b *bundle) servers() []string {
	b.Helper()
	found, err := b.rdb.ZRange(b.Context(), "asynq:servers", 0, -1).Result()
	b.must(errors.Join(err))
	return found
}
