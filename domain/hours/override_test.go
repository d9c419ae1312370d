package hours

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestOverrides(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		override Override
		clock    string
		want     string
	}{ // mon-fri 9-17 in UTC; 2026-11-20 is a Friday
		{"forced open, until the schedule agrees", Override{Open: true, From: day(8), Until: day(12)}, "2026-11-20T08:30:00Z",
			"open (override) from 2026-11-20T08:00:00Z to 2026-11-20T17:00:00Z"},
		{"opening under an override is no boundary", Override{Open: true, From: day(8), Until: day(12)}, "2026-11-20T12:00:00Z",
			"open (weekly) from 2026-11-20T08:00:00Z to 2026-11-20T17:00:00Z"},
		{"forced closed during hours", Override{Open: false, From: day(10), Until: day(12)}, "2026-11-20T11:59:59Z",
			"closed (override) from 2026-11-20T10:00:00Z to 2026-11-20T12:00:00Z"},
		{"before it", Override{Open: false, From: day(10), Until: day(12)}, "2026-11-20T09:30:00Z",
			"open (weekly) from 2026-11-20T09:00:00Z to 2026-11-20T10:00:00Z"},
		{"after it", Override{Open: false, From: day(10), Until: day(12)}, "2026-11-20T12:00:00Z",
			"open (weekly) from 2026-11-20T12:00:00Z to 2026-11-20T17:00:00Z"},
		{"closed before and after", Override{Open: false, From: day(16), Until: day(20)}, "2026-11-20T19:00:00Z",
			"closed (override) from 2026-11-20T16:00:00Z to 2026-11-23T09:00:00Z"},
		{"beginning as the schedule closes", Override{Open: true, From: day(17), Until: day(20)}, "2026-11-20T16:00:00Z",
			"open (weekly) from 2026-11-20T09:00:00Z to 2026-11-20T20:00:00Z"},
		{"ending as the schedule opens", Override{Open: false, From: day(5), Until: day(9)}, "2026-11-20T06:00:00Z",
			"closed (override) from 2026-11-19T17:00:00Z to 2026-11-20T09:00:00Z"},
		{"until undone", Override{Open: false, From: day(10), Until: time.Time{}}, "2027-11-20T11:00:00Z",
			"closed (override) from 2026-11-20T10:00:00Z to ever"},
		{"since ever", Override{Open: true, From: time.Time{}, Until: day(10)}, "2020-11-20T11:00:00Z",
			"open (override) from ever to 2026-11-20T17:00:00Z"},
		{"for ever", Override{Open: true}, "2026-11-20T11:00:00Z", "open (override) from ever to ever"},
		{"to a fraction of a second", Override{Open: false, From: day(10).Add(500 * time.Millisecond), Until: day(12)}, "2026-11-20T10:00:00.4Z",
			"open (weekly) from 2026-11-20T09:00:00Z to 2026-11-20T10:00:00.5Z"},
		{"that ends before it begins", Override{Open: false, From: day(12), Until: day(10)}, "2026-11-20T11:00:00Z",
			"open (weekly) from 2026-11-20T09:00:00Z to 2026-11-20T17:00:00Z"},
	}
	for _, tt := range tests {
		s := schedule(t, "UTC", "mon-fri 9-17").With(tt.override)
		if got := verdict(s.At(instant(t, tt.clock))); got != tt.want {
			t.Errorf("%s, at %s:\n got %s\nwant %s", tt.name, tt.clock, got, tt.want)
		}
	}
}

func day(hour int) time.Time { return time.Date(2026, 11, 20, hour, 0, 0, 0, time.UTC) }

// TestEveryMinuteUnderAnOverride holds the effective answer against its definition: the override while
// it is in force, the schedule otherwise.
func TestEveryMinuteUnderAnOverride(t *testing.T) {
	t.Parallel()
	location := zone(t, "Europe/Paris")
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 3))
		start := time.Date(2026, 10, 23, 0, 0, 0, 0, time.UTC)
		spec := randomSpec(random, start)
		plain, err := spec.Compile(location)
		if err != nil {
			t.Fatal(err)
		}
		minute := func() time.Time { return start.Add(time.Duration(random.IntN(4*1440)) * time.Minute) }
		o := Override{Open: random.IntN(2) == 0, From: minute(), Until: minute()}
		switch random.IntN(6) {
		case 0:
			o.From = time.Time{}
		case 1:
			o.Until = time.Time{}
		}
		s := plain.With(o)
		truth := func(at time.Time) bool {
			valid := o.From.IsZero() || o.Until.IsZero() || o.From.Before(o.Until)
			if valid && !at.Before(o.From) && (o.Until.IsZero() || at.Before(o.Until)) {
				return o.Open
			}
			return plain.At(at).Open
		}
		var since time.Time
		for i := range 4 * 1440 {
			at := start.Add(time.Duration(i) * time.Minute)
			state := s.At(at)
			if i > 0 && truth(at) != truth(at.Add(-time.Minute)) {
				since = at
			}
			bad := state.Open != truth(at) || !since.IsZero() && !state.Since.Equal(since) || !s.NextBoundary(at).Equal(state.Until)
			if next := state.Until; !next.IsZero() {
				bad = bad || !next.After(at) || truth(next) == state.Open || truth(next.Add(-time.Second)) != state.Open
			}
			if bad {
				t.Fatalf("seed %d at %v: %s, want open %v since %v\n%+v\n%s", seed, at, verdict(state), truth(at), since, o, spec)
			}
		}
	}
}

