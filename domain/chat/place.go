package chat

import (
	"cmp"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// Place is a visit of the visitor, and when something was last done there.
type Place struct {
	Visit string    `json:"visit"`
	At    time.Time `json:"at"`
}

// or is the later of two places; one without a visit says nothing.
func (p Place) or(o Place) Place {
	if o.Visit == "" || cmp.Or(o.At.Compare(p.At), cmp.Compare(o.Visit, p.Visit)) < 0 {
		return p
	}
	return o
}

// places merges in which visits the chat was requested, and the visitor spoke last.
func (s *State) places(e event.Event, at time.Time) {
	here := Place{e.Data.Visit, at}
	switch {
	case e.Type == event.ChatRequested:
		s.RequestedIn = s.RequestedIn.or(here)
	case e.Type == event.ChatMessage && e.Data.From == event.FromVisitor:
		s.SpokenIn = s.SpokenIn.or(here)
	}
}
