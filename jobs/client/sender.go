package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/enqueue"
)

// Sender sends events in batches, for programs that have many: fifty events in one task
// cost about as much as three alone. Any number of goroutines may use one Sender.
type Sender struct {
	client *Client
	failed func([]event.Event, error)
	delay  time.Duration
	size   int
	room   chan struct{} // a token for each batch under way

	mu      sync.Mutex
	waiting []event.Event
	timer   *time.Timer // sends what waits; nil: nothing waits
	closed  bool
	sending sync.WaitGroup
}

// SenderConfig says how events are gathered.
type SenderConfig struct {
	Delay time.Duration // how long an event waits for others, at most; 0: 100 ms
	Size  int           // how many events are sent together, at most; 0: 50

	// Failed gets a batch and the error of sending it, as of Client.Send, in any goroutine. Its events have their IDs, and
	// may be sent again: those that were taken are known again. It may not be nil.
	Failed func([]event.Event, error)
}

// ErrSenderClosed is returned for an event that comes after Close.
var ErrSenderClosed = errors.New("the sender is closed")

// batchesAtOnce is how many batches are on their way. When Deskbell is slow, Send waits.
const batchesAtOnce = 8

// NewSender makes a sender, which is to be closed before the client.
func NewSender(c *Client, config SenderConfig) *Sender {
	s := &Sender{client: c, failed: config.Failed, delay: config.Delay, size: config.Size, room: make(chan struct{}, batchesAtOnce)}
	if s.delay <= 0 {
		s.delay = 100 * time.Millisecond
	}
	if s.size <= 0 || s.size > event.MaxEvents {
		s.size = 50
	}
	return s
}

// Send checks an event, gives it an ID and a time where it has none, and adds it to the next batch. The error is a *RefusedError,
// ErrSenderClosed, or that of the context when Deskbell is too slow; then Failed has had the whole batch. A nil error does not mean
// that Deskbell has the event: see Failed.
func (s *Sender) Send(ctx context.Context, e event.Event) error {
	var faults event.Faults
	e, err := enqueue.IntakeAt(s.client.now()).Complete(e)
	if errors.As(err, &faults) {
		return &RefusedError{Faults: faults}
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrSenderClosed
	}
	s.waiting = append(s.waiting, e)
	var batch []event.Event
	if len(s.waiting) >= s.size {
		batch = s.take()
		s.sending.Add(1)
	} else if s.timer == nil {
		s.timer = time.AfterFunc(s.delay, s.Flush)
	}
	s.mu.Unlock()
	if batch == nil {
		return nil
	}
	select {
	case s.room <- struct{}{}:
		go s.send(batch) //nolint:gosec,contextcheck // the batch has other callers' events, too, and outlives this call
		return nil
	case <-ctx.Done(): // the batch has other callers' events, too
		s.sending.Done()
		s.failed(batch, ctx.Err())
		return ctx.Err()
	}
}

// take empties the batch. Call it under the lock.
func (s *Sender) take() []event.Event {
	batch := s.waiting
	s.waiting = nil
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	return batch
}

// senderTime bounds one batch.
const senderTime = 30 * time.Second

// send is one batch on its way. It gives back its token.
func (s *Sender) send(batch []event.Event) {
	defer s.sending.Done()
	defer func() { <-s.room }()
	ctx, cancel := context.WithTimeout(context.Background(), senderTime)
	defer cancel()
	if err := s.client.via.send(ctx, batch); err != nil {
		s.failed(batch, err)
	}
}

// Flush sends what waits, and waits until it is sent.
func (s *Sender) Flush() {
	s.mu.Lock()
	batch := s.take()
	if len(batch) > 0 {
		s.sending.Add(1)
	}
	s.mu.Unlock()
	if len(batch) > 0 {
		s.room <- struct{}{}
		s.send(batch)
	}
}

// Close sends what waits, and waits until all is sent. An event that comes later is refused.
func (s *Sender) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.Flush()
	s.sending.Wait()
}
