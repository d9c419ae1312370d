package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// live runs a Live until the end of the test.
func (b *bundle) live() *view.Live {
	b.Helper()
	l := view.NewLive(b.client.Reader)
	b.Cleanup(running(l))
	return l
}

func running(l *view.Live) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.Run(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// watch watches a property until the end of the test.
func (b *bundle) watch(l *view.Live, property string) (*view.LiveState, *view.Watch) {
	b.Helper()
	now, w, err := l.Watch(b.Context(), property)
	b.must(err)
	b.Cleanup(w.Close)
	return now, w
}

// next waits for the next change.
func (b *bundle) next(w *view.Watch) *view.LiveState {
	b.Helper()
	patient, end := redistest.Patient(b.Context())
	defer end()
	select {
	case s, ok := <-w.C:
		if !ok {
			b.Fatalf("the watch ended: %v", w.Err())
		}
		return s
	case <-patient.Done():
		b.Fatalf("no change within %s", redistest.Patience)
	}
	return nil
}

// ends waits for the end of a watch.
func (b *bundle) ends(w *view.Watch) error {
	b.Helper()
	patient, end := redistest.Patient(b.Context())
	defer end()
	for {
		select {
		case _, ok := <-w.C:
			if !ok {
				return w.Err()
			}
		case <-patient.Done():
			b.Fatalf("the watch goes on after %s", redistest.Patience)
		}
	}
}

func (b *bundle) override(property string, open bool) {
	b.Helper()
	_, err := b.client.SetOverride(b.Context(), property, &hours.Override{Open: open, From: b.clock.now()})
	b.must(err)
}

// TestLiveAtABoundary crosses a boundary, with no worker at all.
func TestLiveAtABoundary(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(shop)
	stop := b.worker()
	b.quiet()
	stop()
	l := b.live()
	before, w := b.watch(l, "acme")
	if before.State.Status != widget.Offline || !before.Due.Equal(morning(9, 0)) {
		t.Fatalf("at half past eight: %s", before.JSON)
	}
	b.clock.due(morning(9, 0))
	after := b.next(w)
	if early := morning(9, 0).Sub(b.clock.now()); early > 0 {
		t.Errorf("told %s before the boundary", early)
	}
	if s := after.State; s.Status != widget.Online || !s.Since.Equal(morning(9, 0)) || s.Version <= before.State.Version || s.Departments["sales"].Status != widget.Online {
		t.Errorf("at nine: %s", after.JSON)
	}
	b.worker()
	b.becomes("acme", widget.Online)
	b.quiet()
	committed, err := b.client.Status(b.Context(), "acme")
	b.must(err)
	if got, want := wire(t, after.State, true), wire(t, committed[0].Widget, true); got != want {
		t.Errorf("live, and then committed:\n%s\n%s", got, want)
	}
	b.override("acme", false)
	if s := b.next(w).State; s.Version <= after.State.Version || s.Status != widget.Offline {
		t.Errorf("the commit was told as a change: %+v", s)
	}
}

// opensOnTime has Live show that acme opens at nine, on one day after the other, and gives
// the first time that was within a second.
func (b *bundle) opensOnTime(w *view.Watch) (opened time.Time) {
	b.Helper()
	day := 0
	redistest.Within(b, time.Second, "telling that it opens", func() time.Duration {
		opened = morning(9, 0).AddDate(0, 0, day)
		day++
		b.clock.set(opened.Add(-2 * time.Second))
		redistest.Wait(b, "it opens", func() bool { return b.next(w).State.Since.Equal(opened) })
		return b.clock.now().Sub(opened)
	})
	return opened
}

// TestLiveIsOnTime crosses boundaries, with no worker at all.
func TestLiveIsOnTime(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(shop)
	l := b.live()
	_, w := b.watch(l, "acme")
	b.opensOnTime(w)
}

func TestLiveEdits(t *testing.T) {
	t.Parallel()
	text := `{"schedules": {"day": "daily 9-17"}, "agents": {"lea": {"schedule": "day"}},
		"properties": {"acme": {"agents": ["lea"]}, "other": {}}}`
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(text)
	edit := func(before, after string) { // one thing at a time, since each is shown by itself
		text = strings.Replace(text, before, after, 1)
		b.define(text)
	}
	l := b.live()
	now, w := b.watch(l, "acme") // and no worker ever
	if s := now.State; s.Status != widget.Online {
		t.Fatalf("at first: %s", now.JSON)
	}
	told := func(name string, want widget.Status, edit func()) time.Duration {
		t.Helper()
		edit()
		began := time.Now()
		s := b.next(w)
		took := time.Since(began)
		if s.State.Status != want {
			t.Errorf("%s: %s", name, s.JSON)
		}
		read, err := l.State(t.Context(), "acme")
		if err != nil || read.ID != s.ID {
			t.Errorf("%s: read %+v, %v; watched %s", name, read, err, s.JSON)
		}
		return took
	}
	for _, step := range []struct {
		name       string
		edit, undo func()
		want       widget.Status
	}{
		{"an override", func() { b.override("acme", false) }, func() { _, err := b.client.SetOverride(b.Context(), "acme", nil); b.must(err) }, widget.Offline},
		{"a named schedule of an agent", func() { edit("9-17", "18-20") }, func() { edit("18-20", "9-17") }, widget.Away},
		{"an agent", func() { edit(`"day"}`, `"daily 18-20"}`) }, func() { edit(`"daily 18-20"}`, `"day"}`) }, widget.Away},
		{"a definition", func() { edit(`"agents": ["lea"]`, `"schedule": "closed"`) }, func() { edit(`"schedule": "closed"`, `"agents": ["lea"]`) }, widget.Offline},
	} {
		redistest.Within(t, time.Second, "telling of "+step.name, func() time.Duration {
			return max(told(step.name, step.want, step.edit), told("the end of "+step.name, widget.Online, step.undo))
		})
	}
	shown, err := l.State(t.Context(), "acme")
	b.must(err)
	b.clock.offset.Add(int64(2 * time.Second))
	if later, err := l.State(t.Context(), "acme"); err != nil || later.ID != shown.ID {
		t.Errorf("what no worker has dated is dated anew: %s, %s, %v", shown.JSON, later.JSON, err)
	}

	b.define(`{"properties": {"other": {}}}`)
	if err := b.ends(w); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed: %v", err)
	}
	for _, id := range []string{"acme", "nobody", "", "a b\n"} {
		if _, err := l.State(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
		if _, _, err := l.Watch(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("watching %q: %v", id, err)
		}
	}
}

// TestLiveWithoutRedis takes Redis away across a boundary.
func TestLiveWithoutRedis(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		away, back func(*redistest.Server, testing.TB)
	}{
		{"hanging", (*redistest.Server).Pause, (*redistest.Server).Resume},
		{"killed and started again", (*redistest.Server).Stop, (*redistest.Server).Restart},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t, redistest.AOF, "appendfsync always")
			o := server.Options()
			o.ContextTimeoutEnabled = true // as jobs.Connect
			b := newBundle(t, setup{redis: o})
			b.define(shop)
			l := b.live()
			_, w := b.watch(l, "acme")
			c.away(server, t)
			opened := b.opensOnTime(w)
			b.clock.set(opened.Add(3*time.Hour + time.Minute)) // long after the kept states are to be looked at again
			s, err := l.State(t.Context(), "acme")
			if err != nil || s.State.Departments["sales"].Status != widget.Offline {
				t.Errorf("after noon: %+v, %v", s, err)
			}
			if _, err := l.State(t.Context(), "always"); err == nil {
				t.Error("it knows what it never read")
			}
			c.back(server, t)
			redistest.Wait(t, "the override is written", func() bool {
				_, err := b.client.SetOverride(t.Context(), "acme", &hours.Override{From: b.clock.now()})
				return err == nil
			})
			redistest.Wait(t, "the override is told", func() bool { return b.next(w).State.Status == widget.Offline })
			redistest.Wait(t, "others are read", func() bool {
				s, err := l.State(t.Context(), "always")
				return err == nil && s.State.Status == widget.Online
			})
		})
	}
}

