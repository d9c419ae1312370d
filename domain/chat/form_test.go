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
	thanks := form(t, "Thank you, {{visitor.name|and bye}}")
	effects := chat.Form(thanks, e, chat.Scene{})
	if len(effects) != 2 || effects[0].Do.SendMessage.Text != "Thank you, and bye" || effects[0].Cause.Key() != "form:e1" {
		t.Fatalf("%+v", effects)
	}
	want := &chat.Ticket{Form: e.Data.Form, Department: "sales"}
	if diff := cmp.Diff(want, effects[1].Ticket); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(effects, chat.Form(thanks, e, chat.Scene{})); diff != "" {
		t.Errorf("twice: %s", diff)
	}
	named := chat.Scene{Values: func() map[string]string { return map[string]string{"visitor.name": "Ann"} }}
	if effects := chat.Form(thanks, e, named); effects[0].Do.SendMessage.Text != "Thank you, Ann" {
		t.Errorf("to Ann: %+v", effects)
	}
	for _, text := range []string{"", "{{agent.name}}"} {
		if effects := chat.Form(form(t, text), e, chat.Scene{}); len(effects) != 1 || effects[0].Ticket == nil {
			t.Errorf("%q: %+v", text, effects)
		}
	}
	if effects := chat.Form(thanks, said(t, "09:00:00", "request"), chat.Scene{}); effects != nil {
		t.Errorf("no form: %+v", effects)
	}
}

// form is a policy that confirms forms by a text.
func form(t *testing.T, text string) *chat.Policy {
	t.Helper()
	p, err := chat.Compile(chat.Rules{Form: text})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
