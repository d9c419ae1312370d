package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// findOwners sorts events by visitor and by agent into the news. For events of chats it looks up, notes and parks. It gives the chats
// whose parked events are among the news: these stay parked until they are taken in, so that none is lost. Of a property
// that is not defined it notes and parks nothing.
func (in intake) findOwners(ctx context.Context, t *Taken, events []event.Event, news map[store.Subject][]event.Event) (parked []store.Subject, err error) {
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
		owned, changes, err := in.owners(ctx, t.At, chats)
		if err != nil {
			return nil, err
		}
		undefined, err := in.undefined(ctx, changes)
		if err != nil {
			return nil, err
		}
		changes = slices.DeleteFunc(changes, func(c Change) bool { return undefined[propertyOf(c.Subject)] })
		lost, err := in.commit(ctx, changes)
		if err != nil {
			return nil, err
		}
		for s, o := range owned {
			if lost[s] {
				continue
			}
			if property := propertyOf(s); undefined[property] && o.Visitor == "" {
				t.Dropped[store.PropertySubject(property)] += len(chats[s])
			} else if o.hand(news, chats[s]) {
				parked = append(parked, s)
			}
			delete(chats, s)
		}
	}
	return nil, fmt.Errorf("finding the visitors of %d chats: %w", len(chats), errRecordsBusy)
}

// owners gives the states of chats after some events, and the changes that write those that are new.
func (in intake) owners(ctx context.Context, at time.Time, chats map[store.Subject][]event.Event) (map[store.Subject]chatOwner, []Change, error) {
	records, err := in.store.Load(ctx, slices.Sorted(maps.Keys(chats)))
	if err != nil {
		return nil, nil, err
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
				return nil, nil, err
			}
			changes = append(changes, c)
		}
	}
	return owned, changes, nil
}

// undefined are the properties of changed chats that are not defined. Most events change no chat, and cost no query.
func (in intake) undefined(ctx context.Context, changes []Change) (map[string]bool, error) {
	var subjects []store.Subject
	for i := range changes {
		subjects = append(subjects, store.PropertySubject(propertyOf(changes[i].Subject)))
	}
	slices.Sort(subjects)
	if subjects = slices.Compact(subjects); len(subjects) == 0 {
		return nil, nil
	}
	records, err := in.store.Load(ctx, subjects)
	undefined := make(map[string]bool)
	for i := range records {
		if id, _ := records[i].Subject.Property(); records[i].Rev == 0 {
			undefined[id] = true
		}
	}
	return undefined, err
}

// propertyOf is the property of a chat.
func propertyOf(chat store.Subject) string {
	property, _, _ := chat.Chat()
	return property
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
