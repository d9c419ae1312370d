package chat

import (
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Form answers a form.submitted: a confirmation to the visitor, and a ticket. Each is known by the event's id, so that
// the same event given twice is answered with the same effects. The hours do not matter: a form must not be lost
// because the widget opened meanwhile. Other events are answered with nothing.
func Form(p *Policy, e event.Event, scene Scene) []Effect {
	if e.Type != event.FormSubmitted {
		return nil
	}
	all := Effect{Chat: e.Data.Chat, At: e.Time.UTC(), Reason: Submitted, Cause: Cause{Rule: FormReceived, Event: e.ID}}
	var effects []Effect
	if text := p.form.Render(scene.values()); text != "" {
		confirmed := all
		confirmed.Do.SendMessage = &trigger.Message{Text: text}
		effects = append(effects, confirmed)
	}
	all.Ticket = &Ticket{Form: e.Data.Form, Department: e.Data.Department, Page: e.Data.Page}
	return append(effects, all)
}
