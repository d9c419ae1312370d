package engine

import (
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/wire"
)

// form is the form of a visitor's state in JSON.
func (s *visitorState) form(c *wire.Codec) {
	c.Object(func() {
		if c.Maybe("visit", !s.Visit.IsZero()) {
			s.Visit.Form(c)
		}
		wire.Map(c, "chats", &s.Chats, (*chat.State).Form)
		wire.List(c, "told", &s.ForPages, wire.Raw)
		wire.Map(c, "wakes", &s.Wakes, wire.Instant)
		c.MaybeTime("held", &s.Held)
		c.MaybeBool("chatting", &s.Chatting)
	})
}

// form is the form of a chat's record in JSON.
func (o *chatOwner) form(c *wire.Codec) {
	c.Object(func() {
		wire.MaybeText(c, "visitor", &o.Visitor)
		c.Time("until", &o.Until)
		wire.List(c, "parked", &o.Parked, parkedForm)
	})
}

// parkedForm is what the event's own methods make of it: few are parked.
func parkedForm(e *event.Event, c *wire.Codec) { c.Other(e) }
