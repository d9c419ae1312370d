package engine

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/wire"
	"github.com/deskbell/deskbell/jobs/store"
)

// Events of a chat need not name the visitor: it is the one who requested the chat. So each chat has a
// record that names its visitor. An event that comes before the visitor is known is parked there, and
// taken in with the first event that names the visitor.

// chatOwner is the state of a chat in a store: its visitor. All else is in the visitor's record.
type chatOwner struct {
	Visitor string        `json:"visitor,omitempty"` // empty: not known yet
	Until   time.Time     `json:"until"`             // it is kept
	Parked  []event.Event `json:"parked,omitempty"`
}

const (
	ownerKept  = 30 * 24 * time.Hour // after an event of the chat
	parkedKept = 24 * time.Hour
	mostParked = 100 // events of a chat
)

// ownerAfter is the state of a chat after some events, and whether it has to be written.
func ownerAfter(r *store.Record, events []event.Event, at time.Time) (o chatOwner, changed bool) {
	if DecodeState(r.State, &o) != nil {
		o = chatOwner{} // the events tell it anew
	}
	known := o.Visitor
	for _, e := range events {
		if v := e.Data.Visitor; v != "" && (o.Visitor == "" || e.Type == event.ChatRequested) {
			o.Visitor = v
		}
	}
	changed = o.Visitor != known
	kept := ownerKept
	if o.Visitor == "" {
		kept = parkedKept
		o.Parked, changed = append(o.Parked, events...), true
		o.Parked = o.Parked[max(0, len(o.Parked)-mostParked):]
	}
	if until := at.Add(kept); until.Sub(o.Until) > kept/2 {
		o.Until, changed = until.UTC().Truncate(time.Second), true
	}
	return o, changed
}

// change is the change that writes it.
func (o *chatOwner) change(r *store.Record, at time.Time) (Change, error) {
	body, err := wire.Marshal(o, (*chatOwner).form)
	if err != nil {
		return Change{}, fmt.Errorf("encoding %s: %w", r.Subject, err)
	}
	c := changeOf(r)
	c.NewRev, c.At, c.State, c.Due = at.UnixMicro(), at, body, o.Until
	return c, nil
}

// hand adds the events of a chat to the news of its visitor, and tells whether parked ones
// were among them. While the visitor is not known, all of them stay parked.
func (o *chatOwner) hand(news map[store.Subject][]event.Event, events []event.Event) (parked bool) {
	if o.Visitor == "" {
		return false
	}
	for _, e := range append(o.Parked, events...) {
		if e.Data.Visitor == "" {
			e.Data.Visitor = o.Visitor
		}
		s := store.VisitorSubject(e.Data.Property, e.Data.Visitor)
		news[s] = append(news[s], e)
	}
	return len(o.Parked) > 0
}
