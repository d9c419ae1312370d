package jobs_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// rota are properties that show in each way that nobody is there, and one with a department. Lea serves all of them.
const rota = `{
	"schedules": {"day": "daily 9-17"},
	"properties": {
		"away":      {"schedule": "day", "agents": ["lea"], "destinations": ["a"]},
		"messaging": {"schedule": "day", "agents": ["lea"], "widget": {"no_agents": "messaging"}, "destinations": ["b"]},
		"hidden":    {"schedule": "day", "agents": ["lea"], "widget": {"no_agents": "hidden"}, "destinations": []},
		"offline":   {"schedule": "day", "agents": ["lea"], "widget": {"no_agents": "offline"}, "destinations": []},
		"two":       {"schedule": "day", "agents": ["lea", "tom"], "destinations": []},
		"part":      {"schedule": "day", "departments": {"sales": {"agents": ["lea"]}, "support": {"agents": ["tom"]}}, "destinations": []}
	},
	"agents": {"lea": {"schedule": "daily 9-16"}, "tom": {"schedule": "day"}},
	"destinations": {"a": {"type": "log"}, "b": {"type": "log"}, "own": {"type": "log", "actions": ["agent.*"]}}
}`

// shown is what the widgets of some properties and departments show: "status mode".
func (b *bundle) shown() map[string]string {
	b.Helper()
	list, err := b.client.Status(b.Context(), "")
	b.must(err)
	shown := make(map[string]string)
	for _, s := range list {
		shown[s.Property] = fmt.Sprint(s.Widget.Status, " ", s.Widget.Mode)
		for id, d := range s.Widget.Departments {
			shown[s.Property+"/"+id] = fmt.Sprint(d.Status, " ", d.Mode)
		}
	}
	return shown
}

// says sends an event of an agent, which happens now.
func (b *bundle) says(id string, kind event.Type, d event.Data) {
	b.Helper()
	e := event.New(kind, d)
	e.ID = id
	b.must(b.client.Send(b.Context(), e))
}

// statuses are the changes of an agent's status that a destination has had: "previous→status reason until next cause".
func (b *bundle) statuses(destination, agent string) (list []string) {
	b.Helper()
	for _, a := range b.actions(destination) {
		if a.Type != action.AgentStatusChanged || a.Data.Agent != agent {
			continue
		}
		raw, _ := a.Action.Data.(json.RawMessage)
		var s action.AgentStatus
		b.must(json.Unmarshal(raw, &s))
		until, next := "", ""
		if s.Until != nil {
			until, next = s.Until.Format("15:04"), *s.Next
		}
		why := s.Cause.Event
		if !s.Cause.Boundary.IsZero() {
			why = s.Cause.Boundary.Format("15:04")
		}
		list = append(list, fmt.Sprintf("%s→%s %s until %s %s by %s", s.Previous, s.Status, s.Reason, until, next, why))
	}
	return list
}

// TestAnAgentsChoiceFlipsTheirProperties lets an agent choose, for two workers, and the hours go on.
func TestAnAgentsChoiceFlipsTheirProperties(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(9, 30)})
	b.define(rota)
	b.worker()
	b.worker()
	b.quiet()
	online := make(map[string]string)
	for id := range b.shown() {
		online[id] = "online chat"
	}
	if diff := cmp.Diff(online, b.shown()); diff != "" {
		t.Fatal(diff)
	}
	gone := map[string]string{
		"away": "away chat", "messaging": "away messaging", "hidden": "away hidden", "offline": "offline offline_form",
		"two": "online chat", "part": "online chat", "part/sales": "away chat", "part/support": "online chat",
	}
	b.says("e1", event.AgentStatusSet, event.Data{Agent: "lea", Status: event.Invisible})
	b.becomes("away", widget.Away) // no clock brings that
	b.quiet()
	if diff := cmp.Diff(gone, b.shown()); diff != "" {
		t.Errorf("lea is invisible (-want +got):\n%s", diff)
	}
	b.says("e2", event.AgentStatusSet, event.Data{Agent: "lea", Status: event.Scheduled})
	b.becomes("away", widget.Online)
	b.quiet()
	if diff := cmp.Diff(online, b.shown()); diff != "" {
		t.Errorf("lea is back (-want +got):\n%s", diff)
	}
	b.says("e3", event.AgentStatusSet, event.Data{Agent: "lea", Status: event.Away})
	b.becomes("away", widget.Away)
	b.says("e3", event.AgentStatusSet, event.Data{Agent: "lea", Status: event.Away}) // again
	b.crosses(morning(16, 0))
	b.quiet()
	want := []string{
		"→online weekly until 16:00 offline by ",
		"online→invisible chosen until 16:00 offline by e1", "invisible→online weekly until 16:00 offline by e2",
		"online→away chosen until 16:00 offline by e3", "away→offline weekly until 09:00 online by 16:00",
	}
	for _, destination := range []string{"a", "b"} {
		if diff := cmp.Diff(want, b.statuses(destination, "lea")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", destination, diff)
		}
	}
	if got := b.statuses("own", "lea"); len(got) > 0 {
		t.Errorf("a destination of no property of lea's has %q", got)
	}
}

// TestEventsOfUndefinedAgentsAreDroppedWithAWord sends some.
func TestEventsOfUndefinedAgentsAreDroppedWithAWord(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"agents": {"lea": {}}}`)
	b.worker()
	b.quiet()
	b.says("e1", event.AgentActive, event.Data{Agent: "leah"})
	b.says("e2", event.AgentActive, event.Data{Agent: "leah", Property: "acme"})
	b.says("e3", event.AgentActive, event.Data{Agent: "lea"})
	const warning = "events dropped: their agent is not defined; define them, or send no events of them (said once a minute)"
	redistest.Wait(b, "it is said", func() bool { return len(b.lines(warning)) > 0 })
	b.quiet()
	if lines := b.lines(warning); len(lines) != 1 || lines[0].Data["agent"] != "leah" {
		t.Errorf("%d lines, the first of %v", len(lines), lines[0].Data)
	}
	if archived := b.count(func(q *asynq.QueueInfo) int { return q.Archived }); archived > 0 {
		t.Errorf("%d tasks are archived", archived)
	}
}
