// Package client is for Go programs that send events to Deskbell and read its states. Dial goes to the Redis of its workers, HTTP to
// its web; both give the same Client:
//
//	desk, err := client.HTTP("https://bell.example", key)
//	…
//	err = desk.Send(ctx, event.NewVisitorArrived("acme", "v1", "s1"))
//
// It links no worker: of other modules the Redis client and asynq alone, and what these import. A test lists them. It defines nothing and
// sets no override: that goes over HTTP, or by package edit, and only a worker or web writes the records of Deskbell.
package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/layout"
	"github.com/deskbell/deskbell/jobs/store"
)

// Client sends events and reads states. Make one by Dial, HTTP, or their likes DialOptions and HTTPClient. Any number of goroutines may use it.
type Client struct {
	via transport
	now func() time.Time
}

// transport is a way to Deskbell.
type transport interface {
	send(ctx context.Context, complete []event.Event) error
	widget(ctx context.Context, property string) (Widget, error)
	agent(ctx context.Context, id string) (Agent, error)
	close() error
}

// RefusedError has the faults of one of the events to send.
type RefusedError = enqueue.RefusedError

// The errors of a name that is not defined, and of a Redis on which no worker has started yet. Test for them by errors.Is.
var (
	ErrNotFound   = store.ErrNotFound
	ErrNoDeskbell = layout.ErrNone
)

// Send sends events. One without an ID gets one, and one without a Time happened now. A nil error means that Deskbell has them all. A
// worker takes each in once, however often one with its ID and Source is sent within a day: so give events that you may send again IDs
// of your own.
//
// Events are checked first. When something is wrong with some, nothing is sent, and the error holds a *RefusedError for each of these.
// Over HTTP, the server refuses more: events of properties that are not defined, of properties that the key is not for, and over a quota.
// Then it has taken the others, and the error holds a *RefusedError for each that it has not, with its Status. After any other error,
// some may have been sent: send all of them again, with the same IDs. See AnswerError for when.
func (c *Client) Send(ctx context.Context, events ...event.Event) error {
	complete, err := enqueue.Complete(enqueue.IntakeAt(c.now()), events)
	if err != nil {
		return err
	}
	if err := c.via.send(ctx, complete); err != nil {
		return fmt.Errorf("sending events: %w", err)
	}
	return nil
}

// Widget reads the state of a property's widget. The error is ErrNotFound for a property that is not defined.
func (c *Client) Widget(ctx context.Context, property string) (Widget, error) {
	w, err := c.via.widget(ctx, property)
	return w, reading("property", property, err)
}

// Agent reads the state of an agent. The error is ErrNotFound for one who is not defined.
func (c *Client) Agent(ctx context.Context, id string) (Agent, error) {
	a, err := c.via.agent(ctx, id)
	return a, reading("agent", id, err)
}

func reading(kind, name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		return &store.MissingError{Kind: kind, Name: name}
	}
	return fmt.Errorf("reading the state of %s %q: %w", kind, name, err)
}

// Close ends the connections, after workers were woken for everything that was sent.
func (c *Client) Close() error { return c.via.close() }
