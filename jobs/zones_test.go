package jobs_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// Hours that name no zone are read in that of their property or agent, and only then in the machine's.
func TestZonesOfHoursThatNameNone(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{
		"schedules": {"paris": {"time_zone": "Europe/Paris", "weekly": {"daily": "9-17"}}},
		"properties": {
			"own": {"time_zone": "Asia/Tokyo", "schedule": "paris", "departments": {"sales": {"schedule": "daily 8-10"}}},
			"its": {"schedule": "paris", "departments": {"sales": {"schedule": "daily 8-10"}}},
			"none": {"schedule": "daily 9-17", "departments": {"sales": {"schedule": "daily 8-10"}}}
		},
		"agents": {
			"abroad": {"time_zone": "Asia/Tokyo", "schedule": "paris", "leave": [{"on": "2026-11-24"}]},
			"there": {"schedule": "paris", "leave": [{"on": "2026-11-24"}]},
			"zoned": {"time_zone": "Asia/Tokyo", "schedule": "daily 9-17"},
			"none": {"schedule": "daily 9-17"}
		}
	}`)
	for property, want := range map[string]string{"own": "Asia/Tokyo", "its": "Europe/Paris", "none": "UTC"} {
		s, err := b.client.DepartmentHours(t.Context(), property, "sales")
		b.must(err)
		if got := s.Location().String(); got != want {
			t.Errorf("the department of %q: %s, want %s", property, got, want)
		}
	}
	for agent, want := range map[string]string{"abroad": "Europe/Paris", "there": "Europe/Paris", "zoned": "Asia/Tokyo", "none": "UTC"} {
		s, err := b.client.AgentHours(t.Context(), agent)
		b.must(err)
		if got := s.Location().String(); got != want {
			t.Errorf("agent %q: %s, want %s", agent, got, want)
		}
	}
	// The 24th in Tokyo begins at 16:00 of the 23rd in Paris and ends at 16:00 of the 24th.
	for agent, want := range map[string][2]bool{"abroad": {false, true}, "there": {false, true}} {
		s, err := b.client.AgentHours(t.Context(), agent)
		b.must(err)
		got := [2]bool{s.At(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)).Open, s.At(time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)).Open}
		if got != want {
			t.Errorf("agent %q on the 24th and 25th: %v, want %v", agent, got, want)
		}
	}
	b.define(`{"agents": {"abroad": {"time_zone": "Pacific/Kiritimati", "schedule": {"time_zone": "Europe/Paris", "weekly": {"daily": "9-10, 15-16"}}, "leave": [{"on": "2026-11-24"}]}}}`)
	s, err := b.client.AgentHours(t.Context(), "abroad")
	b.must(err)
	var open []string
	for at := morning(0, 0); at.Before(morning(0, 0).AddDate(0, 0, 2)); at = at.Add(time.Hour) {
		if s.At(at).Open {
			open = append(open, at.Format("02 15"))
		}
	}
	// The 24th of Kiritimati is from 10:00 to 10:00 in UTC.
	if diff := cmp.Diff([]string{"23 08", "24 14"}, open); diff != "" {
		t.Error(diff)
	}
}

// A notice is in the agent's own time, and names the zone where they named none themselves.
func TestZonesOfNotices(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	const notify = `"notify": {"on": ["hours_started", "hours_ended"], "via": ["ntfy://one/via"]}`
	b.define(`{"agents": {
		"abroad": {"time_zone": "Asia/Tokyo", "schedule": {"time_zone": "Europe/Paris", "weekly": {"daily": "10-18"}}, ` + notify + `},
		"there": {"schedule": {"time_zone": "Europe/Paris", "weekly": {"daily": "10-18"}}, ` + notify + `},
		"here": {"schedule": "daily 9-17", ` + notify + `}
	}}`)
	b.worker()
	b.quiet()
	b.clock.due(morning(9, 0))
	redistest.Wait(t, "all are told", func() bool { return len(b.out.notices()) == 3 })
	if diff := cmp.Diff([]string{
		"ntfy://one/via Your hours have started: You are online since Mon 09:00, until Mon 17:00.",
		"ntfy://one/via Your hours have started: You are online since Mon 10:00, until Mon 18:00 (Europe/Paris).",
		"ntfy://one/via Your hours have started: You are online since Mon 18:00, until Tue 02:00.",
	}, b.out.notices()); diff != "" {
		t.Error(diff)
	}
}
