package hours

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"pgregory.net/rapid"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	const never = ""
	tests := []struct {
		name, zone, rule, from string
		d                      time.Duration
		want                   string
	}{
		{"within a window", "Europe/Paris", "mon-fri 9-17", "2026-11-26T10:00:00+01:00", 4 * time.Hour, "2026-11-26T14:00:00+01:00"},
		{"over a night", "Europe/Paris", "mon-fri 9-17", "2026-11-26T15:00:00+01:00", 4 * time.Hour, "2026-11-27T11:00:00+01:00"},
		{"over a week-end", "Europe/Paris", "mon-fri 9-17", "2026-11-27T15:00:00+01:00", 4 * time.Hour, "2026-11-30T11:00:00+01:00"},
		{"up to the last second", "Europe/Paris", "mon-fri 9-17", "2026-11-27T09:00:00+01:00", 8 * time.Hour, "2026-11-27T17:00:00+01:00"},
		{"and a bit more", "Europe/Paris", "mon-fri 9-17", "2026-11-27T09:00:00+01:00", 8*time.Hour + 1, "2026-11-30T09:00:00.000000001+01:00"},
		{"from outside", "Europe/Paris", "mon-fri 9-17", "2026-11-28T12:00:00+01:00", time.Hour, "2026-11-30T10:00:00+01:00"},
		{"nothing, while open", "Europe/Paris", "mon-fri 9-17", "2026-11-26T10:00:00.5+01:00", 0, "2026-11-26T10:00:00.5+01:00"},
		{"nothing, while closed: the next opening", "Europe/Paris", "mon-fri 9-17", "2026-11-27T17:00:00.5+01:00", 0, "2026-11-30T09:00:00+01:00"},
		{"less than nothing", "Europe/Paris", "mon-fri 9-17", "2026-11-27T17:00:00+01:00", -time.Hour, "2026-11-30T09:00:00+01:00"},
		{"over a break, in fractions", "Europe/Paris", "mon-fri 9-12, 13-18", "2026-11-26T11:59:59.25+01:00", time.Second, "2026-11-26T13:00:00.25+01:00"},
		{"weeks", "Europe/Paris", "mon-fri 9-17", "2026-11-02T12:00:00+01:00", 3 * 40 * time.Hour, "2026-11-23T12:00:00+01:00"},
		{"a night's shift", "Europe/Paris", "daily 22-2", "2026-11-26T23:00:00+01:00", 4 * time.Hour, "2026-11-27T23:00:00+01:00"},
		{"a window around a spring gap is short", "Europe/Paris", "sun 1-4", "2026-03-28T00:00:00+01:00", 2 * time.Hour, "2026-03-29T04:00:00+02:00"},
		{"one around an autumn overlap is long", "Europe/Paris", "sun 1-4", "2026-10-25T00:00:00+02:00", 4 * time.Hour, "2026-10-25T04:00:00+01:00"},
		{"the clock stands while open", "Europe/Paris", "sun 1-4", "2026-10-25T02:30:00+02:00", time.Hour, "2026-10-25T02:30:00+01:00"},
		{"the clock stands while closed", "Europe/Paris", "sun 0-2:30, 5-6", "2026-10-25T02:29:00+02:00", 2 * time.Minute, "2026-10-25T05:01:00+01:00"},
		{"a date that was skipped", "Pacific/Apia", "fri 9-17", "2011-12-29T12:00:00-10:00", time.Hour, "2012-01-06T10:00:00+14:00"},
		{"holidays", "Europe/Paris", "{weekly: {mon-fri: 9-17}, holidays: FR}", "2026-12-24T16:00:00+01:00", 2 * time.Hour, "2026-12-28T10:00:00+01:00"},
		{"an exception that opens", "Europe/Paris", "{weekly: closed, exceptions: [{on: 2026-12-24, hours: 9-12}]}", "2026-11-26T10:00:00+01:00", 3 * time.Hour, "2026-12-24T12:00:00+01:00"},
		{"which is not enough", "Europe/Paris", "{weekly: closed, exceptions: [{on: 2026-12-24, hours: 9-12}]}", "2026-11-26T10:00:00+01:00", 3*time.Hour + 1, never},
		{"always open", "Europe/Paris", "24/7", "2026-01-01T00:00:00+01:00", 365 * 24 * time.Hour, "2027-01-01T00:00:00+01:00"},
		{"ten years of open time", "Europe/Paris", "mon-fri 9-17", "2026-11-02T09:00:00+01:00", 522 * 40 * time.Hour, "2036-10-31T17:00:00+01:00"},
		{"never open", "Europe/Paris", "closed", "2026-11-26T10:00:00+01:00", 0, never},
		{"closed past the horizon", "Europe/Paris", "{weekly: 24/7, exceptions: [{from: 2026-01-01, to: 2500-01-01, closed: true}]}", "2026-11-26T10:00:00+01:00", 0, never},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, from := schedule(t, tt.zone, tt.rule), instant(t, tt.from)
			then, ok := s.Add(from, tt.d)
			got := then.Format(time.RFC3339Nano)
			if !ok {
				got = never
			}
			if got != tt.want {
				t.Errorf("%s from %s, and %s: got %q, want %q", tt.rule, tt.from, tt.d, got, tt.want)
			}
			if ok && s.Between(from, then) != max(tt.d, 0) {
				t.Errorf("%s to %s are %s", tt.from, then, s.Between(from, then))
			}
		})
	}
}

