package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/action"
)

// Look at each of these: cat testdata/simulate_*.golden
func TestSimulateDrawsATimeline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, env, args string }{
		{name: "two_days_in_several_zones", args: "deskbell.yaml --from 2026-11-23 --to 2026-11-25"},
		{name: "in_the_zone_of_all", args: "shop.yaml --from 2026-10-24 --to 2026-10-26"},
		{name: "in_colour", args: "shop.yaml --from 2026-11-23T08:30 --to 2026-11-23T18:00 --colour=always"},
		{name: "in_ascii", args: "shop.yaml --from 2026-11-23T08:30 --to 2026-11-23T18:00", env: "LC_ALL=C"},
		{name: "of_nothing", args: "empty.yaml"},
		{name: "with_events", args: "greet.yaml --events testdata/greet.jsonl"},
		{name: "explained", args: "greet.yaml --events testdata/greet.jsonl --explain --colour=always"},
		{name: "with_late_events", args: "greet.yaml --events testdata/greet.jsonl --from 2026-11-23T09:05 --to 2026-11-23T09:05:30"},
		{name: "with_a_late_answer", args: "greet.yaml --events testdata/answered.jsonl --from 2026-11-23T09:05 --to 2026-11-23T09:10"},
		{name: "with_events_that_wait", args: "greet.yaml --events testdata/parked.jsonl --explain"},
		{name: "with_events_of_before_an_opening", args: "late.yaml --events testdata/late.jsonl --from 2026-11-23T10:00:02Z --explain"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name, value, _ := strings.Cut(c.env, "=")
			got := testBundle{env: map[string]string{name: value}}.run(t, append([]string{"simulate"}, strings.Fields("testdata/"+c.args)...)...)
			if got.code != 0 || got.stderr != "" {
				t.Fatalf("code %d, stderr:\n%s", got.code, got.stderr)
			}
			golden(t, "simulate_"+c.name, got.stdout)
		})
	}
}

func TestSimulateTakesOverrides(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "simulate", "testdata/greet.yaml", "--events", "testdata/overrides.jsonl", "--explain")
	if want := "property=acne"; got.code != 0 || !strings.Contains(got.stderr, want) || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("code %d, stderr:\n%s", got.code, got.stderr)
	}
	golden(t, "simulate_with_overrides", got.stdout)
}

func TestSimulateListsActionsAsTheyAreDelivered(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "simulate", "testdata/shop.yaml", "--from", "2026-11-23T08:30", "--to", "2026-11-23T12:00", "--json")
	if got.code != 0 || got.stderr != "" {
		t.Fatalf("code %d, stderr:\n%s", got.code, got.stderr)
	}
	var ids []string
	for line := range strings.Lines(got.stdout) {
		var a action.Action
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		id, _, _ := strings.Cut(a.ID, ":e")
		ids = append(ids, a.Time.Format("15:04 ")+id)
	}
	want := `07:30 agent.status_changed:lea
07:30 widget.state_changed:acme
08:00 agent.status_changed:lea:1795420800
08:00 agent.notify:lea:hours_started:1795420800
08:00 widget.state_changed:acme:1795420800
11:00 agent.status_changed:lea:1795431600
11:00 widget.state_changed:acme:1795431600`
	if got := strings.Join(ids, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSimulateRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"testdata/none.yaml", 1, "there is no such file"},
		{"testdata/busted_hours.yaml", 1, "busted_hours.yaml:"},
		{"testdata/shop.yaml --events testdata/none.jsonl", 1, "there is no such file"},
		{"testdata/shop.yaml --events testdata/busted_events.jsonl", 1, "busted_events.jsonl:3:9: "},
		{"testdata/shop.yaml --events testdata/busted_events.jsonl", 1, "busted_events.jsonl:4:1: "},
		{"testdata/shop.yaml --from yesterday", 2, "is not a time"},
		{"testdata/shop.yaml --from 2026-11-23 --to 2026-11-22", 2, "swap them"},
		{"testdata/shop.yaml --to 2046-11-22", 2, "over 10 years"},
	} {
		got := testBundle{}.run(t, append([]string{"simulate"}, strings.Fields(c.args)...)...)
		if got.code != c.code || got.stdout != "" || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.args, got.code, got.stdout, got.stderr)
		}
	}
}

func TestSimulateSaysWhichEventsNobodyHears(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "simulate", "testdata/shop.yaml", "--events", "testdata/strangers.jsonl")
	if got.code != 0 || !strings.Contains(got.stderr, "their property is not defined") || !strings.Contains(got.stderr, "property=elsewhere") {
		t.Errorf("code %d, stderr %q", got.code, got.stderr)
	}
}
