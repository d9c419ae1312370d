package agent_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
)

// start is a Saturday; in the following night clocks go back in Europe.
func start() time.Time { return time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC) }

const span = 4 * 24 * time.Hour // of a drawn story

// drawAgent draws hours of which some never change, some touch, some last over
// midnight, and some are minutes long.
func drawAgent(r *rapid.T) agent.Agent {
	location, err := zones.Load(rapid.SampledFrom([]string{"UTC", "Europe/Paris", "Australia/Lord_Howe", "America/Havana"}).Draw(r, "zone"))
	if err != nil {
		r.Fatal(err)
	}
	grid := rapid.SampledFrom([]int{5, 90}).Draw(r, "grid")
	var spec hours.Spec
	for day := range spec.Weekly {
		n := rapid.IntRange(0, 4).Draw(r, "windows")
		edges := rapid.SliceOfNDistinct(rapid.IntRange(0, 16), 2*n, 2*n, rapid.ID).Draw(r, "edges")
		slices.Sort(edges)
		for i := 0; i < len(edges); i += 2 {
			spec.Weekly[day] = append(spec.Weekly[day], hours.Window{Opens: edges[i] * grid, Closes: edges[i+1] * grid})
		}
	}
	a := agent.Agent{NotifyOn: rapid.SampledFrom([][]agent.Kind{nil, {agent.HoursStarted}, agent.Kinds(), agent.Kinds()}).Draw(r, "on")}
	if a.Hours, err = spec.Compile(location); err != nil {
		r.Fatal(err)
	}
	switch rapid.IntRange(0, 9).Draw(r, "kind") {
	case 0:
		a.Hours = nil
	case 1:
		a.Hours = hours.Always(location)
	case 2:
		on := hours.Date{Year: 2026, Month: time.October, Day: rapid.IntRange(24, 27).Draw(r, "date")}
		a.Hours = a.Hours.WithLeave([]hours.DateRange{{From: on, To: on}})
	}
	return a
}

func drawInstants(r *rapid.T) []time.Time {
	instants := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) time.Time {
		return start().Add(time.Duration(rapid.IntRange(0, int(span/time.Second)).Draw(r, "wake")) * time.Second)
	}), 0, 30).Draw(r, "wakes")
	if len(instants) > 0 {
		instants = append(instants, instants[len(instants)/2]) // one comes twice
	}
	slices.SortFunc(instants, time.Time.Compare)
	return append(instants, start().Add(span))
}

// run decides at each instant and gives the last state and all notices.
func run(r *rapid.T, a agent.Agent, instants []time.Time) (agent.State, []agent.Notice) {
	var state agent.State
	var notices []agent.Notice
	for _, at := range instants {
		d := agent.Decide(a, state, at)
		check(r, a, state, d, at)
		notices = append(notices, d.Notices...)
		state = d.State
	}
	checkOnce(r, notices)
	return state, notices
}

// seen is a state without the parts that may depend on the times of decisions: the
// version, and the reason, which alone is no news.
func seen(s agent.State) string { return fmt.Sprint(s.Status, s.Since, s.Until, s.Next) }

// check holds one decision against the rules.
func check(r *rapid.T, a agent.Agent, before agent.State, d agent.Decision, at time.Time) {
	s := d.State
	want := agent.Offline
	if a.Available(at) {
		want = agent.Online
	}
	if s.Status != want || s.Since.After(at) || !s.Until.Equal(a.NextBoundary(at)) {
		r.Errorf("at %v: %s since %v until %v, want %s until %v", at, s.Status, s.Since, s.Until, want, a.NextBoundary(at))
	}
	if d.Changed != (seen(s) != seen(before)) || d.Changed != (s.Version > before.Version) || s.Version < before.Version || s.Told.Before(before.Told) {
		r.Errorf("at %v: changed %v, from %+v to %+v", at, d.Changed, before, s)
	}
	if !d.Boundary.IsZero() && (!d.Boundary.Equal(s.Since) || d.Boundary.Before(before.Until)) {
		r.Errorf("at %v: boundary %v of a state since %v, foreseen for %v", at, d.Boundary, s.Since, before.Until)
	}
	instants := []time.Time{s.Since, s.Until, s.Told, d.Boundary, d.Due}
	for _, n := range d.Notices {
		instants = append(instants, n.Boundary, n.Until)
		if late := at.Sub(n.Boundary); late > hours.NoticeTooLate || late < 0 || !slices.Contains(a.NotifyOn, n.Kind) {
			r.Errorf("at %v: %+v", at, n)
		}
		if !n.Boundary.Equal(a.Hours.At(n.Boundary).Since) || !n.Until.Equal(a.NextBoundary(n.Boundary)) {
			r.Errorf("at %v: no such boundary: %+v", at, n)
		}
	}
	for _, t := range instants {
		if t.Location() != time.UTC || t.Nanosecond() != 0 {
			r.Errorf("%v is not a whole second in UTC", t)
		}
	}
}

