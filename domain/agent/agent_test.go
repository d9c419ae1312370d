package agent_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/goccy/go-yaml"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
)

// compile reads a preset ("mon-fri 9-17") or YAML; the empty text is no schedule.
func compile(t testing.TB, zone, text string) *hours.Schedule {
	t.Helper()
	if text == "" {
		return nil
	}
	var tree any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	spec, err := hours.Parse(tree)
	if err != nil {
		t.Fatal(err)
	}
	location, err := zones.Load(zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Compile(location)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at reads an instant of November 2026 in UTC: "20 09:00", with seconds if need be.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	if len(s) == len("20 09:00") {
		s += ":00"
	}
	instant, err := time.Parse(time.RFC3339Nano, "2026-11-"+strings.Replace(s, " ", "T", 1)+"Z")
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

// clock writes what at reads, "ever" for the zero time, and an instant of another
// month in full.
func clock(t time.Time) string {
	layout := "02 15:04"
	switch {
	case t.IsZero():
		return "ever"
	case t.Format("2006-01") != "2026-11":
		layout = "2006-01-02 15:04"
	}
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout += ":05.999"
	}
	if t.Location() != time.UTC {
		layout += " MST"
	}
	return t.Format(layout)
}

// outcome writes a decision on one line: "as before" or the change, and the notices.
func outcome(d agent.Decision) string {
	var b strings.Builder
	b.WriteString("as before")
	if d.Changed {
		b.Reset()
		why, flip := "an edit", string(d.State.Status)
		if !d.Boundary.IsZero() {
			why = clock(d.Boundary)
		}
		if d.Before != d.State.Status {
			flip = fmt.Sprintf("%s→%s", d.Before, d.State.Status)
		}
		fmt.Fprintf(&b, "%s (%s) by %s: %s–%s", flip, d.State.Reason, why, clock(d.State.Since), clock(d.State.Until))
	}
	for _, n := range d.Notices {
		fmt.Fprintf(&b, "; %s (%s) %s–%s", n.Kind, n.Reason, clock(n.Boundary), clock(n.Until))
	}
	return b.String()
}

func TestOneInstant(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		clock string // in UTC; the hours are in Paris, an hour ahead; 20 is a Friday
		hours string
		want  string
	}{
		{"in hours", "20 10:00", "mon-fri 9-17", "→online (weekly) by an edit: 20 10:00–20 16:00"},
		{"at the start", "20 08:00", "mon-fri 9-17", "→online (weekly) by an edit: 20 08:00–20 16:00"},
		{"at the end", "20 16:00", "mon-fri 9-17", "→offline (weekly) by an edit: 20 16:00–23 08:00"},
		{"a fraction of a second is cut off", "20 15:59:59.9", "mon-fri 9-17", "→online (weekly) by an edit: 20 15:59:59–20 16:00"},
		{"no schedule: always on duty", "20 10:00", "", "→online (always) by an edit: 20 10:00–ever"},
		{"round the clock", "20 10:00", "24/7", "→online (weekly) by an edit: 20 10:00–ever"},
		{"never", "20 10:00", "closed", "→offline (weekly) by an edit: 20 10:00–ever"},
		{"over midnight", "20 23:30", "fri 22-2", "→online (weekly) by an edit: 20 23:30–21 01:00"},
		{"windows that touch", "20 10:00", "fri 9-12, 12-17, 17-18", "→online (weekly) by an edit: 20 10:00–20 17:00"},
	}
	for _, tt := range tests {
		a := agent.Agent{Hours: compile(t, "Europe/Paris", tt.hours), NotifyOn: agent.Kinds()}
		d := agent.Decide(a, agent.State{}, at(t, tt.clock))
		if got := outcome(d); got != tt.want {
			t.Errorf("%s, at %s:\n got %s\nwant %s", tt.name, tt.clock, got, tt.want)
		}
		if !d.Due.Equal(d.State.Until) {
			t.Errorf("%s: due %s, until %s", tt.name, clock(d.Due), clock(d.State.Until))
		}
	}
}

func TestLeave(t *testing.T) {
	t.Parallel()
	day := func(n int) hours.Date { return hours.Date{Year: 2026, Month: time.November, Day: n} }
	a := agent.Agent{NotifyOn: agent.Kinds(), Hours: compile(t, "UTC", "mon-fri 9-17, 22-2").WithLeave([]hours.DateRange{{From: day(24), To: day(25)}})}
	tests := []struct{ clock, want string }{
		{"23 21:59", "→offline (weekly) by an edit: 23 21:59–23 22:00"},
		{"23 22:00", "offline→online (weekly) by 23 22:00: 23 22:00–24 02:00; hours_started (weekly) 23 22:00–24 02:00"},
		{"24 02:00", "online→offline (leave) by 24 02:00: 24 02:00–26 09:00; hours_ended (leave) 24 02:00–26 09:00"}, // the night shift runs on into the leave
		{"24 09:00", "as before"},
		{"25 12:00", "as before"},
		{"26 09:00", "offline→online (weekly) by 26 09:00: 26 09:00–26 17:00; hours_started (weekly) 26 09:00–26 17:00"},
	}
	var state agent.State
	for _, tt := range tests {
		d := agent.Decide(a, state, at(t, tt.clock))
		if got := outcome(d); got != tt.want {
			t.Errorf("at %s:\n got %s\nwant %s", tt.clock, got, tt.want)
		}
		state = d.State
	}
}

