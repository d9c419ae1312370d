package chatwoot_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
)

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/recent/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// recentOf is the one conversation of the files that is of an inbox of the table.
func recentOf(t *testing.T) *chatwoot.Recent {
	t.Helper()
	list, err := chatwoot.RecentOf(table(), readFile(t, "conversations.json"))
	if err != nil || len(list) != 1 || list[0].ID != 12 {
		t.Fatalf("got %+v, %v", list, err)
	}
	return &list[0]
}

func TestPathsOfRecent(t *testing.T) {
	t.Parallel()
	if got, want := table().RecentPath(90*time.Second+1), "/api/v1/accounts/3/conversations?status=all&updated_within=91"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	const messages = "/api/v1/accounts/3/conversations/12/messages"
	for before, want := range map[int64]string{0: messages, 345: messages + "?before=345"} {
		if got := table().MessagesPath(12, before); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// eventsSince are those of the conversation of the files.
func eventsSince(t *testing.T, since, at time.Time) adapter.Received {
	t.Helper()
	r := recentOf(t)
	if before, err := r.Read(readFile(t, "messages.json"), since); before != 0 || err != nil {
		t.Fatalf("there is more before %d: %v", before, err)
	}
	return r.Events(since, at)
}

// TestRecentFindsLostWebhooks has every event of the conversation, with the ids that its webhooks give: those that came are known.
func TestRecentFindsLostWebhooks(t *testing.T) {
	t.Parallel()
	got := eventsSince(t, arrival.Add(-2*time.Hour), arrival)
	type told struct {
		ID   string
		Type event.Type
		Time string
	}
	var found []told
	for _, item := range got.Items {
		if len(item.Faults) > 0 {
			t.Error(item.Faults)
		}
		found = append(found, told{item.Event.ID, item.Event.Type, item.Event.Time.Format(time.RFC3339Nano)})
		if item.Event.Source != "chatwoot:support" {
			t.Errorf("%s is from %s", item.Event.ID, item.Event.Source)
		}
	}
	want := []told{
		{"conversation-12-requested", event.ChatRequested, "2026-11-23T08:00:00Z"},
		{"message-345", event.ChatMessage, "2026-11-23T08:00:00Z"},
		{"message-344-chosen", event.ChatMessage, "2026-11-23T09:30:00Z"},
		{"message-346", event.ChatMessage, "2026-11-23T08:01:00Z"},
		{"message-347", event.AgentActive, "2026-11-23T08:01:01Z"},
		{"conversation-12-ended-after-348", event.ChatEnded, "2026-11-23T08:01:40.25Z"},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	webhooks := files[payloadFile](t, "events")
	for _, name := range []string{"conversation_created", "message_created", "message_created.agent"} {
		for _, e := range eventsOf(t, table(), webhooks[name].Payload, arrival) {
			if !slices.ContainsFunc(found, func(f told) bool { return f.ID == e.ID && f.Type == e.Type }) {
				t.Errorf("%s tells %s, and looking finds it nowhere", name, e.ID)
			}
		}
	}
}

// TestRecentTellsNothingOld looks once more a day later: ids are known for a day, and what is older must not come again.
func TestRecentTellsNothingOld(t *testing.T) {
	t.Parallel()
	later := arrival.Add(24 * time.Hour)
	if got := eventsSince(t, later.Add(-10*time.Minute), later); len(got.Items) > 0 || got.Ignored == "" {
		t.Errorf("got %+v", got)
	}
}

func TestWhatIsNoAnswerIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `[]`, `<html>`, `{"data":7}`} {
		if got, err := chatwoot.RecentOf(table(), []byte(body)); err == nil {
			t.Errorf("%q: got %+v", body, got)
		}
	}
	for _, body := range []string{``, `[]`, `{"payload":{}}`} {
		if got, err := recentOf(t).Read([]byte(body), arrival); err == nil {
			t.Errorf("%q: got %+v", body, got)
		}
	}
}
