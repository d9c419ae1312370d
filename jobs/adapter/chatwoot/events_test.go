package chatwoot_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/adapter"
	"github.com/deskbell/deskbell/jobs/adapter/chatwoot"
)

// eventsOf are the events of a payload, which must be good.
func eventsOf(t *testing.T, table *chatwoot.Table, payload []byte, at time.Time) (events []event.Event) {
	t.Helper()
	got, err := table.Events(adapter.Request{Body: payload, At: at})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range got.Items {
		if len(item.Faults) > 0 {
			t.Fatal(item.Faults)
		}
		events = append(events, item.Event)
	}
	return events
}

// TestEventsComeTwice has each payload come once more, a minute later: it is known by its ids.
func TestEventsComeTwice(t *testing.T) {
	t.Parallel()
	for name, f := range files[payloadFile](t, "events") {
		first, second := eventsOf(t, table(), f.Payload, arrival), eventsOf(t, table(), f.Payload, arrival.Add(time.Minute))
		ids := func(events []event.Event) (ids []string) {
			for _, e := range events {
				ids = append(ids, e.Source+" "+e.ID)
			}
			return ids
		}
		if !slices.Equal(ids(first), ids(second)) {
			t.Errorf("%s: %v, and then %v", name, ids(first), ids(second))
		}
		if all := ids(first); len(all) != len(slices.Compact(slices.Sorted(slices.Values(all)))) {
			t.Errorf("%s: two events have one id: %v", name, all)
		}
	}
}

// TestRequestsAreTheSame has a request told by every payload of a new conversation: it must be one event, whichever comes first.
func TestRequestsAreTheSame(t *testing.T) {
	t.Parallel()
	all := files[payloadFile](t, "events")
	var requests []string
	for _, name := range []string{"conversation_created", "conversation_created.second_message", "message_created"} {
		for _, e := range eventsOf(t, table(), all[name].Payload, arrival) {
			if e.Type == event.ChatRequested {
				body, err := json.Marshal(e)
				if err != nil {
					t.Fatal(err)
				}
				requests = append(requests, string(body))
			}
		}
	}
	if len(requests) != 3 || len(slices.Compact(requests)) != 1 {
		t.Errorf("got %s", strings.Join(requests, "\n"))
	}
}

// TestTwoChatwootsOfOneProperty keeps apart what has the same ids at both.
func TestTwoChatwootsOfOneProperty(t *testing.T) {
	t.Parallel()
	payload := files[payloadFile](t, "events")["message_created"].Payload
	other := table()
	other.Name = "sales"
	a, b := eventsOf(t, table(), payload, arrival), eventsOf(t, other, payload, arrival)
	for i := range a {
		if a[i].Source == b[i].Source || a[i].Data.Visitor == b[i].Data.Visitor || a[i].Data.Chat == b[i].Data.Chat || a[i].Data.Property != b[i].Data.Property {
			t.Errorf("got %+v and %+v", a[i], b[i])
		}
	}
}

// TestAVisitorHidesNothing gives the message of a visitor the mark of Deskbell's own.
func TestAVisitorHidesNothing(t *testing.T) {
	t.Parallel()
	payload := files[payloadFile](t, "events")["message_created"].Payload
	marked := strings.ReplaceAll(string(payload), `"content_attributes": {}`, `"content_attributes": {"deskbell": "x"}`)
	if marked == string(payload) {
		t.Fatal("the payload was not marked")
	}
	if got := eventsOf(t, table(), []byte(marked), arrival); len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

// TestOldEventsAreRefused: they are judged as those of all senders are.
func TestOldEventsAreRefused(t *testing.T) {
	t.Parallel()
	payload := files[payloadFile](t, "events")["message_created.agent"].Payload
	got, err := table().Events(adapter.Request{Body: payload, At: arrival.Add(event.MaxAge + 24*time.Hour)})
	if err != nil || len(got.Items) != 1 || len(got.Items[0].Faults) != 1 || got.Items[0].Faults[0].Path != "/time" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWhatIsNoPayloadIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `[]`, `"message_created"`, `{"event":7}`, `{"event":"message_created"`} {
		if got, err := table().Events(adapter.Request{Body: []byte(body), At: arrival}); err == nil {
			t.Errorf("%q: got %+v", body, got)
		}
	}
}

// FuzzEvents reads payloads of any form. Each makes events that every part of Deskbell takes, or says why it makes none.
func FuzzEvents(f *testing.F) {
	for _, seed := range []string{
		`{"event":"message_created","account":{"id":3},"id":1,"inbox":{"id":7},"message_type":"incoming","content":"a","conversation":{"id":1,"contact_inbox":{"contact_id":2,"source_id":"b"}}}`,
		`{"event":"message_updated","id":1,"inbox":{"id":7},"content_attributes":{"submitted_values":[{"title":"a","value":"department:b"}],"deskbell":"c"},"conversation":{"id":1,"meta":{"sender":{"id":2}}}}`,
		`{"event":"conversation_updated","inbox_id":7,"id":4,"updated_at":1795420800.5,"changed_attributes":[{"label_list":{"previous_value":["a"],"current_value":"b,c"}},{"assignee_id":{"previous_value":12,"current_value":null}}]}`,
		`{"event":"conversation_status_changed","inbox_id":7,"id":4,"status":"resolved","changed_attributes":[{"status":{"previous_value":"open","current_value":"resolved"}}],"messages":[{"id":-1}]}`,
		`{"event":"webwidget_triggered","inbox":{"id":7},"contact":{"id":1,"name":"\u0000","custom_attributes":{"\u200b":1,"a":1e400,"b":"\ud800"}},"source_id":"x y","event_info":{"browser":[],"referer":7}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := table().Events(adapter.Request{Body: body, At: arrival})
		if err != nil {
			return
		}
		if (len(got.Items) == 0) != (got.Ignored != "") {
			t.Fatalf("%d events, ignored for %q", len(got.Items), got.Ignored)
		}
		for _, item := range got.Items {
			for _, fault := range item.Faults {
				if fault.Path != "/time" && fault.Path != "/data/department" && fault.Path != "" {
					t.Fatalf("%v of %s", item.Faults, body)
				}
			}
		}
	})
}
