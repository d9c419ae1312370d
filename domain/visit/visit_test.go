package visit_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
)

// TestStartsAreEvents: the events that triggers start at by name are sent by applications, or mean that nothing
// happens.
func TestStartsAreEvents(t *testing.T) {
	t.Parallel()
	lasting := []string{"page.unchanged", "chat.unanswered", "chat.idle"}
	for _, start := range trigger.Starts() {
		known := slices.Contains(event.Types(), event.Type(start.Name))
		if known == slices.Contains(lasting, start.Name) || known == start.After {
			t.Errorf("%s: an event is %t, lasting is %t", start.Name, known, start.After)
		}
	}
	for _, kind := range trigger.Types() {
		tr := trigger.Trigger{Type: kind}
		if kind != trigger.Advanced && !slices.Contains(event.Types(), event.Type(tr.Start())) {
			t.Errorf("%s starts at %s, which is no event", kind, tr.Start())
		}
	}
}

// TestEveryStartStarts: at an event of its type, and at no other.
func TestEveryStartStarts(t *testing.T) {
	t.Parallel()
	for _, start := range trigger.Starts() {
		tr := trigger.Trigger{Name: "T", Type: trigger.Advanced, On: start.Name, Message: "hi", WhileChatting: !start.Chat}
		if start.After {
			tr.After = 60e9
		}
		if start.Named {
			tr.Event = "x"
		}
		policy, err := visit.Compile(visit.Definition{Triggers: []trigger.Trigger{tr}})
		if err != nil {
			t.Fatal(err)
		}
		var by []string
		for _, kind := range event.Types() {
			e := event.Event{ID: "e", Type: kind, Time: second("0"), Data: event.Data{
				Visit: "1", Chat: "c1", Name: "x", From: event.FromVisitor, Page: event.Page{URL: "/a"},
			}}
			c := visit.Chat{Asked: e.Time, Spoke: e.Time, Waiting: e.Time}
			scene := visit.Scene{Widget: visit.Widget{Status: "online"}, Chats: map[string]visit.Chat{"c1": c}}
			var s visit.State
			s.Merge(e)
			if d := visit.Decide(policy, s, []event.Event{e}, scene, e.Time); len(d.Effects)+len(d.State.Timers) > 0 {
				by = append(by, string(kind))
			}
		}
		want := map[string]string{
			"page.viewed": "visitor.arrived page.viewed", "page.unchanged": "visitor.arrived page.viewed",
			"chat.unanswered": "chat.requested chat.message chat.handoff", "chat.idle": "chat.requested chat.message",
		}[start.Name]
		if want == "" {
			want = start.Name
		}
		if got := strings.Join(by, " "); got != want {
			t.Errorf("%s starts at %q, want %q", start.Name, got, want)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	var definition visit.Definition
	if err := json.Unmarshal([]byte(`{
		"Shortcuts": {"prices": {"text": "Prices of {{property.name}}, {{visitor.name|you}}", "attachments": [{"link": "https://example.com/prices"}]}},
		"Triggers": [{"name": "T", "type": "advanced", "on": "chat.requested", "actions": [
			{"send_message": {"shortcut": "prices", "suggested": ["Yes"], "sender": {"name": "Léa"}}},
			{"add_note": "{{visitor.name}} asks {{agent.name|nobody}} of {{department}} on {{page.title}}"},
			{"notify": {"text": "Back {{next_open|some day}}", "agents": ["lea"]}},
			{"replace_note": "as {{visitor.name}} was"}, {"set_name": "{{visitor.name}}"}]}]
	}`), &definition); err != nil {
		t.Fatal(err)
	}
	policy, err := visit.Compile(definition)
	if err != nil {
		t.Fatal(err)
	}
	var s visit.State
	e := event.Event{ID: "e", Type: event.ChatRequested, Time: second("0"), Data: event.Data{
		Chat: "c1", Department: "sales", Attributes: event.Attributes{Name: "Ann", Language: "pt-BR"},
	}}
	s.Merge(event.Event{ID: "p", Type: event.PageViewed, Time: second("-1"), Data: event.Data{Visit: "1", Page: event.Page{URL: "/a", Title: "Start"}}})
	s.Merge(e)
	scene := visit.Scene{
		Property: "ACME", Departments: map[string]visit.Department{"sales": {Name: "Sales"}}, Widget: visit.Widget{Status: "online"},
		NextOpen: func(_, language string) string { return "tomorrow, in " + language },
		Chats:    map[string]visit.Chat{"c1": {Asked: e.Time, Agent: "Tom"}},
	}
	d := visit.Decide(policy, s, []event.Event{e}, scene, e.Time)
	var got []trigger.Action
	for i, f := range d.Effects {
		got = append(got, f.Do)
		if f.Chat != "c1" || f.Visit != "1" || f.Reason != "chat.requested" || f.Cause != (visit.Cause{Trigger: "T", Event: "e", Index: i}) {
			t.Errorf("%+v", f)
		}
	}
	want := []trigger.Action{
		{SendMessage: &trigger.Message{Text: "Prices of ACME, Ann", Sender: trigger.Sender{Name: "Léa"}, Suggested: []string{"Yes"}}},
		{AddNote: "Ann asks Tom of Sales on Start"},
		{Notify: &trigger.Notify{Text: "Back tomorrow, in pt-BR", Agents: []string{"lea"}}},
		{ReplaceNote: "as Ann was"},
		{SetName: "{{visitor.name}}"}, // no text with placeholders
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if a := d.Effects[0].Attachments; len(a) != 1 || a[0].Link != "https://example.com/prices" {
		t.Errorf("attachments %+v", a)
	}
	if m := definition.Triggers[0].Actions[0].SendMessage; m.Shortcut != "prices" || m.Text != "" {
		t.Errorf("the definition has become %+v", m)
	}
}

// TestAChatSpeaksToItsVisit: what belongs to a chat goes to the visit in which it was requested, else to the one that spoke
// in it last.
func TestAChatSpeaksToItsVisit(t *testing.T) {
	t.Parallel()
	const (
		says   = `{"name":"T","type":"advanced","on":"chat.message","message":"hi","frequency":"every_time"}`
		rescue = `{"name":"T","type":"rescue","delay":"30s","message":"hi"}`
		closes = `{"name":"T","type":"advanced","on":"visitor.custom","event":"won","actions":[{"close_chat":true}]}`
		titled = `{"name":"T","type":"advanced","on":"chat.message","message":"hi","conditions":[{"field":"page.path","is":"/a"}]}`
	)
	for _, tt := range []struct{ name, trigger, story, want string }{
		{"of the request", says, "0 arrive #x1; 1 ask #x1; 2 arrive #x2; 3 say hello", "x1"},
		{"of a request that names none", says, "0 arrive #x1; 1 ask; 2 arrive #x2; 3 say hello", "x1"},
		{"also when another visit speaks", says, "0 arrive #x1; 1 ask #x1; 2 arrive #x2; 3 say hello #x2", "x1"},
		{"unless the first is over", says, "0 arrive #x1; 1 ask #x1; 2 leave #x1; 2 arrive #x2; 3 say hello #x2", "x2"},
		{"or silent for half an hour", says, "0 arrive #x1; 1 ask #x1; 2000 arrive #x2; 2001 say hello #x2", "x2"},
		{"of the message, where no request names one", says, "0 arrive #x1; 1 ask; 2 arrive #x2; 3 say hello #x2", "x2"},
		{"of the last message", says, "0 arrive #x1; 1 say hello #x1; 2 arrive #x2; 3 say hello", "x1, x1"},
		{"the latest, where nobody knows", says, "0 arrive #x1; 2 arrive #x2; 3 say hello", "x2"},
		{"of the request that comes late", rescue, "0 arrive #x1; 1 ask #x1; 2 arrive #x2; 31 wake", "x1"},
		{"a trigger of no chat that closes one", closes, "0 arrive #x1; 1 ask #x1; 2 arrive #x2; 3 custom won #x2", "x1"},
		{"its page", titled, "0 view /a #x1; 1 ask #x1; 2 view /b #x2; 3 say hello", "x1"},
		{"its page, and not another's", titled, "0 view /b #x1; 1 ask #x1; 2 view /a #x2; 3 say hello", ""},
	} {
		s := newStory(t, "["+tt.trigger+"]")
		for line := range strings.SplitSeq(tt.story, "; ") {
			s.tell(line)
		}
		if got := strings.Join(s.visits, ", "); got != tt.want {
			t.Errorf("%s: to %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestARequestThatComesLate: a message came before the request did, and it waits for its delay.
func TestARequestThatComesLate(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[{"name":"T","type":"advanced","on":"chat.message","delay":"10s","message":"hi"}]`)
	for _, line := range []string{"0 arrive #x1", "2 arrive #x2", "3 say hello", "4@1 ask #x1", "13 wake"} {
		s.tell(line)
	}
	if got := strings.Join(s.visits, " "); got != "x1" {
		t.Errorf("to %q", got)
	}
}

// TestUnknownChat: no message goes into a chat that is not known any more.
func TestUnknownChat(t *testing.T) {
	t.Parallel()
	s := newStory(t, `[{"name":"T","type":"rescue","delay":"30s","message":"hi"}]`)
	s.tell("0 ask")
	s.scene.Chats = nil
	s.tell("1 wake")
	if diff := cmp.Diff([]string{"1 T chat_ended"}, s.done); diff != "" {
		t.Error(diff)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		trigger trigger.Trigger
		want    string
	}{
		{trigger.Trigger{Name: "T", Shortcut: "prices"}, `compiling the trigger "T": looking up the shortcut "prices": there is none of that name`},
		{trigger.Trigger{Name: "T", Message: "{{nobody}}"}, `compiling the trigger "T": "nobody" is not a placeholder`},
		{trigger.Trigger{Name: "T", Conditions: []trigger.Condition{{Field: "x", Operator: "is", Value: []byte(`1`)}}}, `compiling the trigger "T": /conditions/0/field: "x" is not a field`},
	} {
		_, err := visit.Compile(visit.Definition{Triggers: []trigger.Trigger{tt.trigger}})
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// TestStoredForm holds the JSON of states against files that are never edited: states like them lie in Redis. A new form
// gets a new folder. The second knows time within hours, the third a page for each visit, the fourth the last text of each
// chat, and what Deskbell did to the visitor.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	s := newStory(t, busy)
	for _, line := range []string{"0 arrive", "1 view /a GB", "2 view /b", "3 max", "4 min", "5 ask", "6 say the price?", "7 end c2", "8 leave"} {
		s.tell(line)
	}
	s.state.Merge(event.Event{ID: "d", Type: event.DepartmentChosen, Time: second("9"), Data: event.Data{
		Department: "sales", Attributes: event.Attributes{Custom: event.Values{"plan": "pro"}},
	}})
	before := s.state
	before.Texts = nil
	s.decodes("testdata/v3/busy.json", before)
	s.state.Did(trigger.Action{SetName: "Bob"}, "", second("10"))
	s.state.Did(trigger.Action{AddTag: "buyer"}, "", second("11"))
	s.state.Did(trigger.Action{RemoveTag: "new"}, "", second("12"))
	s.sameForm("testdata/v4/busy.json")

	s = newStory(t, `[{"name":"T","type":"rescue","delay":"2h","when_closed":"defer","message":"hi"},
		{"name":"U","type":"advanced","on":"chat.unanswered","after":"4h","count":"open_hours","message":"hi"}]`)
	for line := range strings.SplitSeq(seconds("16:00 ask; 18:00 wake"), "; ") {
		s.at(line, hours.Gate{Hours: open(t, "mon-fri 9-17")}, hours.Gate{})
		s.scene.Chats["c1"] = visit.Chat{Waiting: s.scene.Chats["c1"].Waiting}
		s.tell(line)
	}
	s.sameForm("testdata/v2/within_hours.json")
}

// busy are the triggers of the visitor in the files of that name.
const busy = `[{"name":"T","type":"site","message":"hi"},{"name":"U","type":"advanced","on":"page.unchanged","after":"60s","message":"hi"},
	{"name":"W","type":"advanced","on":"chat.requested","actions":[{"add_tag":"a"},{"wait":"1h"},{"add_tag":"b"}]}]`

// TestOlderStatesGoOn: a timer in a state of an earlier version, which knew one page for all visits, goes on or ends as it
// would have. The visitor opened /b at 2 seconds, and left at 8.
func TestOlderStatesGoOn(t *testing.T) {
	t.Parallel()
	for story, want := range map[string]string{
		"50 max; 62 wake":                          "62 U hi",
		"62 wake":                                  "62 U hi", // a visitor without a visit chose a department at 9 seconds
		"10 leave; 62 wake":                        "62 U visitor_left",
		"50 view /c; 110 wake":                     "50 U other_page; 110 U hi",
		"50 view /b; 62 wake; 110 wake":            "50 U superseded; 110 U hi",
		"50 view /c #2; 51 max; 62 wake; 110 wake": "62 U hi; 110 U frequency",
		"50 max; 51 leave #2; 62 wake":             "62 U hi",
		"50 max #; 62 wake":                        "62 U hi",
		"50 arrive #2; 51 max #2; 51 max; 62 wake": "50 T frequency; 62 U hi",
	} {
		s := newStory(t, busy)
		body, err := os.ReadFile("testdata/v1/busy.json")
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(strings.NewReader(string(body)))
		decoder.DisallowUnknownFields() // else a field that was renamed is lost in silence
		if err := decoder.Decode(&s.state); err != nil {
			t.Fatal(err)
		}
		s.scene.Chats["c1"] = visit.Chat{Ended: second("7")} // of W, which is of no interest here
		s.events = 100                                       // those of the file are known
		for line := range strings.SplitSeq(story, "; ") {
			s.tell(line)
		}
		s.done = slices.DeleteFunc(s.done, func(line string) bool { return strings.Contains(line, " W ") })
		if got := strings.Join(s.done, "; "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", story, got, want)
		}
	}
}

func (s *story) sameForm(file string) {
	t := s.t
	t.Helper()
	got, err := json.MarshalIndent(s.stored(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("it encodes otherwise (-want +got):\n%s", diff)
	}
	s.decodes(file, s.stored())
}

// decodes holds that a file is read as a state.
func (s *story) decodes(file string, want visit.State) {
	t := s.t
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var decoded visit.State
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields() // else a field that was renamed is lost in silence
	if err := decoder.Decode(&decoded); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, decoded, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s decodes otherwise (-want +got):\n%s", file, diff)
	}
}
