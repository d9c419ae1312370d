package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

// counted is a store that counts how often a property is loaded.
type counted struct {
	store.Store
	loads *sync.Map // subject → *atomic.Int64
}

func (c counted) Load(ctx context.Context, subjects []store.Subject) ([]store.Record, error) {
	for _, s := range subjects {
		n, _ := c.loads.LoadOrStore(s, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
	}
	return c.Store.Load(ctx, subjects)
}

func (c counted) of(s store.Subject) int64 {
	n, ok := c.loads.Load(s)
	if !ok {
		return 0
	}
	return n.(*atomic.Int64).Load()
}

func TestLiveLoadsOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(10, 0)})
	b.define(shop)
	db := counted{b.store, new(sync.Map)}
	l := view.NewLive(view.New(view.Config{Store: db, Now: b.clock.now, TimeZone: time.UTC}))
	var wait sync.WaitGroup
	for range 200 {
		wait.Go(func() {
			if _, err := l.State(t.Context(), "acme"); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(running(l))
	wait.Wait()
	if n := db.of(store.PropertySubject("acme")); n > 3 { // the calls during the first load, and changes that Follow may have missed at its start
		t.Errorf("200 readers at once loaded it %d times", n)
	}
}

// endless is a store in which every property is defined.
type endless struct {
	store.Store
	loaded *atomic.Int64
}

func (e endless) Load(_ context.Context, subjects []store.Subject) ([]store.Record, error) {
	e.loaded.Add(int64(len(subjects)))
	var records []store.Record
	for _, s := range subjects {
		records = append(records, store.Record{Subject: s, Rev: 1, Definition: []byte(`{}`)})
	}
	return records, nil
}

func (endless) Schedules(context.Context, []string) ([][]byte, error) { return nil, nil }

func (endless) Follow(ctx context.Context, f func([]store.Subject)) error {
	f(nil)
	<-ctx.Done()
	return nil
}

func TestLiveKeepsSoMany(t *testing.T) {
	t.Parallel()
	const more = 500
	store := endless{nil, new(atomic.Int64)}
	clock := &frozen{t: morning(10, 0)}
	l := view.NewLive(view.New(view.Config{Store: store, Now: clock.now, TimeZone: time.UTC}))
	t.Cleanup(running(l))
	for round, most := range []int64{20_000 + more + 100, 20 * more} { // making room for one may drop the next one to be asked for
		before := store.loaded.Load()
		var next atomic.Int64
		var wait sync.WaitGroup
		for range 32 {
			wait.Go(func() {
				for i := next.Add(1); i <= 20_000+more; i = next.Add(1) {
					if _, err := l.State(t.Context(), fmt.Sprint("p", i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if n := store.loaded.Load() - before; n < more || n > most {
			t.Errorf("round %d loads %d", round, n)
		}
	}
}

// TestLiveWantsSoMany asks for more properties than the bound of wanted ones, while
// nothing is loaded: ids may come from any caller.
func TestLiveWantsSoMany(t *testing.T) {
	t.Parallel()
	l := view.NewLive(view.New(view.Config{Store: endless{nil, new(atomic.Int64)}, Now: morning(10, 0).UTC, TimeZone: time.UTC}))
	gone, leave := context.WithCancel(t.Context())
	leave()
	for i := range 20_000 {
		if _, err := l.State(gone, fmt.Sprint("p", i)); !errors.Is(err, context.Canceled) {
			t.Fatal(i, err)
		}
	}
	if _, err := l.State(t.Context(), "one-more"); !errors.Is(err, view.ErrCrowded) {
		t.Error(err)
	}
	t.Cleanup(running(l))
	if _, err := l.State(t.Context(), "p7"); err != nil {
		t.Error(err)
	}
}
