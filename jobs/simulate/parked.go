package simulate

import (
	"context"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// ParkedChat is a chat without a known visitor, and how many of its events wait for one.
type ParkedChat struct {
	Property, Chat string
	Events         int
}

// Parked are the chats with events that have had no effect so far, by property and chat. Events wait for a day: those
// that waited in vain are counted, too. Without Config.Explain none are counted.
func (s *Simulation) Parked() []ParkedChat {
	var list []ParkedChat
	for _, subject := range slices.Sorted(maps.Keys(s.parked)) {
		property, chat, _ := subject.Chat()
		list = append(list, ParkedChat{Property: property, Chat: chat, Events: s.parked[subject]})
	}
	return list
}

// countParked counts anew for the chats of events that were taken in.
func (s *Simulation) countParked(ctx context.Context, events []event.Event) error {
	var chats []store.Subject
	for _, e := range events {
		if e.Data.Chat != "" {
			chats = append(chats, store.ChatSubject(e.Data.Property, e.Data.Chat))
		}
	}
	parked, err := s.ParkedEvents(ctx, chats)
	for _, chat := range chats {
		delete(s.parked, chat)
	}
	maps.Copy(s.parked, parked)
	return err
}
