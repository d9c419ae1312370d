package widget_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// counted is an agent who counts how often they are asked.
type counted struct {
	*hours.Schedule
	asked *int
}

func (c counted) Available(at time.Time) bool { *c.asked++; return c.At(at).Open }

func (c counted) NextBoundary(t time.Time) time.Time { *c.asked++; return c.Schedule.NextBoundary(t) }

func leave(t testing.TB, from, to string) []hours.DateRange {
	t.Helper()
	ranges, err := hours.ParseLeave([]any{map[string]any{"from": from, "to": to}})
	if err != nil {
		t.Fatal(err)
	}
	return ranges
}

// However many boundaries lie before a change, it is found, and with few questions.
func TestChangesFarAheadAreFound(t *testing.T) {
	t.Parallel()
	const fourADay = "daily 8-10, 11-13, 14-16, 17-19"
	relief := []string{"daily 0-8", "daily 8-16", "daily 16-24"}
	for _, tt := range []struct {
		name   string
		hours  string
		agents []string
		away   []hours.DateRange // all of them
		policy string
		want   string
		atMost int // questions to agents
	}{
		{name: "a month of leave", hours: fourADay, agents: []string{fourADay}, away: leave(t, "2026-11-01", "2026-12-28"), policy: "offline",
			want: "offline offline_form (no_agents) until 2026-12-29 08:00 then online, opens 2026-12-29 08:00", atMost: 10},
		{name: "the same, and the hours are shown", hours: fourADay, agents: []string{fourADay}, away: leave(t, "2026-11-01", "2026-12-28"), policy: "away",
			want: "away chat (no_agents) until 20 13:00 then offline, opens 2026-12-29 08:00", atMost: 10},
		{name: "ten agents, all on leave for a year", hours: fourADay, agents: slices.Repeat([]string{fourADay}, 10), away: leave(t, "2026-11-01", "2027-10-31"), policy: "offline",
			want: "offline offline_form (no_agents) until 2027-11-01 08:00 then online, opens 2027-11-01 08:00", atMost: 100},
		{name: "ten agents, on leave for forty years", hours: fourADay, agents: slices.Repeat([]string{fourADay}, 10), away: leave(t, "2026-11-01", "2066-10-31"), policy: "offline",
			want: "offline offline_form (no_agents) until 2066-11-01 08:00 then online, opens 2066-11-01 08:00", atMost: 100},
		{name: "agents who never come", hours: fourADay, agents: []string{"gone", "closed", "gone"}, policy: "offline",
			want: "offline offline_form (no_agents)", atMost: 10},
		{name: "agents who work while it is closed", hours: fourADay, agents: slices.Repeat([]string{"daily 10-11, 13-14, 16-17, 19-20"}, 10), policy: "offline",
			want: "offline offline_form (no_agents)", atMost: 40_000},
		{name: "the same, but for one day of next year", hours: "{weekly: {daily: 8-10}, exceptions: [{on: 2027-11-15, hours: 10-12}]}", agents: slices.Repeat([]string{"daily 10-11, 13-14"}, 10), policy: "offline",
			want: "offline offline_form (weekly) until 2027-11-15 10:00 then online, opens 2027-11-15 10:00", atMost: 40_000},
		{name: "relief without a gap", agents: relief, policy: "away", want: "online chat (always)", atMost: 6000},
		{name: "relief without a gap but on one day of next year", agents: append([]string{"{weekly: {daily: 0-8}, exceptions: [{on: 2027-11-15, closed: true}]}"}, relief[1:]...), policy: "away",
			want: "online chat (always) until 2027-11-15 00:00 then away, opens 2027-11-15 08:00", atMost: 6000},
	} {
		asked := 0
		p := widget.Property{Hours: compile(t, "UTC", tt.hours), Policy: widget.Policy{NoAgents: tt.policy}}
		for _, text := range tt.agents {
			if text == "gone" {
				p.Agents = append(p.Agents, gone{})
				continue
			}
			p.Agents = append(p.Agents, counted{compile(t, "UTC", text).WithLeave(tt.away), &asked})
		}
		d := widget.Decide(p, widget.State{}, instant(t, "2026-11-20T12:30:00Z"))
		if got := verdict(d.State); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
		if asked > tt.atMost {
			t.Errorf("%s: %d questions, at most %d", tt.name, asked, tt.atMost)
		}
	}
}

