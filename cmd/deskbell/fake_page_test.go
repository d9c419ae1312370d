package main

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/adapter/chatwoot/fake"
)

// TestPageOfTheFakeChatwootInABrowser lets a visitor and an agent talk on it.
func TestPageOfTheFakeChatwootInABrowser(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) // a Monday
	f := fake.New(fake.Config{Now: func() time.Time { return at }})
	t.Cleanup(f.Close)
	account, err := f.AddAccount(0, "Shop")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.AddInbox(account, fake.Inbox{Name: "Website", HoursEnabled: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.AddAgent(account, fake.Agent{Name: "Léa"}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)

	b := newBrowser(t)
	b.device(1280, 900, "light")
	b.open(server.URL + "/")
	b.shows("#hours-now", "We are online.")
	b.shows("#hours", "Mon 09:00–17:00")
	b.shows("#agents", "Léa is offline")
	b.click("#bubble")
	b.await("the visitor's field", `document.activeElement.id`, func(id string) bool { return id == "visitor-text" })
	b.press("Hello?", "\r")
	b.shows("#visitor-messages", "Hello?")
	b.click("#conversations button")
	b.shows("#conversation-title", "Conversation 1, open")
	b.click("#agent-text")
	b.press("<b>How can I help?</b>", "\r") // a text, and not HTML
	b.shows("#visitor-messages", "<b>How can I help?</b>")
	b.click("#assign")
	b.shows("#agent-messages", "Assigned to Léa by Léa")
	b.click("#resolve")
	b.shows("#conversation-title", "Conversation 1, resolved")
	b.accessible("the fake Chatwoot")
	b.picture("fake-chatwoot")
	b.clean()
}
