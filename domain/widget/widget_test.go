package widget_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/goccy/go-yaml"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// shift is an agent who is available in their hours.
type shift struct{ *hours.Schedule }

func (s shift) Available(at time.Time) bool { return s.At(at).Open }

// gone is an agent who never comes.
type gone struct{}

func (gone) Available(time.Time) bool         { return false }
func (gone) NextBoundary(time.Time) time.Time { return time.Time{} }

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

// shifts are the agents with these hours; "gone" is one who was removed.
func shifts(t testing.TB, zone string, texts ...string) []widget.Agent {
	t.Helper()
	var agents []widget.Agent
	for _, text := range texts {
		if text == "gone" {
			agents = append(agents, gone{})
			continue
		}
		agents = append(agents, shift{compile(t, zone, text)})
	}
	return agents
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// clock writes an instant of November 2026 as "20 09:00", one farther off in full,
// and its seconds where it has any.
func clock(t time.Time) string {
	layout := "02 15:04"
	if t.Format("2006-01") != "2026-11" {
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

// verdict writes a state on one line, but for since and version.
func verdict(s widget.State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s (%s)", s.Status, s.Mode, s.Reason)
	if s.NewChats != (s.Status == widget.Online) {
		fmt.Fprintf(&b, " new_chats %v", s.NewChats)
	}
	if s.Message != "" {
		fmt.Fprintf(&b, " %q", s.Message)
	}
	if s.Until.IsZero() != (s.Next == "") {
		fmt.Fprintf(&b, " BAD HORIZON")
	}
	if !s.Until.IsZero() {
		fmt.Fprintf(&b, " until %s then %s", clock(s.Until), s.Next)
	}
	if !s.NextOpen.IsZero() {
		fmt.Fprintf(&b, ", opens %s", clock(s.NextOpen))
	}
	return b.String()
}

func TestOneInstant(t *testing.T) {
	t.Parallel()
	type agents []string
	tests := []struct {
		name   string
		clock  string
		hours  string // in Paris: UTC+1 in winter
		agents agents
		policy widget.Policy
		want   string // in UTC; 20 is a Friday
	}{
		{"in hours without agents", "2026-11-20T10:00:00+01:00", "mon-fri 9-17", nil, widget.Policy{},
			"online chat (weekly) until 20 16:00 then offline, opens 23 08:00"},
		{"the opening belongs to the hours", "2026-11-20T09:00:00+01:00", "mon-fri 9-17", nil, widget.Policy{},
			"online chat (weekly) until 20 16:00 then offline, opens 23 08:00"},
		{"the closing does not", "2026-11-20T17:00:00+01:00", "mon-fri 9-17", nil, widget.Policy{},
			"offline offline_form (weekly) until 23 08:00 then online, opens 23 08:00"},
		{"a fraction of a second is cut off", "2026-11-20T08:59:59.999+01:00", "mon-fri 9-17", nil, widget.Policy{},
			"offline offline_form (weekly) until 20 08:00 then online, opens 20 08:00"},
		{"windows that touch are one", "2026-11-20T10:00:00+01:00", "mon-fri 9-12, 12-17", nil, widget.Policy{},
			"online chat (weekly) until 20 16:00 then offline, opens 23 08:00"},
		{"round the clock", "2026-11-20T10:00:00+01:00", "24/7", nil, widget.Policy{}, "online chat (weekly)"},
		{"never open", "2026-11-20T10:00:00+01:00", "closed", nil, widget.Policy{}, "offline offline_form (weekly)"},
		{"no schedule", "2026-11-20T10:00:00+01:00", "", nil, widget.Policy{}, "online chat (always)"},
		{"no schedule, but agents", "2026-11-20T10:00:00+01:00", "", agents{"mon-fri 9-17"}, widget.Policy{},
			"online chat (always) until 20 16:00 then away, opens 23 08:00"},
		{"never open, whoever is there", "2026-11-20T10:00:00+01:00", "closed", agents{"24/7"}, widget.Policy{},
			"offline offline_form (weekly)"},
		{"a holiday", "2026-12-25T10:00:00+01:00", `{weekly: mon-fri 9-17, holidays: FR}`, nil, widget.Policy{},
			"offline offline_form (Noël) until 2026-12-28 08:00 then online, opens 2026-12-28 08:00"},
		{"clocks go forward over the weekend", "2027-03-26T18:00:00+01:00", "mon-fri 9-17", nil, widget.Policy{},
			"offline offline_form (weekly) until 2027-03-29 07:00 then online, opens 2027-03-29 07:00"},
		{"hours begin before the agent", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{"mon-fri 10-12"}, widget.Policy{},
			"away chat (no_agents) until 20 09:00 then online, opens 20 09:00"},
		{"the agent before the hours", "2026-11-20T08:30:00+01:00", "mon-fri 9-17", agents{"mon-fri 8-12"}, widget.Policy{},
			"offline offline_form (weekly) until 20 08:00 then online, opens 20 08:00"},
		{"closed, then nobody, then somebody", "2026-11-20T08:30:00+01:00", "mon-fri 9-17", agents{"mon-fri 10-12"}, widget.Policy{},
			"offline offline_form (weekly) until 20 08:00 then away, opens 20 09:00"},
		{"agents relieve each other", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{"mon-fri 9-13", "mon-fri 13-17"}, widget.Policy{},
			"online chat (weekly) until 20 16:00 then offline, opens 23 08:00"},
		{"agents leave a gap", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{"mon-fri 9-12", "mon-fri 13-17"}, widget.Policy{},
			"online chat (weekly) until 20 11:00 then away, opens 20 12:00"},
		{"relieved around the clock, for ever", "2026-11-20T09:30:00+01:00", "", agents{"daily 0-8", "daily 8-16", "daily 16-24"}, widget.Policy{},
			"online chat (always)"},
		{"one is always there", "2026-11-20T09:30:00+01:00", "", agents{"daily 9-10, 11-12, 13-14", "24/7"}, widget.Policy{},
			"online chat (always)"},
		{"an agent without a schedule", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{""}, widget.Policy{},
			"online chat (weekly) until 20 16:00 then offline, opens 23 08:00"},
		{"an agent who was removed", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{"gone"}, widget.Policy{},
			"away chat (no_agents) until 20 16:00 then offline"},
		{"agents who work outside the hours only", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{"mon-fri 18-22"}, widget.Policy{},
			"away chat (no_agents) until 20 16:00 then offline"},
		{"outside hours: a contact form", "2026-11-20T18:00:00+01:00", "mon-fri 9-17", nil, widget.Policy{OutsideHours: widget.ContactForm},
			"offline contact_form (weekly) until 23 08:00 then online, opens 23 08:00"},
		{"outside hours: a message", "2026-11-20T18:00:00+01:00", "mon-fri 9-17", nil, widget.Policy{OutsideHours: widget.Message, Message: "Gone home"},
			`offline message (weekly) "Gone home" until 23 08:00 then online, opens 23 08:00`},
		{"a message for another mode is not shown", "2026-11-20T18:00:00+01:00", "mon-fri 9-17", nil, widget.Policy{OutsideHours: widget.Hidden, Message: "Gone home"},
			"offline hidden (weekly) until 23 08:00 then online, opens 23 08:00"},
		{"no agents: messaging", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{"mon 9-10"}, widget.Policy{NoAgents: "messaging"},
			"away messaging (no_agents) until 20 16:00 then offline, opens 23 08:00"},
		{"no agents: hidden", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{"mon 9-10"}, widget.Policy{NoAgents: "hidden"},
			"away hidden (no_agents) until 20 16:00 then offline, opens 23 08:00"},
		{"no agents: as outside hours, and closing is no change", "2026-11-20T09:30:00+01:00", "mon-fri 9-17", agents{"mon 9-10"},
			widget.Policy{NoAgents: "offline", OutsideHours: widget.Messaging},
			"offline messaging (no_agents) until 23 08:00 then online, opens 23 08:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := widget.Property{Hours: compile(t, "Europe/Paris", tt.hours), Agents: shifts(t, "Europe/Paris", tt.agents...), Policy: tt.policy}
			d := widget.Decide(p, widget.State{}, instant(t, tt.clock))
			if got := verdict(d.State); got != tt.want {
				t.Errorf("at %s:\n got %s\nwant %s", tt.clock, got, tt.want)
			}
		})
	}
}

func TestOverriddenHours(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time { return instant(t, "2026-11-20T"+s+"Z") }
	tests := []struct {
		name     string
		clock    string // mon-fri 9-17 in UTC
		override hours.Override
		want     string
	}{
		{"forced closed", "10:00:00", hours.Override{From: at("09:30:00"), Until: at("12:00:00")}, "offline offline_form (override) until 20 12:00 then online, opens 20 12:00"},
		{"forced open until the hours agree", "08:30:00", hours.Override{Open: true, From: at("08:00:00"), Until: at("09:00:00")}, "online chat (override) until 20 17:00 then offline, opens 23 09:00"},
		{"forced open until undone", "18:00:00", hours.Override{Open: true, From: at("08:00:00")}, "online chat (override)"},
		{"one that ended", "12:00:00", hours.Override{From: at("09:30:00"), Until: at("12:00:00")}, "online chat (weekly) until 20 17:00 then offline, opens 23 09:00"},
		{"one to come", "09:00:00", hours.Override{From: at("09:30:00"), Until: at("12:00:00")}, "online chat (weekly) until 20 09:30 then offline, opens 20 12:00"},
		{"begins and ends within seconds: whole ones count", "10:00:00.7", hours.Override{From: at("10:00:00.5"), Until: at("10:30:00.5")}, "online chat (weekly) until 20 10:00:01 then offline, opens 20 10:30:01"},
		{"shorter than a second: not seen", "10:00:00", hours.Override{From: at("10:00:00.2"), Until: at("10:00:00.8")}, "online chat (weekly) until 20 17:00 then offline, opens 23 09:00"},
	}
	for _, tt := range tests {
		p := widget.Property{Hours: compile(t, "UTC", "mon-fri 9-17").With(tt.override)}
		if got := verdict(widget.Decide(p, widget.State{}, at(tt.clock)).State); got != tt.want {
			t.Errorf("%s, at %s:\n got %s\nwant %s", tt.name, tt.clock, got, tt.want)
		}
	}
}

func TestDepartments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		clock  string // of Friday 2026-11-20, in UTC; the property: mon-fri 9-17
		hours  string
		agents []string
		want   string
	}{
		{"with nothing of its own is as the hours of its property", "10:00", "", nil, "online chat (weekly) until 20 17:00 then offline, opens 23 09:00"},
		{"is closed with its property", "18:00", "24/7", nil, "offline offline_form (weekly) until 23 09:00 then online, opens 23 09:00"},
		{"is closed with its property, whoever is there", "18:00", "", []string{"24/7"}, "offline offline_form (weekly) until 23 09:00 then online, opens 23 09:00"},
		{"opens later", "09:30", "mon-fri 10-12", nil, "offline offline_form (weekly) until 20 10:00 then online, opens 20 10:00"},
		{"closes with its property", "16:30", "mon-fri 16-20", nil, "online chat (weekly) until 20 17:00 then offline, opens 23 16:00"},
		{"has its own agents", "10:00", "", []string{"mon-fri 14-15"}, "away chat (no_agents) until 20 14:00 then online, opens 20 14:00"},
		{"never meets its property's hours", "10:00", "sat-sun 9-17", nil, "offline offline_form (weekly)"},
		{"says its own reason", "10:00", `{weekly: 24/7, exceptions: [{on: 2026-11-20, closed: true, name: Training}]}`, nil,
			"offline offline_form (Training) until 23 09:00 then online, opens 23 09:00"},
	}
	for _, tt := range tests {
		p := widget.Property{
			Hours: compile(t, "UTC", "mon-fri 9-17"), Agents: shifts(t, "UTC", "gone"),
			Departments: []widget.Department{{ID: "sales", Hours: compile(t, "UTC", tt.hours), Agents: shifts(t, "UTC", tt.agents...)}},
		}
		d := widget.Decide(p, widget.State{}, instant(t, "2026-11-20T"+tt.clock+":00Z"))
		if got := verdict(d.State.Departments["sales"]); got != tt.want {
			t.Errorf("a department that %s, at %s:\n got %s\nwant %s", tt.name, tt.clock, got, tt.want)
		}
	}
}

