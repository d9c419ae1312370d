package deliver

import (
	"context"
	"sync"
)

// shared lets callers that ask at the same time share one answer. What a caller gets was read after it had asked: while a read is under
// way, all who ask wait for the next one. At a boundary, tens of lanes ask at once which destinations there are. Nobody changes an
// answer.
type shared[T any] struct {
	read func(ctx context.Context) (T, error)
	turn chan struct{} // of size 1: taken by the read under way

	mu   sync.Mutex
	next *answer[T] // has not begun; nil: nobody waits for it
}

// answer is read with the context of the first who asked.
type answer[T any] struct {
	done  chan struct{} // closed when it is there
	value T
	err   error
	again bool // the first who asked has given up
}

func newShared[T any](read func(ctx context.Context) (T, error)) *shared[T] {
	return &shared[T]{read: read, turn: make(chan struct{}, 1)}
}

func (s *shared[T]) get(ctx context.Context) (T, error) {
	for {
		a, first := s.join()
		if first {
			s.answer(ctx, a)
			return a.value, a.err
		}
		select {
		case <-a.done:
			if !a.again {
				return a.value, a.err
			}
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
	}
}

// join gives the next answer; first: the caller is to read it.
func (s *shared[T]) join() (a *answer[T], first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next, first = &answer[T]{done: make(chan struct{})}, true
	}
	return s.next, first
}

func (s *shared[T]) answer(ctx context.Context, a *answer[T]) {
	defer close(a.done)
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
	}
	s.mu.Lock()
	s.next = nil // who asks from now on gets another
	s.mu.Unlock()
	if a.err = ctx.Err(); a.err == nil {
		a.value, a.err = s.read(ctx)
	}
	a.again = ctx.Err() != nil
}