func TestNilScheduleIsOpenAtAllTimes(t *testing.T) {
	t.Parallel()
	var s *Schedule
	from := instant(t, "2026-11-26T10:00:00Z")
	if then, ok := s.Add(from, 100*24*time.Hour); !ok || !then.Equal(from.Add(100*24*time.Hour)) {
		t.Error(then, ok)
	}
	if d := s.Between(from, from.Add(time.Hour)); d != time.Hour {
		t.Error(d)
	}
}

// TestOpenTimeOfHardDays holds Between and Add against the oracle, which counts minutes, in zones and on days where clocks
// change.
func TestOpenTimeOfHardDays(t *testing.T) {
	t.Parallel()
	for i, name := range hardZones() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			location := zone(t, name)
			random := rand.New(rand.NewPCG(11, uint64(i)))
			jumps := transitions(location, 2011, 2037)
			for range 6 {
				start := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.IntN(26*365*24)) * time.Hour)
				if len(jumps) > 0 {
					start = jumps[random.IntN(len(jumps))].Add(-time.Duration(random.IntN(60)) * time.Hour)
				}
				checkOpenTime(t, random, location, start)
			}
		})
	}
}

func checkOpenTime(t *testing.T, random *rand.Rand, location *time.Location, start time.Time) {
	t.Helper()
	const days = 6
	spec, leave := randomSpec(random, start.In(location)), randomLeave(random, start.In(location))
	s, err := spec.Compile(location)
	if err != nil {
		t.Fatal(err)
	}
	s = s.WithLeave(leave)
	o := newOracle(spec, leave, location, start, days)
	open, _ := o.answers()
	// sum[i] is the open time before the minute i.
	sum := make([]time.Duration, o.minutes+1)
	for i, reason := range open {
		if sum[i+1] = sum[i]; reason != "" {
			sum[i+1] += time.Minute
		}
	}
	count := func(at time.Time) time.Duration {
		i := int(at.Sub(o.start) / time.Minute)
		if open[i] == "" {
			return sum[i]
		}
		return sum[i] + at.Sub(o.start)%time.Minute
	}
	drawn := func() time.Time {
		minute, fraction := 4*1440+random.IntN(days*1440), time.Duration(random.Int64N(int64(time.Minute)))*time.Duration(random.IntN(2))
		return o.start.Add(time.Duration(minute)*time.Minute + fraction)
	}
	for range 300 {
		a, b := drawn(), drawn()
		want := count(b) - count(a)
		if got := s.Between(a, b); got != want {
			t.Fatalf("from %s to %s: got %s, want %s\n%s\nleave %v", a.In(location), b.In(location), got, want, spec, leave)
		}
		if want <= 0 || b.Before(a) {
			continue
		}
		then, ok := s.Add(a, want)
		if !ok || then.After(b) || count(then)-count(a) != want || count(then.Add(-1))-count(a) == want {
			t.Fatalf("from %s, %s: got %s, %v; not after %s\n%s\nleave %v", a.In(location), want, then, ok, b.In(location), spec, leave)
		}
	}
}

// drawOpenHours draws a schedule with everything that can change its answer.
func drawOpenHours(r *rapid.T) *Schedule {
	location, err := zones.Load(rapid.SampledFrom([]string{"UTC", "Europe/Paris", "Australia/Lord_Howe", "America/Havana", "Africa/Casablanca"}).Draw(r, "zone"))
	if err != nil {
		r.Fatal(err)
	}
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "schedule"), 3))
	spec := randomSpec(random, day(19))
	s, err := spec.Compile(location)
	if err != nil {
		r.Fatal(err)
	}
	s = s.WithLeave(randomLeave(random, day(21)))
	for range rapid.IntRange(0, 2).Draw(r, "overrides") {
		o := Override{Open: rapid.Bool().Draw(r, "open")}
		if rapid.Bool().Draw(r, "begins") {
			o.From = drawInstant(r, "from")
		}
		if rapid.Bool().Draw(r, "ends") {
			o.Until = drawInstant(r, "until")
		}
		s = s.Over(o)
	}
	return s
}

