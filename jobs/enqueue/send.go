package enqueue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/deskbell/deskbell/domain/event"
)

// RefusedError has the faults of one of the events to send.
type RefusedError struct {
	Index  int    // of the event, from 0
	Status string // as a server answered: refused, unknown_property, unknown_agent or over_quota; empty: it was not asked
	Faults event.Faults
}

// Error lists the faults.
func (e *RefusedError) Error() string {
	if e.Status == "" {
		return fmt.Sprintf("event %d: %v", e.Index, e.Faults)
	}
	return fmt.Sprintf("event %d: %s: %v", e.Index, e.Status, e.Faults)
}

// Unwrap gives the faults, as an error.
func (e *RefusedError) Unwrap() error { return e.Faults }

// Send checks events and hands them to the workers. An event without an ID gets one, and
// one without a Time happened now. When it returns nil, Redis has them all. A worker takes
// each in once, however often it is sent within a day.
//
// When something is wrong with some events, nothing is sent, and the error holds a
// *RefusedError for each of these. After any other error, such as while a replica is elected, some may have been sent: send
// all of them again, with the same IDs.
func (c *Client) Send(ctx context.Context, events ...event.Event) error {
	complete, err := Complete(c.Intake(), events)
	if err != nil {
		return err
	}
	return c.SendComplete(ctx, complete...)
}

// Complete checks events and gives them their ids and times. When something is wrong with some, the error holds a *RefusedError for each
// of these.
func Complete(in event.Intake, events []event.Event) ([]event.Event, error) {
	complete := make([]event.Event, len(events))
	var refused []error
	for i, e := range events {
		var faults event.Faults
		var err error
		if complete[i], err = in.Complete(e); errors.As(err, &faults) {
			refused = append(refused, &RefusedError{Index: i, Faults: faults})
		}
	}
	if len(refused) > 0 {
		return nil, fmt.Errorf("sending events: %w", errors.Join(refused...))
	}
	return complete, nil
}

// Intake completes events that arrive now.
func (c *Client) Intake() event.Intake { return IntakeAt(c.now()) }

// IntakeAt completes events that arrive at an instant.
func IntakeAt(at time.Time) event.Intake { return event.Intake{At: at, NewID: uuid.NewString} }

// SendComplete is Send for events that the client's Intake has given: they are not checked
// again.
func (c *Client) SendComplete(ctx context.Context, events ...event.Event) error {
	at, parcels := c.now(), make(map[int]*parcel) // by partition
	var body []byte
	for i := range events {
		lanes := LanesOf(&events[i], c.shard)
		if len(lanes) == 0 {
			continue // it names nobody
		}
		shard := lanes[0].Shard
		var err error
		if body, err = events[i].AppendJSON(body[:0]); err != nil {
			return fmt.Errorf("encoding event %q: %w", events[i].ID, err)
		}
		p := parcels[shard%c.queue.partitions]
		if p == nil {
			p = newParcel(shard)
			parcels[shard%c.queue.partitions] = p
		}
		if !p.add(body, lanes) {
			if err := c.queue.enqueue(ctx, p, at); err != nil {
				return err
			}
			*p = *newParcel(shard)
			p.add(body, lanes)
		}
	}
	for _, p := range parcels {
		if err := c.queue.enqueue(ctx, p, at); err != nil {
			return err
		}
	}
	return nil
}

// parcel is the payload of one task while it is packed. A task is no larger than a body of
// the HTTP API may be.
type parcel struct {
	shard  int
	lanes  map[Lane]bool
	events int
	body   []byte // the payload up to the last event
}

const parcelHead = `{"events":[`

func newParcel(shard int) *parcel { return &parcel{shard: shard, lanes: make(map[Lane]bool)} }

// add adds an event, and tells whether there was room for it.
func (p *parcel) add(body []byte, lanes []Lane) bool {
	if p.events == event.MaxEvents || p.events > 0 && len(p.body)-len(parcelHead)+len(body) > event.MaxBody {
		return false
	}
	if p.events == 0 {
		p.body = append(p.body, parcelHead...)
	} else {
		p.body = append(p.body, ',')
	}
	p.events++
	p.body = append(p.body, body...)
	for _, l := range lanes {
		p.lanes[l] = true
	}
	return true
}

func (p *parcel) payload(at time.Time, by Way) []byte {
	body := p.body
	body = append(body, `],"accepted":`...)
	body = strconv.AppendInt(body, at.UnixMilli(), 10)
	if by != "" {
		body = append(append(append(body, `,"by":"`...), by...), '"')
	}
	return append(body, '}')
}