// Hostile hours cost no more than the bound of a search, and what they hide is found when it comes near.
func TestHostileHoursAreBounded(t *testing.T) {
	t.Parallel()
	var spec hours.Spec // opens 48 times a day, for a minute
	for day := range spec.Weekly {
		for i := range 48 {
			spec.Weekly[day] = append(spec.Weekly[day], hours.Window{Opens: 30 * i, Closes: 30*i + 1})
		}
	}
	busy, err := spec.Compile(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	p := widget.Property{Hours: compile(t, "UTC", `{weekly: {daily: "00:10-00:20"}, exceptions: [{on: 2027-06-01, hours: 0-1}]}`)}
	p.Policy.NoAgents = "offline"
	for range 1000 {
		p.Agents = append(p.Agents, counted{busy, &asked})
	}
	d := widget.Decide(p, widget.State{}, instant(t, "2026-11-20T12:30:00Z"))
	if asked > 500_000 {
		t.Errorf("%d questions", asked)
	}
	for steps := 0; d.State.Until.IsZero() && !d.Due.IsZero() && steps < 100; steps++ {
		d = widget.Decide(p, d.State, d.Due)
	}
	if want := instant(t, "2027-06-01T00:00:00Z"); !d.State.Until.Equal(want) {
		t.Errorf("until %v, want %v", d.State.Until, want)
	}
}

// TestHorizonsOfMonths holds until and next_open against a walk hour by hour.
func TestHorizonsOfMonths(t *testing.T) {
	t.Parallel()
	const days = 150
	windows := rapid.SampledFrom([]string{"daily 8-10, 11-13, 14-16, 17-19", "mon-fri 9-17", "sat-sun 10-14", "daily 22-2", "24/7", "mon 9-10"})
	rapid.Check(t, func(r *rapid.T) {
		draw := func(label string) *hours.Schedule {
			s := compile(t, "UTC", windows.Draw(r, label))
			var away []hours.DateRange
			for range rapid.IntRange(0, 2).Draw(r, label+" leaves") {
				from := start().AddDate(0, 0, rapid.IntRange(-5, 60).Draw(r, "from"))
				to := from.AddDate(0, 0, rapid.IntRange(0, 80).Draw(r, "days"))
				away = append(away, hours.DateRange{From: hours.DateOf(from), To: hours.DateOf(to)})
			}
			return s.WithLeave(away)
		}
		p := widget.Property{Hours: compile(t, "UTC", windows.Draw(r, "hours"))}
		p.Policy.NoAgents = rapid.SampledFrom(widget.NoAgentsPolicies()).Draw(r, "no_agents")
		for i := range rapid.IntRange(1, 3).Draw(r, "agents") {
			p.Agents = append(p.Agents, shift{draw(fmt.Sprint("agent ", i))})
		}
		p.Departments = []widget.Department{{ID: "d", Hours: draw("department"), Agents: []widget.Agent{shift{draw("department's agent")}}}}
		from := start().Add(time.Duration(rapid.IntRange(0, 24*14).Draw(r, "at")) * time.Hour)
		for id, s := range parts(widget.Decide(p, widget.State{}, from).State) {
			var until, open time.Time
			for at := from; at.Before(from.AddDate(0, 0, days)) && (until.IsZero() || open.IsZero()); at = at.Add(time.Hour) {
				status := truth(p, id, at)
				if until.IsZero() && status != s.Status {
					until = at
				}
				if !until.IsZero() && open.IsZero() && status == widget.Online {
					open = at
				}
			}
			limit := from.AddDate(0, 0, days)
			for what, pair := range map[string][2]time.Time{"until": {s.Until, until}, "next open": {s.NextOpen, open}} {
				beyond := pair[0].IsZero() || !pair[0].Before(limit)
				if pair[1].IsZero() && !beyond || !pair[1].IsZero() && !pair[0].Equal(pair[1]) {
					r.Errorf("%q %s: %v, want %v", id, what, pair[0], pair[1])
				}
			}
		}
	})
}
