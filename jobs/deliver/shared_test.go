package deliver

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// TestWhoAsksAtOnceSharesAnAnswer holds each read up until all others wait.
func TestWhoAsksAtOnceSharesAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const callers = 50
		var written, reads atomic.Int64
		gate := make(chan struct{})
		s := newShared(func(context.Context) (int64, error) {
			reads.Add(1)
			value := written.Load()
			<-gate
			return value, nil
		})
		var all sync.WaitGroup
		for range callers {
			written.Add(1)
			least := written.Load()
			all.Go(func() {
				if got, err := s.get(t.Context()); err != nil || got < least {
					t.Errorf("got %d (%v), though %d was written before", got, err, least)
				}
			})
			synctest.Wait()
		}
		close(gate)
		all.Wait()
		if n := reads.Load(); n != 2 {
			t.Errorf("%d reads: one was under way, and all others share the next", n)
		}
	})
}

func TestWhoGivesUpLeavesTheOthersTheirAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := newShared(func(ctx context.Context) (int, error) {
			<-gate
			return 7, ctx.Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		ask := func(ctx context.Context, want int, fault error) {
			all.Go(func() {
				if got, err := s.get(ctx); got != want || !errors.Is(err, fault) {
					t.Errorf("got %d and %v", got, err)
				}
			})
			synctest.Wait()
		}
		ask(t.Context(), 7, nil)
		ask(ctx, 0, context.Canceled) // it would read the next
		ask(t.Context(), 7, nil)
		ask(ctx, 0, context.Canceled)
		cancel()
		synctest.Wait()
		close(gate)
		all.Wait()
	})
}
