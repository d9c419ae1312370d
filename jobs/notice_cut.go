package jobs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/deliver"
)

// A worker that stops waits for the notices that are under way, and cuts them off a moment before its time is up: asynq would hand their
// tasks to another worker then, whatever the service has done, and the notice would come twice. One that was with the service as a
// whole counts as sent: most services have taken it. One that was not is handed back, and is sent by another worker.
//
// A worker that is killed decides nothing. asynq gives its tasks to another after a minute or two, and a notice that was
// under way may come twice.

// cutBefore is how long before the end of a worker's time notices are cut off; of a short time, half of it.
const cutBefore = time.Second

// noticeCut cuts off the notices of a worker that stops.
type noticeCut struct {
	once sync.Once
	up   chan struct{} // closed when their time is up
}

func newNoticeCut() *noticeCut { return &noticeCut{up: make(chan struct{})} }

// after cuts them off so long before the end of the time for a stop. end takes it back.
func (c *noticeCut) after(stopTimeout time.Duration) (end func()) {
	timer := time.AfterFunc(stopTimeout-min(cutBefore, stopTimeout/2), func() { c.once.Do(func() { close(c.up) }) })
	return func() { timer.Stop() }
}

func (c *noticeCut) isUp() bool {
	select {
	case <-c.up:
		return true
	default:
		return false
	}
}

// bound gives the context of one notice. It ends as if by a deadline when notices are cut off: so whoever sends tells whether the notice
// was with the service. Call end.
func (c *noticeCut) bound(ctx context.Context) (_ context.Context, end context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	bound := cutContext{ctx, c, make(chan struct{})}
	go func() {
		defer close(bound.done)
		select {
		case <-c.up:
		case <-ctx.Done():
		}
	}()
	return bound, cancel
}

// cutContext is a context whose end is a deadline where notices are cut off. It has a channel of its own: those derived from it would
// otherwise know only the one within.
type cutContext struct {
	context.Context //nolint:containedctx // it is one itself

	by   *noticeCut
	done chan struct{}
}

// Done implements context.Context.
func (c cutContext) Done() <-chan struct{} { return c.done }

// Err implements context.Context.
func (c cutContext) Err() error {
	select {
	case <-c.done:
	default:
		return nil
	}
	if c.by.isUp() {
		return context.DeadlineExceeded
	}
	return c.Context.Err()
}

// handedOver tells whether a notice that was cut off was with its service.
func (c *noticeCut) handedOver(err error) bool {
	return c.isUp() && errors.Is(err, deliver.ErrNoAnswer)
}
