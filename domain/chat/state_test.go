package chat_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

func TestWhatIsKnown(t *testing.T) {
	t.Parallel()
	var s chat.State
	merge := func(events ...string) {
		for _, e := range events {
			what, at, _ := strings.Cut(e, "@")
			s.Merge(said(t, at, what))
		}
	}
	merge("queued@09:00:10", "request sales@09:00:00")
	if s.Department.ID != "sales" || s.Queue.Position == nil || !s.Going() || !s.WaitingSince().Equal(clock(t, "09:00:00")) {
		t.Errorf("waiting: %+v", s)
	}
	merge("join@09:00:20")
	if s.Queue.Position != nil || s.Agent() != "lea" || s.WaitingSince().IsZero() {
		t.Errorf("joined: %+v", s)
	}
	merge("visitor@09:00:30", "agent@09:00:40")
	if !s.WaitingSince().IsZero() {
		t.Errorf("answered: %+v", s)
	}
	merge("leave@09:01:00")
	if s.Agent() != "" {
		t.Errorf("left: %+v", s)
	}
	merge("assign@09:01:10", "ended@09:02:00")
	if s.Agent() != "" || s.Going() {
		t.Errorf("ended: %+v", s)
	}
	merge("visitor@09:03:00")
	if !s.Going() || !s.WaitingSince().Equal(clock(t, "09:03:00")) {
		t.Errorf("going on: %+v", s)
	}
	merge("request bot@09:04:00")
	if !s.BotAnswers() || !s.WaitingSince().IsZero() {
		t.Errorf("a bot's: %+v", s)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	var s chat.State
	for i, d := range []event.Data{{Added: []string{"b", "a"}}, {Removed: []string{"b"}}, {Added: []string{"c"}}} {
		d.Chat = "c1"
		s.Merge(event.Event{ID: fmt.Sprint(i), Type: event.ChatTagged, Time: start().Add(time.Duration(i)), Data: d})
	}
	if diff := cmp.Diff([]string{"a", "c"}, s.TagNames()); diff != "" {
		t.Error(diff)
	}
}

func TestOtherChatsSayNothing(t *testing.T) {
	t.Parallel()
	s := chat.State{ID: "c2"}
	s.Merge(said(t, "09:00:00", "request"))
	if diff := cmp.Diff(chat.State{ID: "c2"}, s); diff != "" {
		t.Error(diff)
	}
	s.Merge(event.Event{Type: event.PageViewed, Time: start()})
	if diff := cmp.Diff(chat.State{ID: "c2"}, s); diff != "" {
		t.Error(diff)
	}
}

// TestSize fills a chat up to its bounds.
func TestSize(t *testing.T) {
	t.Parallel()
	var s chat.State
	for i := range 1000 {
		at := start().Add(time.Duration(i) * time.Second)
		id := fmt.Sprintf("%036d", i)
		agent := fmt.Sprintf("agent-%d", i)
		for _, e := range []event.Event{
			{Type: event.ChatMessage, Data: event.Data{From: event.FromVisitor, Text: strings.Repeat("x", 8000)}},
			{Type: event.ChatRequested},
			{Type: event.ChatAssigned, Data: event.Data{Agent: agent}},
			{Type: event.ChatTagged, Data: event.Data{Added: []string{"tag " + agent}}},
		} {
			e.ID, e.Time, e.Data.Chat = id, at, "c1"
			s.Merge(e)
		}
	}
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) > 8<<10 {
		t.Errorf("%d bytes", len(body))
	}
	t.Logf("%d bytes", len(body))
}

// TestWireForm holds the JSON of states against files that are never edited: states like these lie in Redis. A new form
// gets a new folder. The second knows time within hours, the third the messages of triggers, and the
// fourth who has the chat.
func TestWireForm(t *testing.T) {
	t.Parallel()
	var s chat.State
	for _, e := range []event.Event{
		said(t, "09:00:00", "request sales"), said(t, "09:00:05", "queued"), said(t, "09:00:10", "join"), said(t, "08:00:00", "agent"),
		said(t, "07:00:00", "ended"), said(t, "07:30:00", "handoff"), said(t, "09:00:20", "visitor"), said(t, "06:00:00", "request bot"),
		{Type: event.ChatTagged, Time: clock(t, "09:00:25"), Data: event.Data{Chat: "c1", Added: []string{"vip"}, Removed: []string{"new"}}},
	} {
		s.Merge(e)
	}
	at := clock(t, "09:00:30")
	s.Progress = chat.Progress{
		Steps: map[string]time.Time{"30s": at}, Next: chat.Rung{Step: "2m", Base: s.Began, Due: at},
		Rests:      []chat.Rest{{Step: "30s", Base: s.Request, Action: 1, Due: at}},
		Considered: at, Handoff: at, During: at, Outside: at, Closing: at, Closed: at,
	}
	sameForm(t, "testdata/v1/chat.json", s)
	s.Progress.Warned, s.Progress.Snoozed = at, chat.Snoozed{At: at, Until: at.Add(time.Hour)}
	s.Progress.Deferred = map[string]time.Time{"2m": s.Began}
	s.Progress.Rests = []chat.Rest{{Step: "30s", Base: s.Request, Action: 1, Due: at, From: s.Began, For: hours.Duration(30 * time.Second), Deferred: true}}
	sameForm(t, "testdata/v2/chat.json", s)
	s.Did(trigger.Action{SendMessage: &trigger.Message{Text: "hi"}}, at)
	s.Did(trigger.Action{AddTag: "buyer"}, at)
	s.Department = chat.Department{ID: "support", At: at}
	sameForm(t, "testdata/v3/chat.json", s)
	s.Merge(said(t, "09:00:12", "assign"))
	s.Progress.Called, s.Progress.Passed, s.Progress.ShiftEnd = chat.Called{Base: s.Began, After: hours.Duration(time.Minute)}, s.Began, at
	s.Progress.Given = chat.Holder{Agent: "tom", At: at}
	s.Progress.Tried = []chat.Holder{{Agent: "lea", At: at}, s.Progress.Given}
	sameForm(t, "testdata/v4/chat.json", s)
	s.Did(trigger.Action{SetDepartment: "support"}, at)
	sameForm(t, "testdata/v5/chat.json", s)
}

func sameForm(t *testing.T, file string, s chat.State) {
	t.Helper()
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(golden), string(encoded)+"\n"); diff != "" {
		t.Errorf("encodes otherwise (-want +got):\n%s", diff)
	}
	var decoded chat.State
	decoder := json.NewDecoder(strings.NewReader(string(golden)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, decoded); diff != "" {
		t.Errorf("decodes otherwise (-want +got):\n%s", diff)
	}
}