func checkOnce(r *rapid.T, notices []agent.Notice) {
	for i := 1; i < len(notices); i++ {
		if !notices[i-1].Boundary.Before(notices[i].Boundary) {
			r.Errorf("twice, or out of order: %+v after %+v", notices[i], notices[i-1])
		}
	}
}

// onTime are the boundaries of some hours.
func onTime(a agent.Agent) []time.Time {
	instants := []time.Time{start()}
	for b := a.NextBoundary(start()); !b.IsZero() && !b.After(start().Add(span)); b = a.NextBoundary(b) {
		instants = append(instants, b)
	}
	return append(instants, start().Add(span))
}

func TestAnyWakesEndAsWakesOnTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		a := drawAgent(r)
		late, _ := run(r, a, append([]time.Time{start()}, drawInstants(r)...))
		want, _ := run(r, a, onTime(a))
		if seen(late) != seen(want) || !late.Told.Equal(want.Told) {
			r.Errorf("\n   late %+v\non time %+v", late, want)
		}
	})
}

func TestLateWakesTellTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		a := drawAgent(r)
		late := []time.Time{start()}
		for _, b := range onTime(a)[1:] {
			by := time.Duration(rapid.IntRange(0, 15*60).Draw(r, "late")) * time.Second
			late = append(late, b.Add(by))
		}
		for range rapid.IntRange(0, 10).Draw(r, "more") {
			late = append(late, rapid.SampledFrom(late).Draw(r, "doubled"))
		}
		slices.SortFunc(late, time.Time.Compare)
		_, want := run(r, a, append(onTime(a), start().Add(span+hours.NoticeTooLate)))
		_, got := run(r, a, append(late, start().Add(span+hours.NoticeTooLate)))
		last := start().Add(span) // of those after, the wakes on time told only the last quarter of an hour
		got, want = until(got, last), until(stillTrue(want, late), last)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			r.Errorf("late:\n%v\non time:\n%v", got, want)
		}
	})
}

// stillTrue are the notices that were true at the first wake after their boundary.
func stillTrue(notices []agent.Notice, wakes []time.Time) []agent.Notice {
	return slices.DeleteFunc(notices, func(n agent.Notice) bool {
		i := slices.IndexFunc(wakes, func(t time.Time) bool { return !t.Before(n.Boundary) })
		return i >= 0 && !n.Until.IsZero() && !wakes[i].Before(n.Until)
	})
}

func until(notices []agent.Notice, last time.Time) []agent.Notice {
	return slices.DeleteFunc(notices, func(n agent.Notice) bool { return n.Boundary.After(last) })
}

func TestStoriesOfEdits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		a := drawAgent(r)
		var state agent.State
		var notices []agent.Notice
		boundaries := make(map[time.Time]bool)
		for _, at := range drawInstants(r) {
			if rapid.IntRange(0, 3).Draw(r, "edit") == 0 {
				a = drawAgent(r)
			}
			if at.After(state.Until) && !state.Until.IsZero() && rapid.Bool().Draw(r, "on time") {
				at = state.Until
			}
			d := agent.Decide(a, state, at)
			check(r, a, state, d, at)
			if d.Changed && boundaries[d.Boundary] && !d.Boundary.IsZero() {
				r.Errorf("boundary %v is an action's cause twice", d.Boundary)
			}
			boundaries[d.Boundary] = true
			notices = append(notices, d.Notices...)
			state = d.State
			for _, back := range []time.Duration{0, 59 * time.Second} {
				if d := agent.Decide(a, state, state.Since.Add(-back)); state.Since.Equal(at) && (d.Changed || len(d.Notices) > 0) {
					r.Errorf("%v before its last change: %+v", back, d)
				}
			}
		}
		checkOnce(r, notices)
	})
}
