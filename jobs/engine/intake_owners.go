package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// findOwners sorts events by visitor into the news. For events of chats it looks up, notes and parks.
// It gives the chats whose parked events are among the news: these stay parked until they are taken
// in, so that none is lost.
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

// ParkedEvents counts the events that are parked in each of some chats, since the visitor is not known. A chat without any is left out.
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

// unpark strikes out parked events that were taken in. When another worker writes the chat meanwhile,
// they stay, and are struck out with the chat's next event.
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