// A property is online when its departments are; the catalogue, section 9.
func TestPropertyWithDepartments(t *testing.T) {
	t.Parallel()
	forced := func(open bool, from, until string) *hours.Override {
		at := func(s string) time.Time { return instant(t, "2026-11-20T"+s+":00Z") }
		return &hours.Override{Open: open, From: at(from), Until: at(until)}
	}
	type agents = []string
	tests := []struct {
		name     string
		clock    string // of Friday 2026-11-20, in UTC; the property: mon-fri 9-17
		override *hours.Override
		own      agents
		hours    string // of a department
		sells    *hours.Override
		sellers  agents
		want     string
	}{
		{"its own agents are off shift, and the department lists none", "10:00", nil, agents{"mon-fri 14-15"}, "mon-fri 9-12", nil, nil,
			"online chat (weekly) until 20 12:00 then away, opens 20 14:00"},
		{"the same, once the department has closed", "12:00", nil, agents{"mon-fri 14-15"}, "mon-fri 9-12", nil, nil,
			"away chat (no_agents) until 20 14:00 then online, opens 20 14:00"},
		{"an agent of the department is there", "10:00", nil, agents{"gone"}, "mon-fri 9-12", nil, agents{"mon-fri 9-11"},
			"online chat (weekly) until 20 11:00 then away, opens 23 09:00"},
		{"only the department lists agents, and it is closed", "14:00", nil, nil, "mon-fri 9-12", nil, agents{"24/7"},
			"away chat (no_agents) until 20 17:00 then offline, opens 23 09:00"},
		{"nobody lists agents, and the department is closed", "14:00", nil, nil, "mon-fri 9-12", nil, nil,
			"online chat (weekly) until 20 17:00 then offline, opens 23 09:00"},
		{"the department is forced open while the property is closed", "18:00", nil, nil, "", forced(true, "17:30", "19:00"), nil,
			"online chat (override) until 20 19:00 then offline, opens 23 09:00"},
		{"the same, and the property has agents, who are off shift", "18:00", nil, agents{"mon-fri 10-17"}, "", forced(true, "17:30", "19:00"), nil,
			"online chat (override) until 20 19:00 then offline, opens 23 09:00"},
		{"one forced open to come", "12:00", nil, nil, "mon-fri 9-12", forced(true, "17:30", "19:00"), nil,
			"online chat (weekly) until 20 17:00 then offline, opens 20 17:30"},
		{"over the end of the hours", "12:00", nil, nil, "mon-fri 9-12", forced(true, "16:00", "19:00"), nil,
			"online chat (weekly) until 20 19:00 then offline, opens 23 09:00"},
		{"forced open, and its agents are off shift", "18:00", nil, nil, "", forced(true, "17:30", "19:00"), agents{"mon-fri 9-17"},
			"offline offline_form (weekly) until 23 09:00 then online, opens 23 09:00"},
		{"forced open, and an agent comes", "18:00", nil, nil, "", forced(true, "17:30", "21:00"), agents{"mon-fri 20-22"},
			"offline offline_form (weekly) until 20 20:00 then online, opens 20 20:00"},
		{"the property is forced closed", "18:00", forced(false, "17:00", "18:30"), nil, "", forced(true, "17:30", "19:00"), nil,
			"offline offline_form (override) until 20 18:30 then online, opens 20 18:30"},
		{"the property will be forced closed", "18:00", forced(false, "18:30", "18:45"), nil, "", forced(true, "17:30", "19:00"), nil,
			"online chat (override) until 20 18:30 then offline, opens 20 18:45"},
		{"the department is forced closed", "10:00", nil, agents{"gone"}, "", forced(false, "09:30", "11:00"), nil,
			"away chat (no_agents) until 20 11:00 then online, opens 20 11:00"},
	}
	for _, tt := range tests {
		p := widget.Property{
			Hours: compile(t, "UTC", "mon-fri 9-17"), Agents: shifts(t, "UTC", tt.own...),
			Departments: []widget.Department{{ID: "sales", Hours: compile(t, "UTC", tt.hours), Override: tt.sells, Agents: shifts(t, "UTC", tt.sellers...)}},
		}
		if tt.override != nil {
			p.Hours = p.Hours.With(*tt.override)
		}
		d := widget.Decide(p, widget.State{}, instant(t, "2026-11-20T"+tt.clock+":00Z"))
		if got := verdict(d.State); got != tt.want {
			t.Errorf("%s, at %s:\n got %s\nwant %s", tt.name, tt.clock, got, tt.want)
		}
	}
}