func drawInstant(r *rapid.T, name string) time.Time {
	within := rapid.SampledFrom([]time.Duration{100 * time.Hour, 400 * 24 * time.Hour, 10 * 365 * 24 * time.Hour}).Draw(r, name+" within")
	grain := rapid.SampledFrom([]time.Duration{1, time.Second, 15 * time.Minute}).Draw(r, name+" grain")
	return day(18).Add(time.Duration(rapid.Int64Range(0, int64(within/grain)).Draw(r, name)) * grain)
}

// TestAddAndBetweenProperties draws schedules with overrides and leave, and instants up to ten years apart.
func TestAddAndBetweenProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawOpenHours(r)
		a, b, c := drawInstant(r, "a"), drawInstant(r, "b"), drawInstant(r, "c")
		if b.Before(a) {
			a, b = b, a
		}
		between := s.Between(a, b)
		switch {
		case between < 0 || between > b.Sub(a):
			r.Fatalf("%s open within %s", between, b.Sub(a))
		case between != walked(s, a, b):
			r.Fatalf("from %s to %s: got %s, boundary by boundary %s", a, b, between, walked(s, a, b))
		case between+s.Between(b, c) != s.Between(a, c):
			r.Fatalf("%s + %s are not %s", between, s.Between(b, c), s.Between(a, c))
		}

		d := time.Duration(rapid.Int64Range(0, int64(between)).Draw(r, "d"))
		then, ok := s.Add(a, d)
		if d > 0 && (!ok || then.After(b)) {
			r.Fatalf("Add(%s, %s) is %s, %v, and not before %s", a, d, then, ok, b)
		}
		if !ok {
			return
		}
		if s.Between(a, then) != d {
			r.Fatalf("Add(%s, %s) is %s, %s later", a, d, then, s.Between(a, then))
		}
		if d > 0 && s.Between(a, then.Add(-1)) == d {
			r.Fatalf("Add(%s, %s) is %s, and not the first such instant", a, d, then)
		}
		if d == 0 && !s.At(then).Open {
			r.Fatalf("Add(%s, 0) is %s, when it is closed", a, then)
		}
		if later, ok := s.Add(b, d); ok && later.Before(then) {
			r.Fatalf("from %s until %s, but from %s until %s", a, then, b, later)
		}
		if longer, ok := s.Add(a, d+1); ok && !longer.After(then) {
			r.Fatalf("%s until %s, but %s until %s", d, then, d+1, longer)
		}
	})
}

// walked is Between, found by NextBoundary.
func walked(s *Schedule, a, b time.Time) (total time.Duration) {
	for a.Before(b) {
		next := s.NextBoundary(a)
		if next.IsZero() || next.After(b) {
			next = b
		}
		if s.At(a).Open {
			total += next.Sub(a)
		}
		a = next
	}
	return total
}

// TestAddIsBounded asks for far more than there is, of schedules that are slow to walk.
func TestAddIsBounded(t *testing.T) {
	t.Parallel()
	rare := &Spec{Holidays: &Holidays{Country: "US"}}
	for i := range maxExceptions {
		rare.Exceptions = append(rare.Exceptions, Exception{From: dateOf(dayOf(day(19).Unix()) + 1 + 36*i), Hours: []Window{{600, 601}}})
	}
	s, err := rare.Compile(zone(t, "Africa/Casablanca"))
	if err != nil {
		t.Fatal(err)
	}
	if then, ok := s.Add(day(19), 10*365*24*time.Hour); ok {
		t.Errorf("open for ten years until %s", then)
	}
	if then, ok := s.Add(day(19), maxExceptions*time.Minute); !ok {
		t.Errorf("not open for %d minutes: %s", maxExceptions, then)
	}
	always := schedule(t, "Europe/Paris", "24/7")
	for _, at := range []time.Time{{}, time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)} {
		if then, ok := always.Add(at, math.MaxInt64); ok {
			t.Errorf("292 years after %s, at %s, is beyond the horizon", at, then)
		}
		always.Between(at, day(19))
	}
	if d := always.Between(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)); d != math.MaxInt64 {
		t.Error(d)
	}
}

func BenchmarkAdd(b *testing.B) {
	for name, s := range benches(b) {
		for span, d := range map[string]time.Duration{"4h": 4 * time.Hour, "3w": 120 * time.Hour, "10y": 20000 * time.Hour} {
			b.Run(name+"/"+span, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.Add(day(19), d)
				}
			})
		}
	}
}

func BenchmarkBetween(b *testing.B) {
	for name, s := range benches(b) {
		for span, d := range map[string]time.Duration{"4h": 4 * time.Hour, "3w": 21 * 24 * time.Hour, "10y": 3653 * 24 * time.Hour} {
			b.Run(name+"/"+span, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.Between(day(19), day(19).Add(d))
				}
			})
		}
	}
}