// wake is one decision of a story, from the hours as they are defined by then.
type wake struct{ clock, hours, want string }

func TestWakesInARow(t *testing.T) {
	t.Parallel()
	const week = "mon-fri 9-17" // 20 is a Friday
	morning := wake{"20 08:00", week, "→offline (weekly) by an edit: 20 08:00–20 09:00"}
	started := wake{"20 09:00", week, "offline→online (weekly) by 20 09:00: 20 09:00–20 17:00; hours_started (weekly) 20 09:00–20 17:00"}
	tests := []struct {
		name  string
		wakes []wake
	}{
		{"on time", []wake{morning, started,
			{"20 17:00", week, "online→offline (weekly) by 20 17:00: 20 17:00–23 09:00; hours_ended (weekly) 20 17:00–23 09:00"}}},
		{"twice", []wake{morning, started,
			{"20 09:00", week, "as before"},
			{"20 09:01", week, "as before"}}},
		{"late", []wake{morning,
			{"20 09:10", week, "offline→online (weekly) by 20 09:00: 20 09:00–20 17:00; hours_started (weekly) 20 09:00–20 17:00"}}},
		{"late by exactly 15 minutes", []wake{morning,
			{"20 09:15", week, "offline→online (weekly) by 20 09:00: 20 09:00–20 17:00; hours_started (weekly) 20 09:00–20 17:00"}}},
		{"a millisecond too late to tell, and not told later", []wake{morning,
			{"20 09:15:00.001", week, "offline→online (weekly) by 20 09:00: 20 09:00–20 17:00"},
			{"20 09:15:00", week, "as before"}}},
		{"too early", []wake{morning,
			{"20 08:59:59.9", week, "as before"}, started}},
		{"by a clock that is behind: the flip is not taken back, nor told again", []wake{morning, started,
			{"20 08:59:30", week, "as before"},
			{"20 09:00:10", week, "as before"}}},
		{"down over the start, up for the end", []wake{morning,
			{"20 17:05", week, "offline (weekly) by 20 17:00: 20 17:00–23 09:00; hours_ended (weekly) 20 17:00–23 09:00"}}},
		{"down over several boundaries within a quarter of an hour", []wake{
			{"20 08:00", "mon-fri 9:00-9:04, 9:06-9:10", "→offline (weekly) by an edit: 20 08:00–20 09:00"},
			{"20 09:12", "mon-fri 9:00-9:04, 9:06-9:10", "offline (weekly) by 20 09:10: 20 09:10–23 09:00; hours_ended (weekly) 20 09:10–23 09:00"}}},
		{"in the last minute of short hours", []wake{
			{"20 08:00", "mon-fri 9:00-9:04", "→offline (weekly) by an edit: 20 08:00–20 09:00"},
			{"20 09:03", "mon-fri 9:00-9:04", "offline→online (weekly) by 20 09:00: 20 09:00–20 09:04; hours_started (weekly) 20 09:00–20 09:04"}}},
		{"at the end of short hours", []wake{
			{"20 08:00", "mon-fri 9:00-9:04", "→offline (weekly) by an edit: 20 08:00–20 09:00"},
			{"20 09:04", "mon-fri 9:00-9:04", "offline (weekly) by 20 09:04: 20 09:04–23 09:00; hours_ended (weekly) 20 09:04–23 09:00"}}},
		{"after a short pause", []wake{
			{"20 08:00", "mon-fri 8-9, 9:05-10", "→online (weekly) by an edit: 20 08:00–20 09:00"},
			{"20 09:06", "mon-fri 8-9, 9:05-10", "online (weekly) by 20 09:05: 20 09:05–20 10:00; hours_started (weekly) 20 09:05–20 10:00"}}},
		{"down for a week", []wake{morning,
			{"27 12:00", week, "offline→online (weekly) by 27 09:00: 27 09:00–27 17:00"}}},
		{"a new agent in hours is not told of their start", []wake{
			{"20 09:01", week, "→online (weekly) by an edit: 20 09:01–20 17:00"},
			{"20 09:02", week, "as before"}}},
		{"ends later, as of the moment of the end", []wake{morning, started,
			{"20 17:00", "mon-fri 9-18", "online (weekly) by an edit: 20 09:00–20 18:00"}, // the boundary of 9:00 was announced
			{"20 18:00", "mon-fri 9-18", "online→offline (weekly) by 20 18:00: 20 18:00–23 09:00; hours_ended (weekly) 20 18:00–23 09:00"}}},
		{"begins earlier, as of the moment of the end: the past start is no boundary", []wake{morning, started,
			{"20 17:00", "mon-fri 8-18", "online (weekly) by an edit: 20 09:00–20 18:00"}}},
		{"ends earlier, unseen: readers saw the end as foreseen", []wake{morning, started,
			{"20 17:30", "mon-fri 9-15", "online→offline (weekly) by 20 17:00: 20 17:00–23 09:00"}}},
		{"ended ten minutes ago by an edit", []wake{morning, started,
			{"20 12:10", "mon-fri 9-12", "online→offline (weekly) by an edit: 20 12:10–23 09:00; hours_ended (weekly) 20 12:00–23 09:00"},
			{"20 12:11", "mon-fri 9-12", "as before"}}},
		{"begun ten minutes ago by an edit", []wake{morning,
			{"20 08:20", "mon-fri 8:10-17", "offline→online (weekly) by an edit: 20 08:20–20 17:00; hours_started (weekly) 20 08:10–20 17:00"},
			{"20 09:00", "mon-fri 8:10-17", "as before"}}},
		{"the start moved by minutes into the past: who is at work is not told again", []wake{morning, started,
			{"20 09:10", "mon-fri 9:05-17", "as before"},
			{"20 09:11", week, "as before"}}},
		{"the end moved by minutes into the past: who has left is not told again", []wake{morning, started,
			{"20 17:00", week, "online→offline (weekly) by 20 17:00: 20 17:00–23 09:00; hours_ended (weekly) 20 17:00–23 09:00"},
			{"20 17:10", "mon-fri 9-17:05", "as before"}}},
		{"from no schedule to one that began just now: nothing began", []wake{
			{"20 08:00", "", "→online (always) by an edit: 20 08:00–ever"},
			{"20 09:05", week, "online (weekly) by an edit: 20 08:00–20 17:00"}}},
		{"edited to and fro: each boundary is told once", []wake{morning, started,
			{"20 09:05", "mon-fri 10-17", "online→offline (weekly) by an edit: 20 09:05–20 10:00"},
			{"20 09:06", week, "offline→online (weekly) by an edit: 20 09:06–20 17:00"},
			{"20 09:07", "closed", "online→offline (weekly) by an edit: 20 09:07–ever"},
			{"20 09:08", week, "offline→online (weekly) by an edit: 20 09:08–20 17:00"}}},
		{"the end put off and back", []wake{morning, started,
			{"20 17:00", week, "online→offline (weekly) by 20 17:00: 20 17:00–23 09:00; hours_ended (weekly) 20 17:00–23 09:00"},
			{"20 17:05", "mon-fri 9-18", "offline→online (weekly) by an edit: 20 17:05–20 18:00"},
			{"20 17:10", week, "online→offline (weekly) by an edit: 20 17:10–23 09:00"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var state agent.State
			for _, w := range tt.wakes {
				a := agent.Agent{Hours: compile(t, "UTC", w.hours), NotifyOn: agent.Kinds()}
				d := agent.Decide(a, state, at(t, w.clock))
				if got := outcome(d); got != w.want {
					t.Errorf("at %s, %s:\n got %s\nwant %s", w.clock, w.hours, got, w.want)
				}
				state = d.State
			}
		})
	}
}

func TestNoticesAreForWhoAsked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		on   []agent.Kind
		want string // at a start and at an end
	}{
		{"of nothing", nil, "0"},
		{"of starts", []agent.Kind{agent.HoursStarted}, "0 hours_started"},
		{"of ends", []agent.Kind{agent.HoursEnded}, "0 hours_ended"},
		{"of both", agent.Kinds(), "0 hours_started hours_ended"},
	}
	for _, tt := range tests {
		a := agent.Agent{Hours: compile(t, "UTC", "mon-fri 9-17"), NotifyOn: tt.on}
		before := agent.Decide(a, agent.State{}, at(t, "20 08:00"))
		got := fmt.Sprint(len(before.Notices))
		start := agent.Decide(a, before.State, at(t, "20 09:00"))
		end := agent.Decide(a, start.State, at(t, "20 17:00"))
		for _, n := range append(start.Notices, end.Notices...) {
			got += " " + string(n.Kind)
		}
		if got != tt.want {
			t.Errorf("told %s: got %q, want %q", tt.name, got, tt.want)
		}
		if told := clock(end.State.Told); told != "20 17:00" {
			t.Errorf("told %s: passed over up to %s", tt.name, told) // or asking later would bring old notices
		}
	}
}
