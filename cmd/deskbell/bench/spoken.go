package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// spoken is a store that notes when it commits messages to visitors.
type spoken struct {
	store.Store
	now func() time.Time
	of  string // the property whose messages count; empty: all

	mu      sync.Mutex
	due     map[store.Subject]time.Time // of visitors who have had no message yet
	heard   int                         // events
	late    []time.Duration             // of messages
	early   int                         // messages decided on before they were due
	fault   error
	changed chan struct{} // closed with the next commit
}

func newSpoken(db store.Store, now func() time.Time) *spoken {
	return &spoken{Store: db, now: now, due: make(map[store.Subject]time.Time), changed: make(chan struct{})}
}

// expect says when the one message to the visitor of an event is due.
func (o *spoken) expect(e event.Event, due time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.due[store.VisitorSubject(e.Data.Property, e.Data.Visitor)] = due
}

// Commit implements store.Store.
func (o *spoken) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	lost, err := o.Store.Commit(ctx, changes)
	if err != nil {
		return lost, err
	}
	at := o.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range changes {
		if c := &changes[i]; c.Subject.Undefined() && !slices.Contains(lost, c.Subject) {
			o.note(c, at)
		}
	}
	close(o.changed)
	o.changed = make(chan struct{})
	return lost, nil
}

func (o *spoken) note(c *store.Change, at time.Time) {
	o.heard += len(c.Seen)
	if property, _, _ := c.Subject.Visitor(); len(c.Actions) == 0 || o.of != "" && property != o.of {
		return
	}
	due, waits := o.due[c.Subject]
	if !waits || len(c.Actions) > 1 {
		o.fault = fmt.Errorf("counting the messages of %s: there is more than one", c.Subject)
		return
	}
	delete(o.due, c.Subject)
	o.late = append(o.late, at.Sub(due))
	if c.At.Before(due) {
		o.early++
	}
}

// take gives how late the messages were, in order, and begins anew.
func (o *spoken) take() []time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	late := o.late
	o.late = nil
	slices.Sort(late)
	return late
}

// await waits until commits have made a condition true.
func (o *spoken) await(ctx context.Context, what string, most time.Duration, fact func() bool) error {
	timeout := time.After(most)
	for {
		o.mu.Lock()
		is, fault, changed := fact(), o.fault, o.changed
		heard, spoke := o.heard, len(o.late)
		o.mu.Unlock()
		switch {
		case fault != nil:
			return fault
		case is:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout:
			return fmt.Errorf("waiting until %s: %d events and %d messages after %s; ask for fewer --messages", what, heard, spoke, most.Round(time.Second))
		}
	}
}
