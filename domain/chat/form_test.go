package chat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
)

func TestForm(t *testing.T) {
	t.Parallel()
	e := event.Event{ID: "e1", Type: event.FormSubmitted, Time: start(), Data: event.Data{
		Department: "sales", Form: event.Form{Kind: event.ContactForm, Fields: event.Values{"order": "17"}},
	}}
	effects := chat.Form(e, chat.Scene{Confirmation: "Thank you"})
	if len(effects) != 2 || effects[0].Do.SendMessage.Text != "Thank you" || effects[0].Cause.Key() != "form:e1" {
		t.Fatalf("%+v", effects)
	}
	want := &chat.Ticket{Form: e.Data.Form, Department: "sales"}
	if diff := cmp.Diff(want, effects[1].Ticket); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(effects, chat.Form(e, chat.Scene{Confirmation: "Thank you"})); diff != "" {
		t.Errorf("twice: %s", diff)
	}
	if effects := chat.Form(e, chat.Scene{}); len(effects) != 1 || effects[0].Ticket == nil {
		t.Errorf("unconfirmed: %+v", effects)
	}
	if effects := chat.Form(said(t, "09:00:00", "request"), chat.Scene{}); effects != nil {
		t.Errorf("no form: %+v", effects)
	}
}
