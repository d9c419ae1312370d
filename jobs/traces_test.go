package jobs_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trace"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestATraceGoesOnWithWhatAnEventCauses at once. A message that waited, and what an event of another trace or of none causes, do not bear it.
func TestATraceGoesOnWithWhatAnEventCauses(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{
		"agents": {"lea": {}},
		"properties": {"beta": {"agents": ["lea"]}, "acme": {"triggers": [
			{"name": "Hello", "type": "site", "message": "Hello"},
			{"name": "Later", "type": "advanced", "on": "visitor.arrived", "delay": "10m", "expiry": "1h", "actions": [{"add_note": "still here"}]}]}},
		"destinations": {"crm": {"type": "log"}}
	}`)
	b.worker()
	b.quiet()
	began := b.clock.now().Truncate(time.Millisecond)
	one := trace.Read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "congo=t61")
	two := trace.Read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-00", "")
	var events []event.Event
	for id, e := range map[string]event.Event{
		"one": event.NewVisitorArrived("acme", "v1", "s1"), "two": event.NewAgentStatusSet("lea", event.Invisible), "none": event.NewVisitorArrived("acme", "v3", "s3"),
	} {
		e.ID, e.Source, e.Time = id, "app", began
		e.Context = map[string]trace.Context{"one": one, "two": two}[id]
		events = append(events, e)
	}
	b.send(events...)
	count := func(t action.Type) (n int) {
		for _, a := range b.actions("crm") {
			if a.Type == t && a.Data.Cause.Event != "" {
				n++
			}
		}
		return n
	}
	redistest.Wait(t, "all that comes at once has come", func() bool { return count(action.MessageSend) == 2 && count(action.AgentStatusChanged) > 0 })
	b.clock.set(began.Add(11 * time.Minute))
	redistest.Wait(t, "the notes have come", func() bool { return count(action.NoteAdd) == 2 })
	got := make(map[string]trace.Context)
	for _, a := range b.actions("crm") {
		if a.Data.Cause.Event != "" {
			got[string(a.Type)+" "+a.Data.Cause.Event] = a.Context
		} else if !a.Context.IsZero() {
			t.Errorf("%s bears %+v", a.ID, a.Context)
		}
	}
	want := map[string]trace.Context{
		"message.send one": one, "agent.status_changed two": two, "message.send none": {}, "note.add one": {}, "note.add none": {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
