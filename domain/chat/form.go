package chat

import (
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Form answers a form.submitted: a confirmation to the visitor, and a ticket. Each is known by the event's id, so that
// the same event given twice is answered with the same effects. The hours do not matter: what a visitor has sent must
// not be lost because the widget opened meanwhile. Other events are answered with nothing.
func Form(p *Policy, e event.Event, scene Scene) []Effect {
	if e.Type != event.FormSubmitted {
		return nil
	}
	all := Effect{Chat: e.Data.Chat, At: e.Time.UTC(), Reason: Submitted, Cause: Cause{Rule: FormReceived, Event: e.ID}}
	var effects []Effect
	if text := p.form.Render(scene.Values); text != "" {
		confirmed := all
		confirmed.Do.SendMessage = &trigger.Message{Text: text}
		effects = append(effects, confirmed)
	}
	all.Ticket = &Ticket{Form: e.Data.Form, Department: e.Data.Department, Page: e.Data.Page}
	return append(effects, all)
}

// ItemKind is a kind of thing that comes in while a property is closed.
type ItemKind string

// The kinds.
const (
	FormItem    ItemKind = "form"
	ChatItem    ItemKind = "chat"
	MessageItem ItemKind = "message"
)

// Item is one thing that an opening digest counts.
type Item struct {
	Kind ItemKind `json:"kind"`
	ID   string   `json:"id"`             // of the chat; of the event, for forms and messages. It counts once
	Chat string   `json:"chat,omitempty"` // of a form or message, where it has one
}

// Incoming is what an event adds to the digest of the closed time in which it happened.
func Incoming(e event.Event) (Item, bool) {
	switch {
	case e.Type == event.FormSubmitted:
		return Item{FormItem, e.ID, e.Data.Chat}, true
	case e.Type == event.ChatRequested:
		return Item{Kind: ChatItem, ID: e.Data.Chat}, true
	case e.Type == event.ChatMessage && e.Data.From == event.FromVisitor:
		return Item{MessageItem, e.ID, e.Data.Chat}, true
	}
	return Item{}, false
}
