package jobs_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestATriggerTellsAgentsByTheirOwnServices(t *testing.T) {
	t.Parallel()
	const text = `{"properties": {"acme": {"agents": ["lea", "tom", "kim"], "departments": {"sales": {"agents": ["lea"]}}, "triggers": [
			{"name": "All", "type": "advanced", "on": "chat.requested", "actions": [{"notify": {"text": "{{visitor.name|Somebody}} asks"}}]},
			{"name": "Lea", "type": "advanced", "on": "chat.requested", "actions": [{"notify": {"text": "For Lea", "agents": ["lea"]}}]},
			{"name": "Crm", "type": "advanced", "on": "chat.requested", "actions": [{"notify": {"text": "For the CRM", "destination": "crm"}}]}]}},
		"agents": {"lea": {"notify": {"via": ["ntfy://one/lea"]}}, "tom": {}, "kim": {}},
		"destinations": {"default": {"type": "log"}, "crm": {"type": "log", "actions": ["agent.notify"]}}}`
	told := func(data action.Visitor) string {
		return fmt.Sprintf("%s %s to %s", data.Trigger, data.Text, data.Agents)
	}
	b, s := both(t, setup{}, text)
	e := named("e1", requested("v1", "c1"))
	e.Time = b.clock.now()
	for range 3 {
		b.send(e, e)
	}
	redistest.Wait(t, "lea is told by both triggers", func() bool { return len(b.out.notices()) == 2 })
	b.quiet()
	if diff := cmp.Diff([]string{
		"ntfy://one/lea About a visitor of acme: For Lea", "ntfy://one/lea About a visitor of acme: Somebody asks",
	}, b.out.notices()); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, a := range b.visitorActions() {
		got = append(got, told(a.data))
	}
	if diff := cmp.Diff([]string{"All Somebody asks to [tom kim]"}, got); diff != "" {
		t.Error(diff)
	}

	s.take(e, e)
	got = nil
	for _, a := range s.visitorActions() {
		got = append(got, told(a.data))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{
		"All Somebody asks to [lea]", "All Somebody asks to [tom kim]", "Crm For the CRM to []", "Lea For Lea to [lea]",
	}, got); diff != "" {
		t.Errorf("simulated: %s", diff)
	}
}
