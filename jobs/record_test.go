package jobs_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

// TestARecordForgetsNothingInSilence fills one record over each of its limits: what actions add is held back, what events bring is
// forgotten, and each is said.
func TestARecordForgetsNothingInSilence(t *testing.T) {
	t.Parallel()
	noon := morning(12, 0)
	var tags []string
	for n := range trigger.MostTags {
		tags = append(tags, fmt.Sprint("t", n))
	}
	custom := func(from, n int) event.Values {
		values := make(event.Values)
		for k := range n {
			values[fmt.Sprint("k", from+k)] = "x"
		}
		return values
	}
	visits := func(n int, what string) (list []event.Event) {
		for i := range n {
			list = append(list, happens(noon.Add(time.Duration(i)*time.Second), event.VisitorCustom, event.Data{Name: what}))
		}
		return list
	}
	tagged := func(second int, added ...string) event.Event {
		return happens(noon.Add(time.Duration(second)*time.Second), event.ChatTagged, event.Data{Chat: "c1", Added: added})
	}
	updated := func(second int, a event.Attributes) event.Event {
		return happens(noon.Add(time.Duration(second)*time.Second), event.VisitorUpdated, event.Data{Attributes: a})
	}
	var chats []event.Event
	for n := range trigger.MostChats + 2 {
		chats = append(chats, happens(noon.Add(time.Duration(n)*time.Second), event.ChatRequested, event.Data{Chat: fmt.Sprint("c", n)}))
	}
	const triggers = `{"name": "Tag", "type": "advanced", "on": "visitor.custom", "event": "tag", "frequency": "every_time", "actions": [{"add_tag": "one more"}]},
		{"name": "Known", "type": "advanced", "on": "visitor.custom", "event": "tag", "frequency": "every_time", "actions": [{"add_tag": "t7"}]},
		{"name": "Note", "type": "advanced", "on": "visitor.custom", "event": "note", "frequency": "every_time", "actions": [{"add_note": "seen"}]},
		{"name": "Fresh", "type": "advanced", "on": "visitor.custom", "event": "fresh", "frequency": "every_time", "actions": [{"replace_note": "one"}]}`
	for name, c := range map[string]struct {
		events []event.Event
		want   map[string]int // by the action's type, or why it was held back and by which trigger or rule
	}{
		"tags": {append([]event.Event{updated(-1, event.Attributes{Tags: tags})}, visits(2, "tag")...),
			map[string]int{"tags_full Tag": 2, "tag.add": 2}},
		"notes": {append(visits(trigger.MostNotes+3, "note"), happens(noon.Add(time.Hour), event.VisitorCustom, event.Data{Name: "fresh"}),
			happens(noon.Add(2*time.Hour), event.VisitorCustom, event.Data{Name: "note"})),
			map[string]int{"note.add": trigger.MostNotes + 1, "notes_full Note": 3, "note.replace": 1}},
		"attributes": {[]event.Event{updated(0, event.Attributes{Custom: custom(0, 60)}), updated(1, event.Attributes{Custom: custom(40, 60)}), updated(2, event.Attributes{Custom: custom(80, 30)})},
			map[string]int{"attributes_full record": 1}},
		"chats":           {chats, map[string]int{"chats_full record": 2}},
		"tags of a chat":  {[]event.Event{asks(noon, "", ""), tagged(1, tags...), tagged(2, "more", "t1")}, map[string]int{"tags_full record": 1}},
		"a tag by a step": {[]event.Event{asks(noon, "", ""), tagged(1, tags...)}, map[string]int{"tags_full rescue": 1, "note.add": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rescue := ""
			if name == "a tag by a step" {
				rescue = `"rescue": [{"after": "1m", "actions": [{"add_tag": "one more"}, {"add_note": "waits"}]}], `
			}
			got := explained(t, `{"properties": {"acme": {`+rescue+`"triggers": [`+triggers+`]}}}`, c.events)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// explained counts the actions of a simulation for a visitor, until a day after noon: by type, or by why they were held back.
func explained(t *testing.T, definitions string, events []event.Event) map[string]int {
	t.Helper()
	got := make(map[string]int)
	log, _ := logtest.NewNullLogger()
	s := &simulated{TB: t, Simulation: simulate.New(simulate.Config{
		Open: func(now func() time.Time) store.Store { return memstore.New(1, now) }, From: morning(8, 0), TimeZone: time.UTC, Log: log, Explain: true,
		Action: func(body []byte) error {
			var a struct {
				Type action.Type
				Data action.Visitor
			}
			err := json.Unmarshal(body, &a)
			switch {
			case a.Type == action.MessageSkipped:
				got[a.Data.Reason+" "+a.Data.Trigger+a.Data.Rule]++
			case a.Data.Visitor != "":
				got[string(a.Type)]++
			}
			return err
		},
	})}
	s.define(definitions)
	for _, e := range events {
		s.until(e.Time)
		s.take(e)
	}
	s.until(morning(12, 0).Add(24 * time.Hour))
	return got
}
