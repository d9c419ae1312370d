package widget_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
)

// start is a Saturday; in the following night clocks go back in Europe, and forward
// (by half an hour) had gone those of Lord Howe.
func start() time.Time { return time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC) }

const span = 4 * 24 * time.Hour // of a drawn story

func drawInstant(r *rapid.T, name string) time.Time {
	return start().Add(time.Duration(rapid.IntRange(0, int(span/time.Second)).Draw(r, name)) * time.Second)
}

func drawInstants(r *rapid.T) []time.Time {
	instants := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) time.Time { return drawInstant(r, "wake") }), 0, 30).Draw(r, "wakes")
	if len(instants) > 0 {
		instants = append(instants, instants[len(instants)/2]) // one comes twice
	}
	slices.SortFunc(instants, time.Time.Compare)
	return append(instants, start().Add(span))
}

// drawHours draws hours of which some never open, some never close, some touch, and
// some last over midnight.
func drawHours(r *rapid.T) *hours.Schedule {
	location, err := zones.Load(rapid.SampledFrom([]string{"UTC", "Europe/Paris", "Australia/Lord_Howe", "America/Havana"}).Draw(r, "zone"))
	if err != nil {
		r.Fatal(err)
	}
	var spec hours.Spec
	for day := range spec.Weekly {
		n := rapid.IntRange(0, 2).Draw(r, "windows")
		edges := rapid.SliceOfNDistinct(rapid.IntRange(0, 16), 2*n, 2*n, rapid.ID).Draw(r, "edges")
		slices.Sort(edges)
		for i := 0; i < len(edges); i += 2 {
			spec.Weekly[day] = append(spec.Weekly[day], hours.Window{Opens: edges[i] * 90, Closes: edges[i+1] * 90})
		}
	}
	if rapid.Bool().Draw(r, "excepted") {
		on := hours.Date{Year: 2026, Month: time.October, Day: rapid.IntRange(24, 27).Draw(r, "date")}
		spec.Exceptions = []hours.Exception{{From: on, Hours: []hours.Window{{Opens: 600, Closes: 900}}}}
	}
	schedule, err := spec.Compile(location)
	if err != nil {
		r.Fatal(err)
	}
	switch rapid.IntRange(0, 9).Draw(r, "kind") {
	case 0:
		return nil
	case 1:
		return hours.Always(location)
	case 2:
		return schedule.WithLeave([]hours.DateRange{{From: hours.Date{Year: 2026, Month: time.October, Day: 1}, To: hours.Date{Year: 2026, Month: time.December, Day: 1}}})
	case 3, 4:
		return schedule.With(drawOverride(r))
	}
	return schedule
}

func drawOverride(r *rapid.T) hours.Override {
	return hours.Override{
		Open: rapid.Bool().Draw(r, "open"), From: drawInstant(r, "from").Truncate(time.Minute), Until: drawInstant(r, "until").Truncate(time.Minute),
	}
}

func drawAgents(r *rapid.T) []widget.Agent {
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) widget.Agent {
		if rapid.IntRange(0, 9).Draw(r, "agent") == 0 {
			return gone{}
		}
		return shift{drawHours(r)}
	}), 0, 4).Draw(r, "agents")
}

func drawProperty(r *rapid.T) widget.Property {
	p := widget.Property{Hours: drawHours(r), Agents: drawAgents(r)}
	p.Policy.NoAgents = rapid.SampledFrom(append(widget.NoAgentsPolicies(), "")).Draw(r, "no_agents")
	p.Policy.OutsideHours = rapid.SampledFrom(append(widget.OutsideHoursModes(), "")).Draw(r, "outside_hours")
	for i := range rapid.IntRange(0, 2).Draw(r, "departments") {
		d := widget.Department{ID: fmt.Sprint("d", i), Hours: drawHours(r), Agents: drawAgents(r)}
		if rapid.IntRange(0, 3).Draw(r, "overridden") == 0 {
			o := drawOverride(r)
			d.Override = &o
		}
		p.Departments = append(p.Departments, d)
	}
	return p
}

// parts are the states of a property and its departments, by id.
func parts(s widget.State) map[string]widget.State {
	all := map[string]widget.State{"": s}
	for id, d := range s.Departments {
		all[id] = d
	}
	return all
}

// truth is the state of a unit, straight from the rules.
func truth(p widget.Property, id string, at time.Time) widget.Status {
	open, online, listed := p.Hours.At(at).Open, false, len(p.Agents) > 0
	for _, d := range p.Departments {
		opened := open && d.Hours.At(at).Open
		if d.Override != nil && d.Override.InForce(at) {
			opened = d.Override.Open
		}
		available := opened && (len(d.Agents) == 0 || present(d.Agents, at))
		if d.ID == id {
			return shown(p, opened, available)
		}
		listed = listed || len(d.Agents) > 0
		online = online || available && !forcedClosed(p.Hours, at)
	}
	if !listed {
		online = online || open
	}
	return shown(p, open, online || open && present(p.Agents, at))
}

func present(agents []widget.Agent, at time.Time) bool {
	return slices.ContainsFunc(agents, func(a widget.Agent) bool { return a.Available(at) })
}

func forcedClosed(s *hours.Schedule, at time.Time) bool {
	is := s.At(at)
	return !is.Open && is.Reason == "override"
}

func shown(p widget.Property, open, online bool) widget.Status {
	switch {
	case online:
		return widget.Online
	case !open, p.Policy.NoAgents == "offline":
		return widget.Offline
	}
	return widget.Away
}

