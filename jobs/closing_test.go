package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// closing is a property that sends visitors no message before it closes, and has agents who
// want a notice, and one who does not.
const closing = `{
	"properties": {"acme": {"schedule": "daily 9-17", "closing_soon": {"before": "10m"}, "agents": ["lea", "tom", "kim", "eve"],
		"departments": {"sales": {"schedule": "daily 9-12", "agents": ["ann"]}}}},
	"agents": {
		"lea": {"name": "Léa", "schedule": "daily 9-17", "notify": {"on": ["closing_soon"]}},
		"tom": {"schedule": {"time_zone": "Europe/Paris", "weekly": {"daily": "9-20"}}, "notify": {"on": ["closing_soon"], "via": ["ntfy://one/tom", "ntfy://two/tom"]}},
		"kim": {"schedule": "daily 9-17", "notify": {"on": ["hours_started"]}},
		"eve": {"schedule": "daily 18-20", "notify": {"on": ["closing_soon"]}},
		"ann": {"notify": {"on": ["closing_soon"]}}
	}
}`

// closings are the notices of its closing, with their times.
func closings(list []envelope) []string {
	var told []string
	for _, a := range list {
		if a.Type == action.AgentNotify && strings.Contains(a.ID, ":closing_soon:") {
			told = append(told, fmt.Sprintf("%s %s", a.Time.Format("15:04"), a.ID))
		}
	}
	slices.Sort(told)
	return told
}

func TestAgentsAreToldThatItClosesSoon(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	s := simulation(t, b.clock.now(), 3)
	b.define(closing)
	s.define(closing)
	b.worker()
	b.worker()
	b.quiet()
	twelve, five := morning(12, 0).Unix(), morning(17, 0).Unix()
	ann, lea := fmt.Sprintf("11:50 agent.notify:ann:closing_soon:acme:%d", twelve), fmt.Sprintf("16:50 agent.notify:lea:closing_soon:acme:%d", five)
	b.crosses(morning(11, 50))
	b.crosses(morning(16, 50))
	b.crosses(morning(17, 0))
	if diff := cmp.Diff([]string{ann, lea}, closings(b.actions("default"))); diff != "" {
		t.Error(diff)
	}
	const text = "acme closes soon: acme closes Mon 18:00 (Europe/Paris)."
	if diff := cmp.Diff([]string{"ntfy://one/tom " + text, "ntfy://two/tom " + text}, b.out.notices()); diff != "" {
		t.Error(diff)
	}
	s.until(morning(17, 0))
	tom := fmt.Sprintf("16:50 agent.notify:tom:closing_soon:acme:%d", five)
	if diff := cmp.Diff([]string{ann, lea, tom}, closings(s.actions)); diff != "" {
		t.Errorf("simulated: %s", diff)
	}
}

func TestAnOverrideThatClosesIsTold(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(14, 0)})
	b.define(closing)
	b.worker()
	b.quiet()
	half := b.clock.now().Add(30 * time.Minute).Truncate(time.Second)
	_, err := b.client.SetOverride(t.Context(), "acme", &hours.Override{From: half})
	b.must(err)
	b.quiet()
	if told := closings(b.actions("default")); told != nil {
		t.Errorf("told at once: %s", told)
	}
	b.crosses(half.Add(-10 * time.Minute))
	want := fmt.Sprintf("agent.notify:lea:closing_soon:acme:%d", half.Unix())
	redistest.Wait(t, "lea is told", func() bool {
		told := closings(b.actions("default"))
		return len(told) == 1 && strings.HasSuffix(told[0], want)
	})
	redistest.Wait(t, "tom is told", func() bool { return len(b.out.notices()) == 2 })
}
