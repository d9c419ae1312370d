package simulate

import (
	"context"
	"maps"
	"slices"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// ParkedChat is a chat of which nobody has said whose it is, and how many of its events wait for that.
type ParkedChat struct {
	Property, Chat string
	Events         int
}

// Parked are the chats whose events have come to nothing so far, by property and chat. Events wait for a day: those that
// waited in vain are among them. Without SimulationConfig.Explain nobody counts them.
func (s *Simulation) Parked() []ParkedChat {
	var list []ParkedChat
	for _, subject := range slices.Sorted(maps.Keys(s.parked)) {
		property, chat, _ := subject.Chat()
		list = append(list, ParkedChat{Property: property, Chat: chat, Events: s.parked[subject]})
	}
	return list
}

// countParked looks at the chats of events that were taken in.
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
