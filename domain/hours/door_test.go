package hours

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/hours/zones"
)

// drawDoor is a door of up to three gates within one week of minutes, each with an override of before.
func drawDoor(r *rapid.T, from time.Time) Door {
	var d Door
	for range rapid.IntRange(0, 3).Draw(r, "gates") {
		var spec Spec
		for day := range spec.Weekly {
			edges := rapid.SliceOfNDistinct(rapid.IntRange(0, 24), 4, 4, rapid.ID).Draw(r, "edges")
			slices.Sort(edges)
			spec.Weekly[day] = []Window{{Opens: edges[0] * 60, Closes: edges[1] * 60}, {Opens: edges[2] * 60, Closes: edges[3] * 60}}
		}
		zone := rapid.SampledFrom([]string{"UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe"}).Draw(r, "zone")
		location, err := zones.Load(zone)
		if err != nil {
			r.Fatal(err)
		}
		s, err := spec.Compile(location)
		if err != nil {
			r.Fatal(err)
		}
		g := Gate{Hours: s}
		at := from.Add(-5 * time.Hour)
		for range rapid.IntRange(0, 2).Draw(r, "overrides") {
			at = at.Add(time.Duration(rapid.IntRange(-300, 600).Draw(r, "pause")) * time.Minute)
			o := Override{Open: rapid.Bool().Draw(r, "open"), From: at}
			at = at.Add(time.Duration(rapid.IntRange(1, 600).Draw(r, "length")) * time.Minute)
			o.Until = at
			g.Overrides = append(g.Overrides, o)
		}
		d = append(d, g)
	}
	return d
}

// isOpen is the answer of the definition: every gate is open, and the last override in force beats its schedule.
func isOpen(d Door, t time.Time) bool {
	return !slices.ContainsFunc(d, func(g Gate) bool {
		open := g.Hours.At(t).Open
		for _, o := range g.Overrides {
			if o.InForce(t) {
				open = o.Open
			}
		}
		return !open
	})
}

// TestADoorIsWhatEveryMinuteShows counts open time by the minute, over the days on which clocks change.
func TestADoorIsWhatEveryMinuteShows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		day := rapid.SampledFrom([]int{0, 124, 217, 300}).Draw(r, "day") // some of them before a change
		from := time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day).Add(time.Duration(rapid.IntRange(0, 24*60).Draw(r, "minute")) * time.Minute)
		d := drawDoor(r, from)
		want := rapid.IntRange(1, 20*60).Draw(r, "minutes")
		then, ok := d.Add(from, time.Duration(want)*time.Minute)
		passed, opens, closedSince, was := 0, time.Time{}, from, isOpen(d, from)
		for m := range 3 * 24 * 60 {
			at := from.Add(time.Duration(m) * time.Minute)
			open := isOpen(d, at)
			if d.Open(at) != open {
				r.Fatalf("at %v it is open: %t, want %t", at, !open, open)
			}
			if got := d.Between(from, at); got != time.Duration(passed)*time.Minute {
				r.Fatalf("between %v and %v: %v, want %d minutes", from, at, got, passed)
			}
			if open && !was && opens.IsZero() {
				opens = at
				if got := d.Opens(from); !got.Equal(at) {
					r.Fatalf("opens %v, want %v", got, at)
				}
			}
			if !open && was {
				closedSince = at
			}
			if got := d.ClosedSince(from, at); !open && !got.Equal(closedSince) {
				r.Fatalf("at %v closed since %v, want %v", at, got, closedSince)
			}
			was = open
			if open {
				passed++
			}
			if passed == want {
				if at = at.Add(time.Minute); !ok || !then.Equal(at) {
					r.Fatalf("add %d minutes to %v: %v, want %v", want, from, then, at)
				}
				return
			}
		}
		if limit := from.Add(3 * 24 * time.Hour); ok && then.Before(limit) {
			r.Fatalf("add %d minutes to %v: %v, too early", want, from, then)
		}
	})
}

func TestADoorThatNeverOpens(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for name, d := range map[string]Door{
		"closed for good": {{Hours: schedule(t, "UTC", "mon-fri 9-17"), Overrides: []Override{{}}}},
		"never at once":   {{Hours: schedule(t, "UTC", "mon-fri 9-12")}, {Hours: schedule(t, "UTC", "mon-fri 13-17")}},
	} {
		if then, ok := d.Add(from, time.Minute); ok {
			t.Errorf("%s: %v", name, then)
		}
		if opens := d.Opens(from); !opens.IsZero() {
			t.Errorf("%s: opens %v", name, opens)
		}
	}
	always := Door{}
	if then, ok := always.Add(from, time.Hour); !ok || !then.Equal(from.Add(time.Hour)) {
		t.Errorf("no gate: %v", then)
	}
	if then, ok := (Door{{Hours: schedule(t, "UTC", "mon-fri 9-12")}, {Hours: schedule(t, "UTC", "mon-fri 10-17")}}).Add(from, 0); !ok || !then.Equal(from.Add(time.Hour)) {
		t.Errorf("add nothing while it is closed: %v", then)
	}
}

// TestOpenTimeUnderOverridesOverOverrides has a department's override over that of its property.
func TestOpenTimeUnderOverridesOverOverrides(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC) }
	closed, open := Override{From: at(10), Until: at(14)}, Override{Open: true, From: at(11), Until: at(12)}
	s := schedule(t, "UTC", "mon-fri 9-17").With(closed).Over(open)
	if got := s.Between(at(9), at(17)); got != 5*time.Hour {
		t.Errorf("%v of open time, want 5h", got)
	}
	if then, ok := s.Add(at(9), 3*time.Hour); !ok || !then.Equal(at(15)) {
		t.Errorf("three hours after nine: %v", then)
	}
}