func TestLiveDropsWhoIsSlow(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(shop)
	l := b.live()
	_, slow := b.watch(l, "always")
	now, quick := b.watch(l, "always")
	for i := range 12 {
		b.override("always", i%2 == 1)
		s := b.next(quick)
		if s.State.Status == now.State.Status {
			t.Fatalf("change %d is none: %s", i, s.JSON)
		}
		now = s
	}
	if err := b.ends(slow); !errors.Is(err, view.ErrSlow) {
		t.Errorf("it ended with %v", err)
	}
}

// TestLiveReaders has many readers of many properties, and a worker beside.
func TestLiveReaders(t *testing.T) {
	t.Parallel()
	const properties, readers = 64, 30
	var texts []string
	for i := range properties {
		texts = append(texts, fmt.Sprintf(`"p%d": {"schedule": "daily 9-%d"}`, i, 12+i%5))
	}
	b := newBundle(t, setup{})
	b.define(`{"properties": {` + strings.Join(texts, ",") + `}}`)
	b.worker()
	b.quiet()
	l := b.live()
	patient, end := redistest.Patient(b.Context())
	defer end()
	var wait sync.WaitGroup
	var opened atomic.Int64
	for i := range properties * readers {
		now, w := b.watch(l, fmt.Sprint("p", i%properties))
		wait.Go(func() {
			want := []widget.Status{widget.Online, widget.Offline, widget.Online}
			for n, status := range want {
				select {
				case s := <-w.C:
					if s == nil || s.State.Version <= now.State.Version || s.State.Status != status {
						t.Errorf("change %d of p%d: %+v after version %d", n, i%properties, s, now.State.Version)
						return
					}
					now = s
					opened.Add(1)
				case <-patient.Done():
					t.Errorf("change %d of p%d does not come", n, i%properties)
					return
				}
			}
		})
	}
	b.crosses(morning(9, 0))
	for n, open := range []bool{false, true} {
		redistest.Wait(t, "all readers have the change before", func() bool { return t.Failed() || opened.Load() == int64((n+1)*properties*readers) })
		for i := range properties {
			b.override(fmt.Sprint("p", i), open)
		}
		b.quiet() // committed, so that versions grow
	}
	wait.Wait()
}

