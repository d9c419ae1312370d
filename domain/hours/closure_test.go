package hours

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/hours/zones"
)

// reading is a reading of the clock, "2026-12-24T09:00:00".
func reading(t testing.TB, text string) time.Time {
	t.Helper()
	r, err := time.Parse(readingForm, text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// withClosures is a week with closures, as a file gives them.
func withClosures(t testing.TB, zone, rule string, closures ...Closure) *Schedule {
	t.Helper()
	spec, err := Parse(rule)
	if err != nil {
		t.Fatal(err)
	}
	spec.TimeZone = zone
	spec.Exceptions = []Exception{{Calendar: &Calendar{File: "closures.ics", Closures: closures}}}
	s, err := spec.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClosures(t *testing.T) {
	t.Parallel()
	stretch := func(from, until, zone string) Closure {
		return Closure{Name: "Stocktaking", From: reading(t, from), Until: reading(t, until), Zone: zone}
	}
	christmas := Closure{Name: "Christmas", Days: DateRange{Date{2026, 12, 24}, Date{2026, 12, 26}}}
	for _, c := range []struct {
		name, zone, rule string
		closures         []Closure
		clock, want      string
	}{
		{"whole days", "Europe/Paris", "daily 9-18", []Closure{christmas}, "2026-12-25T12:00:00+01:00",
			"closed (Christmas) from 2026-12-23T18:00:00+01:00 to 2026-12-27T09:00:00+01:00"},
		{"the evening before runs on", "Europe/Paris", "daily 22-2", []Closure{christmas}, "2026-12-24T01:00:00+01:00",
			"open (weekly) from 2026-12-23T22:00:00+01:00 to 2026-12-24T02:00:00+01:00"},
		{"an hour of a day", "Europe/Paris", "daily 9-18", []Closure{stretch("2026-11-24T10:00:00", "2026-11-24T11:00:00", "")}, "2026-11-24T10:00:00+01:00",
			"closed (Stocktaking) from 2026-11-24T10:00:00+01:00 to 2026-11-24T11:00:00+01:00"},
		{"before it", "Europe/Paris", "daily 9-18", []Closure{stretch("2026-11-24T10:00:00", "2026-11-24T11:00:00", "")}, "2026-11-24T09:59:59+01:00",
			"open (weekly) from 2026-11-24T09:00:00+01:00 to 2026-11-24T10:00:00+01:00"},
		{"after it", "Europe/Paris", "daily 9-18", []Closure{stretch("2026-11-24T10:00:00", "2026-11-24T11:00:00", "")}, "2026-11-24T11:00:00+01:00",
			"open (weekly) from 2026-11-24T11:00:00+01:00 to 2026-11-24T18:00:00+01:00"},
		{"across midnight, and into a morning that never opens", "Europe/Paris", "daily 9-18", []Closure{stretch("2026-11-24T17:00:00", "2026-11-25T12:00:00", "")}, "2026-11-25T00:30:00+01:00",
			"closed (Stocktaking) from 2026-11-24T17:00:00+01:00 to 2026-11-25T12:00:00+01:00"},
		{"in another zone", "Europe/Paris", "daily 9-18", []Closure{stretch("2026-11-24T10:00:00", "2026-11-24T11:00:00", "America/New_York")}, "2026-11-24T16:30:00+01:00",
			"closed (Stocktaking) from 2026-11-24T16:00:00+01:00 to 2026-11-24T17:00:00+01:00"},
		{"in UTC", "Europe/Paris", "daily 9-18", []Closure{stretch("2026-11-24T10:00:00", "2026-11-24T10:00:30", "UTC")}, "2026-11-24T11:00:00+01:00",
			"closed (Stocktaking) from 2026-11-24T11:00:00+01:00 to 2026-11-24T11:00:30+01:00"},
		{"in a spring gap it counts from the offset before", "Europe/Paris", "24/7", []Closure{stretch("2026-03-29T02:30:00", "2026-03-29T05:00:00", "")}, "2026-03-29T04:00:00+02:00",
			"closed (Stocktaking) from 2026-03-29T03:30:00+02:00 to 2026-03-29T05:00:00+02:00"},
		{"in an autumn overlap it begins with the first pass", "Europe/Paris", "24/7", []Closure{stretch("2026-10-25T02:30:00", "2026-10-25T05:00:00", "")}, "2026-10-25T04:00:00+01:00",
			"closed (Stocktaking) from 2026-10-25T02:30:00+02:00 to 2026-10-25T05:00:00+01:00"},
		{"the second pass of an overlap, in UTC", "Europe/Paris", "24/7", []Closure{stretch("2026-10-25T01:15:00", "2026-10-25T01:45:00", "UTC")}, "2026-10-25T02:30:00+01:00",
			"closed (Stocktaking) from 2026-10-25T02:15:00+01:00 to 2026-10-25T02:45:00+01:00"},
		{"two that touch are one stretch of closed time", "Europe/Paris", "24/7",
			[]Closure{stretch("2026-11-24T11:00:00", "2026-11-24T12:00:00", ""), {Name: "Lunch", From: reading(t, "2026-11-24T12:00:00"), Until: reading(t, "2026-11-24T13:00:00")}},
			"2026-11-24T12:30:00+01:00", "closed (Lunch) from 2026-11-24T11:00:00+01:00 to 2026-11-24T13:00:00+01:00"},
		{"never open again", "UTC", "closed", []Closure{christmas, stretch("2026-11-24T11:00:00", "2026-11-24T12:00:00", "")}, "2026-11-24T11:30:00Z",
			"closed (Stocktaking) from ever to ever"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := withClosures(t, c.zone, c.rule, c.closures...)
			if got := verdict(s.At(instant(t, c.clock).In(s.Location()))); got != c.want {
				t.Errorf("at %s:\n got %s\nwant %s", c.clock, got, c.want)
			}
		})
	}
}

func TestWrittenExceptionsBeatCalendars(t *testing.T) {
	t.Parallel()
	tree := map[string]any{"time_zone": "Europe/Paris", "weekly": "daily 9-18", "exceptions": []any{
		map[string]any{"ical": "closures.ics", "closures": []any{
			map[string]any{"from": "2026-12-23", "to": "2026-12-25", "name": "Christmas"},
			map[string]any{"from": "2026-12-28T12:00", "until": "2026-12-29T12:00", "name": "Stocktaking"},
		}},
		map[string]any{"on": "2026-12-24", "hours": "10-12", "name": "Christmas Eve"},
		map[string]any{"on": "2026-12-29", "hours": "8-13", "name": "Sale"},
		map[string]any{"on": "12-25", "yearly": true, "hours": "9-10", "name": "every year"},
	}}
	spec, err := Parse(tree)
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	for clock, want := range map[string]string{
		"2026-12-23T12:00:00+01:00": "closed (Christmas) from 2026-12-22T18:00:00+01:00 to 2026-12-24T10:00:00+01:00",
		"2026-12-24T11:00:00+01:00": "open (Christmas Eve) from 2026-12-24T10:00:00+01:00 to 2026-12-24T12:00:00+01:00",
		"2026-12-25T09:30:00+01:00": "closed (Christmas) from 2026-12-24T12:00:00+01:00 to 2026-12-26T09:00:00+01:00",
		"2026-12-28T13:00:00+01:00": "closed (Stocktaking) from 2026-12-28T12:00:00+01:00 to 2026-12-29T08:00:00+01:00",
		"2026-12-29T09:00:00+01:00": "open (Sale) from 2026-12-29T08:00:00+01:00 to 2026-12-29T13:00:00+01:00",
	} {
		if got := verdict(s.At(instant(t, clock).In(s.Location()))); got != want {
			t.Errorf("at %s:\n got %s\nwant %s", clock, got, want)
		}
	}
	var again Spec
	body, err := json.Marshal(spec)
	if err == nil {
		err = json.Unmarshal(body, &again)
	}
	if diff := cmp.Diff(*spec, again); err != nil || diff != "" {
		t.Errorf("read again: %v\n%s\n%s", err, body, diff)
	}
}

func TestFeedsAndAbsences(t *testing.T) {
	t.Parallel()
	const address = "https://calendar.example/shop.ics"
	spec, err := Parse(map[string]any{"weekly": "24/7", "exceptions": []any{map[string]any{"ical_url": "webcal://calendar.example/shop.ics"}}})
	if err != nil {
		t.Fatal(err)
	}
	noon := Closure{Name: "Lunch", From: reading(t, "2026-11-24T12:00:00"), Until: reading(t, "2026-11-24T13:00:00")}
	day := Closure{Name: "Dentist", Days: DateRange{Date{2026, 11, 25}, Date{2026, 11, 25}}}
	feeds := Feeds{address: {noon, day}}
	at := func(s *Schedule, clock string) string { return verdict(s.At(instant(t, clock).In(s.Location()))) }
	with, err := spec.CompileWith(nil, feeds)
	if err != nil {
		t.Fatal(err)
	}
	if got := at(with, "2026-11-24T12:30:00Z"); got != "closed (Lunch) from 2026-11-24T12:00:00Z to 2026-11-24T13:00:00Z" {
		t.Error(got)
	}
	without, err := spec.Compile(nil)
	if err != nil || !without.At(instant(t, "2026-11-24T12:30:00Z")).Open {
		t.Error("closed by a calendar that nobody has fetched", err)
	}
	if got := spec.Calendars(); !slices.Equal(got, []string{address}) {
		t.Error(got)
	}
	var nobody *Schedule
	away := nobody.WithAbsences(nil, []Absence{{DateRange: DateRange{Date{2026, 11, 26}, Date{2026, 11, 26}}}, {Calendar: Calendar{URL: address}}}, feeds)
	for clock, want := range map[string]string{
		"2026-11-24T12:30:00Z": "closed (leave) from 2026-11-24T12:00:00Z to 2026-11-24T13:00:00Z",
		"2026-11-25T12:30:00Z": "closed (leave) from 2026-11-25T00:00:00Z to 2026-11-27T00:00:00Z",
	} {
		if got := at(away, clock); got != want {
			t.Errorf("at %s: %s, want %s", clock, got, want)
		}
	}
	if feeds[address][0].Name != "Lunch" {
		t.Error("reading an absence changed the feed")
	}
}

func TestFaultsOfCalendars(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		entry map[string]any
		want  string
	}{
		"a file over HTTP": {map[string]any{"ical": "closures.ics"},
			`/ical: "closures.ics" is a file, and files are read only beside definitions that come from the command line; allowed: there, deskbell apply; here, ical_url: https://…`},
		"both":          {map[string]any{"ical": "a", "ical_url": "https://b.example/"}, `/ical_url: "" is given beside ical; allowed: one of them in each entry`},
		"not encrypted": {map[string]any{"ical_url": "http://token.example/secret"}, `/ical_url: "" is not the address of a calendar; allowed: https:// (or webcal://), a host and a path, without a user, a password, blanks or a #fragment`},
		"dates as well": {map[string]any{"ical_url": "https://b.example/", "on": "2026-12-24"}, `/on: "on" is not a known key; allowed: ical, ical_url, closures`},
		"closures of a URL": {map[string]any{"ical_url": "https://b.example/", "closures": []any{}},
			`/closures: "" has no calendar; allowed: ical: the name of the file that it was read from`},
		"backwards": {map[string]any{"ical": "a", "closures": []any{map[string]any{"from": "2026-12-24T09:00", "until": "2026-12-24T09:00"}}},
			`/closures/0/until: "2026-12-24T09:00:00" is not after 2026-12-24T09:00:00; allowed: a later reading`},
		"too long": {map[string]any{"ical": "a", "closures": []any{map[string]any{"from": "1900-01-01", "to": "2026-12-24"}}},
			`/closures: "46379 days" are too many to be closed; allowed: at most 40000`},
		"no zone": {map[string]any{"ical": "a", "closures": []any{map[string]any{"from": "2026-12-24T09:00", "until": "2026-12-24T10:00", "zone": "Nowhere"}}},
			`/closures/0/zone: "Nowhere" is not a time zone; allowed: an IANA name such as "Europe/Paris" or "UTC"`},
	} {
		if _, err := ParseCalendar(c.entry); err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
	}
}

// brute answers for each quarter of an hour, by other means: whole days as written exceptions, stretches by looking at every quarter's
// wall clock.
func brute(t *rapid.T, spec *Spec, closures []Closure, location *time.Location, start time.Time, quarters int) []bool {
	days, written := *spec, Spec{TimeZone: spec.TimeZone, Exceptions: spec.Exceptions}
	for _, c := range closures {
		if !c.isDays() {
			continue
		}
		for day := c.Days.From.number(); day <= c.Days.To.number(); day++ {
			date := dateOf(day)
			if !slices.ContainsFunc(days.Exceptions, func(e Exception) bool { return e.From == date }) {
				days.Exceptions = append(slices.Clone(days.Exceptions), Exception{From: date, To: date})
			}
		}
	}
	whole, err := days.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	spared, err := written.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	type stretch struct{ from, until time.Time }
	var stretches []stretch
	for _, c := range closures {
		if !c.isDays() {
			stretches = append(stretches, stretch{scan(c.From, location, start), scan(c.Until, location, start)})
		}
	}
	open := make([]bool, quarters)
	for i := range open {
		at := start.Add(time.Duration(i) * quarter)
		open[i] = whole.At(at).Open && (spared.At(at).Open || !slices.ContainsFunc(stretches, func(s stretch) bool {
			return !at.Before(s.from) && at.Before(s.until)
		}))
	}
	return open
}

// quarter is the grid on which all edges of these tests lie, in every zone.
const quarter = 15 * time.Minute

// scan finds the quarter whose wall clock shows a reading; in a gap, the one that it would be by the clock of before.
func scan(reading time.Time, location *time.Location, start time.Time) time.Time {
	want := civil(reading)
	for i := -3 * 24 * 4; ; i++ {
		at := start.Add(time.Duration(i) * quarter)
		_, offset := at.In(location).Zone()
		shown := at.Unix() + int64(offset)
		if shown == want {
			return at
		}
		if shown > want {
			_, before := at.Add(-quarter).In(location).Zone()
			return time.Unix(want-int64(before), 0)
		}
	}
}

func TestClosuresAgainstEveryQuarter(t *testing.T) {
	t.Parallel()
	around := []struct {
		name  string
		start string // some days around a change of the clocks
	}{
		{"Europe/Paris", "2026-03-27T00:00:00Z"},
		{"Europe/Paris", "2026-10-23T00:00:00Z"},
		{"Australia/Lord_Howe", "2026-04-03T00:00:00Z"},
		{"America/Havana", "2026-10-30T00:00:00Z"},
		{"Africa/Cairo", "2026-04-22T00:00:00Z"},
		{"UTC", "2026-05-01T00:00:00Z"},
	}
	rapid.Check(t, func(t *rapid.T) {
		const days, quarters = 5, 5 * 24 * 4
		zone := rapid.SampledFrom(around).Draw(t, "zone")
		start, err := time.Parse(time.RFC3339, zone.start)
		if err != nil {
			t.Fatal(err)
		}
		location, err := zones.Load(zone.name)
		if err != nil {
			t.Fatal(err)
		}
		spec, err := Parse(rapid.SampledFrom([]string{"24/7", "daily 9-18", "daily 22-6", "daily 0-1:30, 2:30-3, 20-24"}).Draw(t, "week"))
		if err != nil {
			t.Fatal(err)
		}
		spec.TimeZone = zone.name
		first := DateOf(start)
		dateAt := func(label string) Date { return dateOf(first.number() + rapid.IntRange(0, days-1).Draw(t, label)) }
		for range rapid.IntRange(0, 2).Draw(t, "written") {
			date := dateAt("date")
			if !slices.ContainsFunc(spec.Exceptions, func(e Exception) bool { return e.From == date }) {
				spec.Exceptions = append(spec.Exceptions, Exception{From: date, To: date, Hours: rapid.SampledFrom([][]Window{nil, {{540, 720}}, {{1320, 1560}}, {{60, 180}}}).Draw(t, "hours")})
			}
		}
		var closures []Closure
		for range rapid.IntRange(0, 4).Draw(t, "closures") {
			if rapid.Bool().Draw(t, "whole days") {
				date := dateAt("closed")
				closures = append(closures, Closure{Days: DateRange{date, date}})
				continue
			}
			from := start.Add(time.Duration(rapid.IntRange(0, quarters-1).Draw(t, "from")) * quarter)
			until := from.Add(time.Duration(rapid.IntRange(1, 120).Draw(t, "length")) * quarter)
			if scan(from, location, start).Before(scan(until, location, start)) {
				closures = append(closures, Closure{From: from, Until: until})
			}
		}
		want := brute(t, spec, closures, location, start, quarters)
		full := *spec
		full.Exceptions = append(slices.Clone(spec.Exceptions), Exception{Calendar: &Calendar{File: "a.ics", Closures: append([]Closure{}, closures...)}})
		s, err := full.Compile(nil)
		if err != nil {
			t.Fatal(err)
		}
		since := 0
		for i := range want {
			if i > 0 && want[i] != want[i-1] {
				since = i
			}
			at := start.Add(time.Duration(i) * quarter)
			state := s.At(at)
			if state.Open != want[i] {
				t.Fatalf("at %s: open is %t, and is to be %t", at.In(location), state.Open, want[i])
			}
			if since > 0 && !state.Since.Equal(start.Add(time.Duration(since)*quarter)) {
				t.Fatalf("at %s: since %s", at.In(location), state.Since)
			}
			next := i + 1 + slices.Index(want[i+1:], !want[i])
			if next > i && !state.Until.Equal(start.Add(time.Duration(next)*quarter)) {
				t.Fatalf("at %s: until %s", at.In(location), state.Until)
			}
			if !s.NextBoundary(at).Equal(state.Until) {
				t.Fatalf("at %s: %s and %s", at.In(location), s.NextBoundary(at), state.Until)
			}
		}
		checkCounting(t, s, want, start)
	})
}

// checkCounting holds Between and Add to the quarters that are open.
func checkCounting(t *rapid.T, s *Schedule, open []bool, start time.Time) {
	i := rapid.IntRange(0, len(open)-1).Draw(t, "a")
	j := rapid.IntRange(i, len(open)-1).Draw(t, "b")
	var want time.Duration
	for _, is := range open[i:j] {
		if is {
			want += quarter
		}
	}
	a, b := start.Add(time.Duration(i)*quarter), start.Add(time.Duration(j)*quarter)
	if got := s.Between(a, b); got != want {
		t.Fatalf("from %s to %s it is open for %s, and is to be for %s", a, b, got, want)
	}
	d := time.Duration(rapid.Int64Range(0, int64(60*time.Hour)).Draw(t, "d"))
	a = a.Add(time.Duration(rapid.Int64Range(0, int64(quarter)).Draw(t, "fraction")))
	then, ok := s.Add(a, d)
	if !ok {
		return // it never opens again
	}
	if got := s.Between(a, then); got != d {
		t.Fatalf("%s after %s is %s, by when it is open for %s", d, a, then, got)
	}
	if before := then.Add(-time.Nanosecond); before.After(a) && d > 0 && s.Between(a, before) >= d {
		t.Fatalf("%s after %s is before %s", d, a, then)
	}
	if d == 0 && !s.At(then).Open {
		t.Fatalf("closed at %s, the first open instant from %s on", then, a)
	}
}
