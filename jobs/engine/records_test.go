package engine

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
)

// storedRecords are the states of records as they lie in Redis, each with the file that holds how it is written. A file
// is never changed: a new form gets a new folder, and the old one must still be read.
func storedRecords() map[string]any {
	at := func(seconds float64) time.Time {
		return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).Add(time.Duration(seconds * float64(time.Second)))
	}
	spoken := trigger.Fired{At: at(6), Visit: "2", Earlier: []string{"1"}}
	return map[string]any{
		"testdata/v1/visitor.json": &visitorState{
			Visit: visit.State{
				Visits: []visit.Visit{
					{ID: "2", Arrived: at(5), Seen: at(30), Views: []uint32{7}},
					{ID: "1", Arrived: at(0), Seen: at(4), Left: at(4.5)},
				},
				Seen: at(31), Page: visit.Page{URL: "https://example.com/pricing", Title: "Pricing", Referrer: "https://example.com/", Since: at(5)},
				Elsewhere: at(2), Minimized: at(20), Department: visit.Word{Text: "sales", At: at(21)},
				Said: visit.Word{Text: "Hello?", At: at(22)}, ChatEnded: at(3),
				Attributes: map[string]visit.Attribute{"country": {Value: json.RawMessage(`"GB"`), At: at(5)}},
				Custom:     map[string]visit.Attribute{"plan": {Value: json.RawMessage(`"pro"`), At: at(5)}},
				Known:      []visit.Mark{{At: at(5), ID: 42}},
				Fired:      map[string]visit.Fired{"Welcome": {Fired: spoken, Count: 2}}, Proactive: spoken,
				Timers: []visit.Timer{{Trigger: "Help", Made: 9, Visit: "2", Chat: "c1", Event: "e7", Page: 8, Started: at(22), Due: at(52.25), Waits: true, Step: 1, Away: true, Back: 1}},
			},
			Chats: map[string]chat.State{"c1": {
				ID: "c1", Department: chat.Department{ID: "sales", At: at(22)}, Queue: chat.Queue{Position: new(3), At: at(23)},
				Agents: []chat.Switch{{Name: "lea", On: true, At: at(24)}}, Tags: []chat.Switch{{Name: "vip", On: true, At: at(25)}},
				Began: at(22), Requested: at(22), Asked: at(26), Answered: at(10), Joined: at(24), Bot: at(1), Ended: at(3),
				Request: chat.Moment{At: at(22), Event: "e7"}, Wrote: chat.Moment{At: at(26), Event: "e9"}, Handoff: chat.Moment{At: at(2), Event: "e2"},
				Waiting: []chat.Ask{{Moment: chat.Moment{At: at(22), Event: "e7"}, Request: true}, {Moment: chat.Moment{At: at(26), Event: "e9"}}},
				Progress: chat.Progress{
					Steps: map[string]time.Time{"30s": at(52)}, Next: chat.Rung{Step: "2m", Base: at(22), Due: at(142)},
					Rests:      []chat.Rest{{Step: "30s", Base: chat.Moment{At: at(22), Event: "e7"}, Action: 2, Due: at(62)}},
					Considered: at(26), Handoff: at(2), During: at(22), Outside: at(-3600), Closing: at(3600), Closed: at(-3600),
				},
			}},
			ForPages: []json.RawMessage{json.RawMessage(`{"specversion":"1.0","id":"message.send:acme:v1:5f","type":"message.send","source":"deskbell","time":"2026-11-23T12:00:06Z","data":{"visit":"2","text":"Hi"}}`)},
			Wakes:    map[string]time.Time{"c1": at(62)},
		},
		"testdata/v2/visitor.json": &visitorState{ // with a page for each visit and tab
			Visit: visit.State{
				Visits: []visit.Visit{{ID: "2", Arrived: at(5), Seen: at(30), Pages: 3}, {ID: "1", Arrived: at(0), Seen: at(4), Left: at(4.5)}},
				Tabs: []visit.Tab{
					{
						Visit: "2", ID: "a", Seen: at(30), Left: at(20), Minimized: at(21), Page: visit.Page{URL: "https://example.com/pricing#plans", Title: "Pricing", Since: at(30)},
						Views:   []visit.View{{At: at(29.5), URL: 7, Page: 7}, {At: at(30), URL: 8, Page: 7}},
						Earlier: visit.Earlier{Last: visit.View{At: at(6), URL: 9, Page: 9}, Since: at(5), Pages: 2},
					},
					{Visit: "1", Page: visit.Page{URL: "https://example.com/", Since: at(0)}, Views: []visit.View{{At: at(0), URL: 10, Page: 10}}},
				},
				Known:  []visit.Mark{{At: at(5), ID: 42}},
				Timers: []visit.Timer{{Trigger: "Help", Made: 9, Visit: "2", Tab: "a", Event: "e7", Page: 8, Started: at(30), Due: at(52.25)}},
			},
		},
		"testdata/v2/visitor_chat.json": &visitorState{ // of a chat that knows its visits
			Chats: map[string]chat.State{"c1": {
				ID: "c1", Began: at(22), Requested: at(22), Asked: at(26), Request: chat.Moment{At: at(22), Event: "e7"}, Wrote: chat.Moment{At: at(26), Event: "e9"},
				RequestedIn: chat.Place{Visit: "1", At: at(22)}, SpokenIn: chat.Place{Visit: "2", At: at(26)},
			}},
		},
		"testdata/v1/chat.json": &chatOwner{Visitor: "v1", Until: at(30 * 24 * 3600)},
		"testdata/v1/chat_parked.json": &chatOwner{Until: at(24 * 3600), Parked: []event.Event{{
			ID: "e8", Type: event.ChatMessage, Time: at(25.5), Source: event.DefaultSource,
			Data: event.Data{Property: "acme", Chat: "c1", From: event.FromAgent, Agent: "lea", Text: "Yes?"},
		}}},
		"testdata/v1/digest.json": &digestState{
			Digest: chat.Digest{
				After: at(-3600), Forms: chat.Tally{Count: 1, IDs: []string{"e1"}}, Messages: chat.Tally{Count: 1001, IDs: []string{"e2", "e3"}},
				Chats: []chat.Caller{{Chat: "c1", Visitor: "v1"}},
			},
			Due: at(3610),
		},
	}
}

// TestRecordsStillDecode holds that records which an older worker has left in Redis are still understood, and that an
// older worker understands what this one writes.
func TestRecordsStillDecode(t *testing.T) {
	t.Parallel()
	for file, want := range storedRecords() {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.New(reflect.TypeOf(want).Elem()).Interface()
		if err := json.Unmarshal(body, got); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s decodes otherwise (-want +got):\n%s", file, diff)
		}
		written, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(body)), string(written)); diff != "" {
			t.Errorf("%s is written otherwise now (-then +now):\n%s", file, diff)
		}
	}
}