// TestLiveBroken has properties that cannot be decided on.
func TestLiveBroken(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(`{"schedules": {"day": "daily 9-17"}, "properties": {"acme": {"schedule": "day"}}}`)
	stop := b.worker()
	b.becomes("acme", widget.Online)
	stop()
	day, err := b.store.Schedules(t.Context(), []string{"day"})
	b.must(err)
	if ok, err := b.store.SetGlobal(t.Context(), store.GlobalSchedule, "day", day[0], nil); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := b.store.Edit(t.Context(), store.Edit{Subject: store.PropertySubject("new"), NewRev: 1, Definition: []byte(`[]`), Due: b.clock.now()}); err != nil {
		t.Fatal(err)
	}
	l := b.live()
	s, err := l.State(t.Context(), "acme")
	if err != nil || s.State.Status != widget.Online {
		t.Errorf("what was committed stays: %+v, %v", s, err)
	}
	if _, err := l.State(t.Context(), "new"); err == nil || !strings.Contains(err.Error(), "decoding the definition") {
		t.Errorf("what was never decided: %v", err)
	}
}

// TestLiveLeavesNoGoroutine is alone, as TestNoGoroutineStays.
//
//nolint:paralleltest // see there
func TestLiveLeavesNoGoroutine(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("live", func(t *testing.T) {
		b := newBundle(t, setup{})
		b.define(shop)
		l := b.live()
		b.watch(l, "acme")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.State(ctx, "always"); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}
