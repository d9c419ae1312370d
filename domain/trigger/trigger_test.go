package trigger_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

func TestAllowed(t *testing.T) {
	t.Parallel()
	first := at(t, "2026-11-23 09:00:00")
	once := trigger.Fired{At: first, Visit: "a"}
	perVisit, always, often := trigger.Frequency{Rule: "once_per_visit"}, trigger.Frequency{Rule: "every_time"}, trigger.Frequency{Every: hours.Duration(10 * time.Minute)}
	for _, c := range []struct {
		clock string
		rule  trigger.Frequency
		last  trigger.Fired
		visit string
		want  bool
	}{
		{"2026-11-23 09:00:00", trigger.Frequency{}, trigger.Fired{}, "a", yes},
		{"2026-11-23 09:00:00", perVisit, trigger.Fired{}, "a", yes},
		{"2026-11-23 09:00:00", often, trigger.Fired{}, "a", yes},
		{"2027-11-23 09:00:00", trigger.Frequency{}, once, "b", no},
		{"2027-11-23 09:00:00", trigger.Frequency{Rule: "once_per_visitor"}, once, "b", no},
		{"2026-11-23 10:00:00", perVisit, once, "a", no},
		{"2026-11-23 10:00:00", perVisit, once, "b", yes},
		{"2026-11-23 09:00:00", always, once, "a", yes},
		{"2026-11-23 09:09:59", often, once, "a", no},
		{"2026-11-23 09:10:00", often, once, "a", yes},
		{"2026-11-23 09:09:59", often, once, "b", no},
		{"2026-11-23 08:00:00", often, once, "b", no}, // an event that comes late
	} {
		if got := trigger.Allowed(c.rule, c.last, c.visit, at(t, c.clock)); got != c.want {
			t.Errorf("%s %+v %s: %t", c.clock, c.rule, c.visit, got)
		}
	}
}

func TestFrequenciesSurviveJSON(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]trigger.Frequency{
		`"once_per_visit"`: {Rule: "once_per_visit"}, `"once_per_visitor"`: {Rule: "once_per_visitor"}, `{"every":"2d"}`: {Every: hours.Duration(48 * time.Hour)},
	} {
		written, err := json.Marshal(f)
		if err != nil || string(written) != want {
			t.Errorf("%s, %v, want %s", written, err, want)
		}
		var again trigger.Frequency
		if err := json.Unmarshal(written, &again); err != nil || again != f {
			t.Error(again, err)
		}
	}
}

func TestTriggersStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ       trigger.Type
		on        string
		want      string
		proactive bool
	}{
		{trigger.Site, "", "visitor.arrived", yes},
		{trigger.Page, "", "page.viewed", yes},
		{trigger.Rescue, "", "chat.requested", no},
		{trigger.Maximized, "", "widget.maximized", yes},
		{trigger.Advanced, "chat.idle", "chat.idle", no},
		{trigger.Advanced, "visitor.custom", "visitor.custom", yes},
	} {
		tr := trigger.Trigger{Type: c.typ, On: c.on}
		if tr.Start() != c.want || tr.Proactive() != c.proactive {
			t.Errorf("%s: %s, %t", c.typ, tr.Start(), tr.Proactive())
		}
		if _, ok := trigger.StartNamed(tr.Start()); !ok {
			t.Errorf("%s is no start", tr.Start())
		}
	}
}

func TestTriggersDo(t *testing.T) {
	t.Parallel()
	says := trigger.Trigger{Message: "Hello", Suggested: []string{"Yes"}, Sender: trigger.Sender{Name: "Léa"}}
	want := []trigger.Action{{SendMessage: &trigger.Message{Text: "Hello", Suggested: []string{"Yes"}, Sender: trigger.Sender{Name: "Léa"}}}}
	if diff := cmp.Diff(want, says.Do()); diff != "" {
		t.Error(diff)
	}
	acts := trigger.Trigger{Actions: []trigger.Action{{AddTag: "x"}}}
	if got := acts.Do(); len(got) != 1 || got[0].Kind() != "add_tag" {
		t.Error(got)
	}
	if (&trigger.Action{}).Kind() != "" {
		t.Error("nothing has a kind")
	}
	if says.Late() != time.Minute || (&trigger.Trigger{Expiry: hours.Duration(time.Hour)}).Late() != time.Hour {
		t.Error("wrong expiry")
	}
}

func TestTheWelcomeIsValid(t *testing.T) {
	t.Parallel()
	for _, tr := range trigger.Default() {
		if _, err := trigger.Compile(tr); err != nil {
			t.Error(err)
		}
		if _, err := trigger.ParseText(tr.Message, trigger.InMessage); err != nil {
			t.Error(err)
		}
	}
}
