package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestChatsAtTheEndOfTheHours has requests that no agent answers wait at five o'clock, in one
// property for each case, with a request for a department that closed before, a chat that a bot
// hands over, and messages in hours and after.
func TestChatsAtTheEndOfTheHours(t *testing.T) {
	t.Parallel()
	property := func(rest string) string {
		return `{"language": "fr", "schedule": "daily 9-17", "auto_replies": {"during": "In a moment", "outside": "Back {{next_open}}", "handoff": "A person: {{next_open|soon}}"}, "triggers": []` + rest + `}`
	}
	texts := []string{
		`"keep": ` + property(``),
		`"reply": ` + property(`, "widget": {"waiting_at_close": "reply"}`),
		`"message": ` + property(`, "widget": {"waiting_at_close": "message"}`),
		`"taken": ` + property(`, "widget": {"waiting_at_close": "message"}`),
		`"guarded": ` + property(`, "departments": {"sales": {"name": "Sales", "schedule": "daily 9-12"}, "support": {"name": "Support"}}`),
		`"bot": ` + property(``),
		`"always": {"auto_replies": {"during": "In a moment", "outside": "Closed"}, "triggers": []}`,
	}
	b := newBundle(t, setup{clock: morning(16, 55)})
	s := simulation(t, b.clock.now(), 3)
	b.define(`{"properties": {` + strings.Join(texts, ",") + `}}`)
	s.define(`{"properties": {` + strings.Join(texts, ",") + `}}`)
	s.must(s.Settle(t.Context()))
	b.worker()
	b.worker()
	b.quiet()
	send := func(kind event.Type, data event.Data) {
		data.Visitor, data.Chat = "v1", "c1"
		e := event.New(kind, data)
		e.ID, e.Time = fmt.Sprintf("%s-%s-%s", data.Property, kind, b.clock.now().Format("15.04")), b.clock.now().UTC().Truncate(time.Millisecond)
		b.send(e, e)
		s.take(e, e)
	}
	waits := func(n int) {
		t.Helper()
		redistest.Wait(t, fmt.Sprint(n, " actions"), func() bool { return len(b.visitorActions()) >= n })
		b.quiet()
	}
	for _, p := range []string{"keep", "reply", "message", "taken", "bot"} {
		unknown := event.Attributes{Language: map[string]string{"reply": "tlh", "message": "*", "taken": "!!"}[p]}
		send(event.ChatRequested, event.Data{Property: p, Bot: p == "bot", Attributes: unknown})
	}
	send(event.ChatRequested, event.Data{Property: "guarded", Department: "sales"})
	send(event.ChatAgentJoined, event.Data{Property: "taken", Agent: "lea"})
	send(event.ChatMessage, event.Data{Property: "keep", From: event.FromVisitor, Text: "Hello?"})
	send(event.ChatMessage, event.Data{Property: "always", From: event.FromVisitor, Text: "Hello?"})
	waits(2)
	b.crosses(morning(17, 0))
	s.until(morning(17, 0))
	waits(5)
	b.clock.set(morning(17, 3))
	send(event.ChatHandoff, event.Data{Property: "bot"})
	for _, p := range []string{"keep", "reply", "taken"} {
		send(event.ChatMessage, event.Data{Property: p, From: event.FromVisitor, Text: "Is anybody there?"})
	}
	waits(8)

	want := []string{
		"bot auto_reply.handoff: A person: demain à 09:00",
		"guarded auto_reply.outside: Back demain à 09:00 [{support Support}]",
		"keep auto_reply.during: In a moment",
		"keep auto_reply.outside: Back demain à 09:00",
		"message waiting_at_close: Back demain à 09:00",
		"message waiting_at_close: a ticket",
		"reply waiting_at_close: Back demain à 09:00",
		"taken auto_reply.outside: Back demain à 09:00",
	}
	says := func(list []visitorAction) []string {
		var said []string
		for _, a := range list {
			text := a.data.Text
			if a.data.Ticket != nil {
				text = "a ticket"
			}
			if a.data.Departments != nil {
				text += fmt.Sprint(" ", a.data.Departments)
			}
			said = append(said, fmt.Sprintf("%s %s: %s", a.data.Property, a.data.Rule, text))
		}
		slices.Sort(said)
		return said
	}
	if diff := cmp.Diff(want, says(b.visitorActions())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, says(s.visitorActions())); diff != "" {
		t.Errorf("simulated: %s", diff)
	}
}
