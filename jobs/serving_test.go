package jobs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tenants are two shops with a receiver each, and one with two. Their agents work by the same hours.
const tenants = `{
	"schedules": {
		"day": {"time_zone": "UTC", "weekly": {"daily": "9-17"}},
		"turns": {"time_zone": "UTC", "weekly": {"daily": "9-17"}, "rotation": {"every": "1d", "of": ["ann", "bob"], "from": "2026-11-23"}}
	},
	"properties": {
		"acme": {"closing_soon": {"before": "10m"}, "schedule": "day", "agents": ["lea"], "destinations": ["a"]},
		"beta": {"closing_soon": {"before": "10m"}, "schedule": "day", "departments": {"sales": {"agents": ["lea", "tom"]}}, "destinations": ["b"]},
		"gamma": {"schedule": "turns", "agents": ["lea"], "destinations": ["a", "b"]},
		"silent": {"agents": ["lea"], "destinations": []},
		"wide": {"agents": ["joe"]}
	},
	"agents": {
		"lea": {"schedule": "day", "notify": {"on": ["hours_started", "closing_soon"]}},
		"tom": {"schedule": "day"},
		"eve": {"schedule": "day"},
		"joe": {"schedule": "day"},
		"ivy": {"schedule": {"time_zone": "UTC", "weekly": {"daily": "8-17"}}},
		"ann": {"schedule": "turns"}, "bob": {"schedule": "turns"}
	},
	"cover": [{"for": "tom", "by": "ivy", "on": "2026-11-23"}],
	"destinations": {
		"a": {"type": "log"},
		"b": {"type": "log"},
		"own": {"type": "log", "actions": ["agent.status_changed"]},
		"ofagents": {"type": "log", "actions": ["agent.*"]}
	}
}`

// TestAgentsActionsGoToTheirProperties looks at the first states of agents and at the start of their hours.
func TestAgentsActionsGoToTheirProperties(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(8, 30)})
	b.define(tenants)
	b.worker()
	b.quiet()
	b.crosses(morning(9, 0))

	at9 := []string{"status_changed:joe [wide]"} // wide has no list of destinations: all get it
	verify := func(ending string, want map[string][]string) {
		t.Helper()
		for destination, want := range want {
			if diff := cmp.Diff(want, b.ofAgents(destination, ending)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", destination, diff)
			}
		}
	}
	nine, five := strconv.FormatInt(morning(9, 0).Unix(), 10), strconv.FormatInt(morning(17, 0).Unix(), 10)
	verify(nine, map[string][]string{
		"a":        append([]string{"notify:lea:hours_started [acme gamma]", "status_changed:ann [gamma]"}, append(at9, "status_changed:lea [acme gamma]")...),
		"b":        append([]string{"notify:lea:hours_started [beta gamma]", "status_changed:ann [gamma]"}, append(at9, "status_changed:lea [beta gamma]")...),
		"own":      append([]string{"status_changed:eve []"}, at9...),
		"ofagents": append([]string{"status_changed:eve []"}, at9...),
	})
	b.crosses(morning(16, 50))
	closing := func(property string) string { return "notify:lea:closing_soon:" + property + " [" + property + "]" }
	verify(five, map[string][]string{"a": {closing("acme")}, "b": {closing("beta")}})
	b.crosses(morning(17, 0))
	verify(five, map[string][]string{
		"b": {closing("beta"), "status_changed:ann [gamma]", "status_changed:ivy [beta]", "status_changed:joe [wide]", "status_changed:lea [beta gamma]"},
	})
}

// ofAgents are the actions of agents that a destination has had, by the ending of their ids, each with its properties.
func (b *bundle) ofAgents(destination, ending string) (list []string) {
	b.Helper()
	b.out.mu.Lock()
	defer b.out.mu.Unlock()
	for _, d := range b.out.had[destination] {
		var a struct{ Data struct{ Properties []string } }
		b.must(json.Unmarshal(d.Body, &a))
		id, of := strings.CutPrefix(d.ID, "agent.")
		id, at := strings.CutSuffix(id, ":"+ending)
		if of && at {
			list = append(list, fmt.Sprint(id, " ", a.Data.Properties))
		}
	}
	slices.Sort(list)
	return list
}
