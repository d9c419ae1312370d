package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// Events of a chat need not name the visitor: it is the one who requested it. So a chat has
// a record of whose it is. An event that comes before that is known is parked there, and
// taken in with the first event that says it.

// chatOwner is what a store keeps of a chat besides its visitor's record, which says all
// else.
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

// findOwners sorts events by visitor into the news, and looks up, notes and parks for those of
// chats. It gives the chats of which parked events are among the news: these are parked until
// they are taken in, so that none is lost.
func (in intake) findOwners(ctx context.Context, at time.Time, events []event.Event, news map[store.Subject][]event.Event) (parked []store.Subject, err error) {
	chats := make(map[store.Subject][]event.Event)
	for _, e := range events {
		if d := &e.Data; d.Chat != "" && d.Property != "" {
			s := store.ChatSubject(d.Property, d.Chat)
			chats[s] = append(chats[s], e)
		} else if s, ok := store.Addressee(&e); ok {
			news[s] = append(news[s], e)
		}
	}
	for range intakeTries {
		if len(chats) == 0 {
			return parked, nil
		}
		subjects := make([]store.Subject, 0, len(chats))
		for s := range chats {
			subjects = append(subjects, s)
		}
		records, err := in.store.Load(ctx, subjects)
		if err != nil {
			return nil, err
		}
		var changes []Change
		owned := make(map[store.Subject]chatOwner, len(records))
		for i := range records {
			r := &records[i]
			o, changed := ownerAfter(r, chats[r.Subject], at)
			owned[r.Subject] = o
			if changed {
				c, err := o.change(r, at)
				if err != nil {
					return nil, err
				}
				changes = append(changes, c)
			}
		}
		lost, err := in.commit(ctx, changes)
		if err != nil {
			return nil, err
		}
		for s, o := range owned {
			if lost[s] {
				continue
			}
			if o.hand(news, chats[s]) {
				parked = append(parked, s)
			}
			delete(chats, s)
		}
	}
	return nil, fmt.Errorf("finding the visitors of %d chats: %w", len(chats), errRecordsBusy)
}

// ownerAfter is what is known of a chat after some events, and whether it is to be written.
func ownerAfter(r *store.Record, events []event.Event, at time.Time) (o chatOwner, changed bool) {
	if DecodeState(r.State, &o) != nil {
		o = chatOwner{} // it is found out anew
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

func (o *chatOwner) change(r *store.Record, at time.Time) (Change, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return Change{}, fmt.Errorf("encoding %s: %w", r.Subject, err)
	}
	c := changeOf(r)
	c.NewRev, c.At, c.State, c.Due = at.UnixMicro(), at, body, o.Until
	return c, nil
}

// hand adds the events of a chat to the news of its visitors, and tells whether parked ones
// were among them. Where nobody is known, all of them are parked now.
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

// ParkedEvents tells how many events wait in each of some chats for it to be known whose they are. A chat without any is left out.
func (in intake) ParkedEvents(ctx context.Context, chats []store.Subject) (map[store.Subject]int, error) {
	records, err := in.store.Load(ctx, chats)
	parked := make(map[store.Subject]int)
	for i := range records {
		var o chatOwner
		if DecodeState(records[i].State, &o) == nil && o.Visitor == "" && len(o.Parked) > 0 {
			parked[records[i].Subject] = len(o.Parked)
		}
	}
	return parked, err
}

// unpark strikes out parked events that were taken in. Whoever parks one meanwhile, or strikes
// them out as well, is let go first: they are struck out with the chat's next event.
func (in intake) unpark(ctx context.Context, at time.Time, chats []store.Subject) error {
	if len(chats) == 0 {
		return nil
	}
	records, err := in.store.Load(ctx, chats)
	if err != nil {
		return err
	}
	var changes []Change
	for i := range records {
		r := &records[i]
		var o chatOwner
		if err := DecodeState(r.State, &o); err != nil || r.Rev == 0 || o.Visitor == "" {
			continue
		}
		o.Parked = nil
		c, err := o.change(r, at)
		if err != nil {
			return err
		}
		changes = append(changes, c)
	}
	_, err = in.commit(ctx, changes)
	return err
}