// seen is a state without the parts that may depend on the times of decisions: the
// version, and the reason, which alone is no news.
func seen(s widget.State) string {
	return fmt.Sprint(s.Status, s.Mode, s.NewChats, s.Message, s.Since, s.Until, s.Next, s.NextOpen)
}

func TestAnyWakesEndAsWakesOnTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p := drawProperty(r)
		first := widget.Decide(p, widget.State{}, start())
		onTime := first
		for !onTime.Due.IsZero() && !onTime.Due.After(start().Add(span)) {
			onTime = widget.Decide(p, onTime.State, onTime.Due)
		}
		onTime = widget.Decide(p, onTime.State, start().Add(span))
		late := first
		for _, at := range drawInstants(r) {
			late = widget.Decide(p, late.State, at)
		}
		want := parts(onTime.State)
		for id, s := range parts(late.State) {
			if seen(s) != seen(want[id]) {
				r.Errorf("%q:\n   late %s\non time %s", id, seen(s), seen(want[id]))
			}
		}
		if !late.Due.Equal(onTime.Due) {
			r.Errorf("due late %v, on time %v", late.Due, onTime.Due)
		}
	})
}

func TestEveryMinuteIsAsForeseen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p := drawProperty(r)
		from := drawInstant(r, "at")
		d := widget.Decide(p, widget.State{}, from)
		for id, s := range parts(d.State) {
			if s.Status != truth(p, id, from) {
				r.Fatalf("%q at %v: %s, want %s", id, from, s.Status, truth(p, id, from))
			}
			until, open := time.Time{}, time.Time{}
			for at := from.Truncate(time.Minute).Add(time.Minute); at.Before(from.Add(2 * 24 * time.Hour)); at = at.Add(time.Minute) {
				status := truth(p, id, at)
				if until.IsZero() && status != s.Status {
					until = at
					if s.Next != status {
						r.Errorf("%q: next %s, want %s", id, s.Next, status)
					}
				}
				if !until.IsZero() && status == widget.Online {
					open = at
					break
				}
			}
			checkHorizon(r, id+" until", s.Until, until, from)
			checkHorizon(r, id+" next open", s.NextOpen, open, from)
		}
	})
}

// checkHorizon holds an instant against the first found in two days of minutes, zero
// if there was none.
func checkHorizon(r *rapid.T, what string, got, want, from time.Time) {
	beyond := got.IsZero() || !got.Before(from.Add(2*24*time.Hour).Truncate(time.Minute))
	if want.IsZero() && !beyond || !want.IsZero() && !got.Equal(want) {
		r.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestStoriesOfEdits decides at random instants, some of them a little out of order,
// while hours and agents are edited at random.
func TestStoriesOfEdits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		p := drawProperty(r)
		var state widget.State
		boundaries := make(map[string]bool)
		for _, at := range drawInstants(r) {
			if rapid.IntRange(0, 3).Draw(r, "edit") == 0 {
				p = drawProperty(r)
			}
			if state.Version > 0 && !state.Until.IsZero() && rapid.Bool().Draw(r, "on time") && state.Until.Before(at) {
				at = state.Until
			}
			d := widget.Decide(p, state, at)
			checkChanges(r, state, d, at)
			for _, c := range d.Changes {
				if key := fmt.Sprint(c.Department, c.Boundary.Unix()); !c.Boundary.IsZero() && c.Before != "" {
					if boundaries[key] {
						r.Errorf("%q: boundary %v is told twice", c.Department, c.Boundary)
					}
					boundaries[key] = true
				}
			}
			for id, s := range parts(d.State) {
				checkState(r, p, id, s, at)
			}
			state = d.State
			for _, back := range []time.Duration{0, 59 * time.Second} {
				if d := widget.Decide(p, state, state.Since.Add(-back)); state.Since.Equal(at) && len(d.Changes) > 0 && d.Changes[0].Department == "" {
					r.Errorf("%v before its last change: %+v", back, d.Changes[0])
				}
			}
		}
	})
}

func checkChanges(r *rapid.T, state widget.State, d widget.Decision, at time.Time) {
	before, changed := parts(state), make(map[string]bool)
	for _, c := range d.Changes {
		was := before[c.Department]
		changed[c.Department] = true
		switch {
		case c.State.Version <= was.Version:
			r.Errorf("%q: version %d after %d", c.Department, c.State.Version, was.Version)
		case seen(c.State) == seen(was):
			r.Errorf("%q: a change without a difference at %v: %+v", c.Department, at, c.State)
		case c.Before != was.Status:
			r.Errorf("%q: before %s, was %s", c.Department, c.Before, was.Status)
		case !c.Boundary.IsZero() && (!c.Boundary.Equal(c.State.Since) || c.Boundary.Before(was.Until)):
			r.Errorf("%q: boundary %v of a state since %v, foreseen for %v", c.Department, c.Boundary, c.State.Since, was.Until)
		}
	}
	for id, s := range parts(d.State) {
		if was := before[id]; !changed[id] && (s.Version != was.Version || seen(s) != seen(was)) {
			r.Errorf("%q: a difference without a change", id)
		}
	}
}

func checkState(r *rapid.T, p widget.Property, id string, s widget.State, at time.Time) {
	if s.Since.After(at) || !s.Until.IsZero() && !s.Until.After(at) || s.Status != truth(p, id, at) {
		r.Errorf("%q at %v: %s since %v until %v, want %s", id, at, s.Status, s.Since, s.Until, truth(p, id, at))
	}
	for _, t := range []time.Time{s.Since, s.Until, s.NextOpen} {
		if t.Location() != time.UTC || t.Nanosecond() != 0 {
			r.Errorf("%q: %v is not a whole second in UTC", id, t)
		}
	}
}