func TestWithReplacesTheOverrideAndSharesTheTables(t *testing.T) {
	t.Parallel()
	s := schedule(t, "UTC", "mon-fri 9-17")
	closed := s.With(Override{Open: false})
	if got := closed.With(Override{Open: true}).At(day(3)); !got.Open {
		t.Errorf("got %s under the second override", verdict(got))
	}
	if got := verdict(s.At(day(10))); got != "open (weekly) from 2026-11-20T09:00:00Z to 2026-11-20T17:00:00Z" {
		t.Errorf("the original answers %s", got)
	}
	if closed.rules != s.rules {
		t.Error("the tables were copied")
	}
}

func TestLeave(t *testing.T) {
	t.Parallel()
	s := schedule(t, "Europe/Paris", `{weekly: {mon-sat: 9-17, sun: 22-6}, exceptions: [{on: 2026-12-24, hours: 0-24, name: Sale}]}`)
	away := s.WithLeave([]DateRange{
		{Date{2026, 12, 28}, Date{2027, 1, 3}},
		{Date{2026, 12, 21}, Date{2026, 12, 27}},
		{Date{2026, 12, 23}, Date{2026, 12, 24}},
		{Date{2026, 12, 31}, Date{2026, 12, 1}}, // ends before it begins: no date
	})
	for clock, want := range map[string]string{
		"2026-12-20T23:00:00+01:00": "open (weekly) from 2026-12-20T22:00:00+01:00 to 2026-12-21T06:00:00+01:00", // the night shift runs on
		"2026-12-21T09:00:00+01:00": "closed (leave) from 2026-12-21T06:00:00+01:00 to 2027-01-04T09:00:00+01:00",
		"2026-12-24T12:00:00+01:00": "closed (leave) from 2026-12-21T06:00:00+01:00 to 2027-01-04T09:00:00+01:00", // leave beats exceptions
		"2027-01-04T08:00:00+01:00": "closed (weekly) from 2026-12-21T06:00:00+01:00 to 2027-01-04T09:00:00+01:00",
	} {
		if got := verdict(away.At(instant(t, clock))); got != want {
			t.Errorf("at %s:\n got %s\nwant %s", clock, got, want)
		}
	}
	if got := away.With(Override{Open: true}).At(instant(t, "2026-12-24T12:00:00+01:00")); !got.Open || got.Reason != "override" {
		t.Errorf("an override does not beat leave: %s", verdict(got))
	}
	if got := away.WithLeave(nil).At(instant(t, "2026-12-22T12:00:00+01:00")); !got.Open {
		t.Errorf("leave withdrawn, yet %s", verdict(got))
	}
}

func TestNoScheduleIsAlwaysOpen(t *testing.T) {
	t.Parallel()
	var none *Schedule
	var absent *Spec
	compiled, err := absent.Compile(zone(t, "Asia/Tokyo"))
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Schedule{"nil": none, "zero": {}, "Always": Always(nil), "nil Spec": compiled} {
		if got := verdict(s.At(day(3))); got != "open (always) from ever to ever" {
			t.Errorf("%s: %s", name, got)
		}
		if next := s.Next(day(3)); !next.IsZero() {
			t.Errorf("%s changes at %v", name, next)
		}
	}
	if none.Location() != time.UTC || compiled.Location().String() != "Asia/Tokyo" {
		t.Errorf("in %v and %v", none.Location(), compiled.Location())
	}
	leave := []DateRange{{Date{2026, 11, 20}, Date{2026, 11, 20}}}
	if got := verdict(none.WithLeave(leave).At(day(3))); got != "closed (leave) from 2026-11-20T00:00:00Z to 2026-11-21T00:00:00Z" {
		t.Errorf("nil with leave: %s", got)
	}
	if got := verdict(compiled.WithLeave(leave).At(day(3))); got != "closed (leave) from 2026-11-20T00:00:00+09:00 to 2026-11-21T00:00:00+09:00" {
		t.Errorf("Tokyo with leave: %s", got)
	}
	if got := verdict(none.With(Override{Until: day(4)}).At(day(3))); got != "closed (override) from ever to 2026-11-20T04:00:00Z" {
		t.Errorf("nil overridden: %s", got)
	}
}
