package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// stopwatch measures how long after something has begun it arrives. Many measurements run at once, each by its name.
type stopwatch struct {
	mu    sync.Mutex
	began map[string]time.Time
	took  []time.Duration
	none  chan struct{} // has a value once none runs any more
}

func newStopwatch() *stopwatch {
	return &stopwatch{began: make(map[string]time.Time), none: make(chan struct{}, 1)}
}

// start begins a measurement at an instant, which may be ahead.
func (s *stopwatch) start(name string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began[name] = at
	select {
	case <-s.none:
	default:
	}
}

// stop ends a measurement; a name that does not run is left alone. What arrives before its instant takes less than nothing.
func (s *stopwatch) stop(name string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	began, runs := s.began[name]
	if !runs {
		return
	}
	delete(s.began, name)
	s.took = append(s.took, at.Sub(began))
	if len(s.began) == 0 {
		s.none <- struct{}{}
	}
}

// await waits until none runs.
func (s *stopwatch) await(ctx context.Context, what string, most time.Duration) error {
	s.mu.Lock()
	idle := len(s.began) == 0
	s.mu.Unlock()
	if idle {
		return nil
	}
	select {
	case <-s.none:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(most):
		s.mu.Lock()
		defer s.mu.Unlock()
		for name := range s.began {
			return fmt.Errorf("waiting for %s: %d have not come within %s, such as %q", what, len(s.began), most, name)
		}
		return nil
	}
}

// take gives what was measured, in order, and begins anew.
func (s *stopwatch) take() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	took := s.took
	s.took = nil
	slices.Sort(took)
	return took
}
