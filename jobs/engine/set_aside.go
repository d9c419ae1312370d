package engine

import (
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/store"
)

// setAside is the work of a batch that is left, since its properties have had their share.
type setAside struct {
	visitors map[store.Subject]bool
	chats    map[store.Subject]bool // of whom some of their events are: what is parked stays so
	events   map[string]bool        // by nameOf
	count    int                    // of events
}

func newSetAside() *setAside {
	return &setAside{make(map[store.Subject]bool), make(map[store.Subject]bool), make(map[string]bool), 0}
}

// nameOf tells an event from others of its batch. Where a sender has named two of a property alike, one that was decided on may be
// taken for one that was not, and is then found to have been heard.
func nameOf(e *event.Event) string { return e.Data.Property + " " + e.Source + " " + e.ID }

func (a *setAside) add(visitor store.Subject, events []event.Event) {
	a.visitors[visitor] = true
	a.count += len(events)
	for i := range events {
		e := &events[i]
		a.events[nameOf(e)] = true
		if e.Data.Chat != "" {
			a.chats[store.ChatSubject(e.Data.Property, e.Data.Chat)] = true
		}
	}
}
