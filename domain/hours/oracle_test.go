package hours

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/holidays"
)

// hardZones have put their clocks forward and back at every odd hour there is.
func hardZones() []string {
	return []string{
		"Europe/Paris", "Europe/London", "Europe/Dublin", "Europe/Moscow", "Europe/Istanbul", "Europe/Samara", "Europe/Volgograd", "Europe/Lisbon",
		"America/New_York", "America/St_Johns", "America/Havana", "America/Sao_Paulo", "America/Asuncion", "America/Santiago", "America/Caracas",
		"America/Nuuk", "America/Scoresbysund", "America/Mexico_City", "America/Tijuana", "America/Metlakatla", "America/Port-au-Prince",
		"Atlantic/Azores", "Antarctica/Troll", "Antarctica/Casey", "Antarctica/Macquarie", "Antarctica/Vostok",
		"Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Juba", "Africa/Sao_Tome", "Africa/Tripoli", "Africa/Windhoek",
		"Asia/Beirut", "Asia/Amman", "Asia/Damascus", "Asia/Gaza", "Asia/Tehran", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Ulaanbaatar", "Asia/Almaty",
		"Australia/Lord_Howe", "Australia/Adelaide", "Australia/Sydney", "Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kiritimati",
		"Pacific/Chatham", "Pacific/Norfolk", "Pacific/Easter", "Pacific/Fiji", "Pacific/Tongatapu", "Pacific/Bougainville", "UTC",
	}
}

// oracle answers straight from the rule in doc.go. It shares nothing with the package but the Spec: it reads the
// wall clock of every minute, and finds for each edge the first that shows or passes it.
type oracle struct {
	start   time.Time // the minutes seen are start, start+1m, …
	minutes int
	wall    []int64 // the clock's reading at each, as if in UTC
	spec    *Spec
	leave   []DateRange
}

func newOracle(spec *Spec, leave []DateRange, location *time.Location, start time.Time, days int) *oracle {
	o := &oracle{start: start.Truncate(time.Minute).Add(-4 * 24 * time.Hour), minutes: (days + 8) * 24 * 60, spec: spec, leave: leave}
	for i := range o.minutes {
		local := o.start.Add(time.Duration(i) * time.Minute).In(location)
		o.wall = append(o.wall, naive(local.Date())+int64(local.Hour()*60+local.Minute())*60)
	}
	return o
}

func naive(y int, m time.Month, d int) int64 { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() }

// first returns the first minute at which the wall shows the reading or a later one.
func (o *oracle) first(reading int64) int {
	for i, shown := range o.wall {
		if shown >= reading {
			return i
		}
	}
	return o.minutes
}

// answers fills in, for each minute, the reason if open, and "" if closed; and the reason of the date.
func (o *oracle) answers() (open, governing []string) {
	open, governing = make([]string, o.minutes), make([]string, o.minutes)
	first := time.Unix(o.wall[0], 0).UTC()
	for day := -2; day < o.minutes/1440+4; day++ {
		date := first.AddDate(0, 0, day)
		windows, reason := o.on(date)
		base := naive(date.Date())
		for _, w := range windows {
			opens, closes := o.first(base+int64(w.Opens)*60), o.first(base+int64(w.Closes)*60)
			for i := opens; i < closes; i++ {
				open[i] = reason // a later date overwrites: its window opened last
			}
		}
		for i, shown := range o.wall {
			if shown >= base && shown < base+24*60*60 {
				governing[i] = reason
			}
		}
	}
	return open, governing
}

// on returns the windows that open on a date, by precedence.
func (o *oracle) on(date time.Time) ([]Window, string) {
	for _, r := range o.leave {
		if within(date, r.From, r.To) {
			return nil, "leave"
		}
	}
	for _, yearly := range []bool{false, true} {
		var shortest *Exception
		for i, e := range o.spec.Exceptions {
			if e.Yearly == yearly && onDate(e, date) && (shortest == nil || daysOf(e) < daysOf(*shortest)) {
				shortest = &o.spec.Exceptions[i]
			}
		}
		if shortest != nil {
			return shortest.Hours, shortest.Name
		}
	}
	if windows, reason, ok := o.holiday(date); ok {
		return windows, reason
	}
	return o.spec.Weekly[date.Weekday()], "weekly"
}

func within(date time.Time, from, to Date) bool {
	day := naive(date.Date())
	return naive(from.Year, from.Month, from.Day) <= day && day <= naive(to.Year, to.Month, to.Day)
}

func onDate(e Exception, date time.Time) bool {
	if !e.Yearly {
		return within(date, e.From, e.To)
	}
	day, from, to := date.Format("01-02"), fmt.Sprintf("%02d-%02d", e.From.Month, e.From.Day), fmt.Sprintf("%02d-%02d", e.To.Month, e.To.Day)
	if from <= to {
		return from <= day && day <= to
	}
	return day >= from || day <= to
}

// daysOf counts the dates of an exception, of a yearly one in a leap year.
func daysOf(e Exception) int {
	if e.Yearly {
		e.From.Year, e.To.Year = 2024, 2024
	}
	days := int(naive(e.To.Year, e.To.Month, e.To.Day)-naive(e.From.Year, e.From.Month, e.From.Day))/(24*60*60) + 1
	if days <= 0 {
		days += 366 // over New Year
	}
	return days
}

func (o *oracle) holiday(date time.Time) ([]Window, string, bool) {
	h := o.spec.Holidays
	if h == nil {
		return nil, "", false
	}
	day := naive(date.Date()) / (24 * 60 * 60)
	for _, want := range []bool{false, true} { // a holiday on its own date goes first
		for _, f := range h.list() {
			if f.Observed == want && nameIn(h.Except, f) == "" && slices.Contains(f.Days(date.Year()), int(day)) {
				reason := f.Local
				if want {
					reason += " (observed)"
				}
				return h.Hours[nameIn(slices.Collect(maps.Keys(h.Hours)), f)], reason, true
			}
		}
	}
	return nil, "", false
}

func nameIn(names []string, f holidays.Holiday) string {
	for _, name := range names {
		if f.Called(name) {
			return name
		}
	}
	return ""
}

// TestEveryMinuteOfHardDays holds At, NextBoundary and Since against the oracle, minute by minute, in
// zones and on days where clocks change.
func TestEveryMinuteOfHardDays(t *testing.T) {
	t.Parallel()
	cases := 12
	if testing.Short() {
		cases = 2
	}
	for i, name := range hardZones() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			location := zone(t, name)
			random := rand.New(rand.NewPCG(7, uint64(i)))
			jumps := transitions(location, 2011, 2037)
			for range cases {
				start := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.IntN(26*365*24)) * time.Hour)
				if len(jumps) > 0 && random.IntN(8) > 0 {
					start = jumps[random.IntN(len(jumps))].Add(-time.Duration(random.IntN(60)) * time.Hour)
				}
				checkMinutes(t, randomSpec(random, start.In(location)), randomLeave(random, start.In(location)), location, start, 3)
			}
		})
	}
}

// transitions lists the instants at which the zone's offset changes.
func transitions(location *time.Location, from, to int) []time.Time {
	var jumps []time.Time
	for t := time.Date(from, 1, 1, 0, 0, 0, 0, location); t.Year() <= to; {
		_, end := t.ZoneBounds()
		if end.IsZero() {
			break
		}
		_, before := t.Zone()
		if _, after := end.Zone(); before != after {
			jumps = append(jumps, end)
		}
		t = end
	}
	return jumps
}

// checkMinutes compares every answer over some days.
func checkMinutes(t *testing.T, spec *Spec, leave []DateRange, location *time.Location, start time.Time, days int) {
	t.Helper()
	s, err := spec.Compile(location)
	if err != nil {
		t.Fatalf("%v in\n%s", err, spec)
	}
	if leave != nil {
		s = s.WithLeave(leave)
	}
	o := newOracle(spec, leave, location, start, days)
	open, governing := o.answers()
	instant := func(i int) time.Time { return o.start.Add(time.Duration(i) * time.Minute) }
	next := make([]int, o.minutes) // the minute of the next boundary, or beyond
	for i := o.minutes - 1; i >= 0; i-- {
		next[i] = o.minutes
		if i+1 < o.minutes {
			if next[i] = next[i+1]; (open[i] == "") != (open[i+1] == "") {
				next[i] = i + 1
			}
		}
	}
	fail := func(i int, format string, args ...any) {
		t.Helper()
		t.Fatalf("at %s: %s\n%s\nleave %v", instant(i).In(location), fmt.Sprintf(format, args...), spec, leave)
	}
	since := -1
	for i := 4 * 1440; i < (4+days)*1440; i++ {
		if (open[i] == "") != (open[i-1] == "") {
			since = i
		}
		state := s.At(instant(i))
		switch {
		case state.Open != (open[i] != ""):
			fail(i, "got %s, want open: %v", verdict(state), open[i] != "")
		case state.Open && state.Reason != open[i], !state.Open && state.Reason != governing[i]:
			fail(i, "reason %q, want %q while open, %q while closed", state.Reason, open[i], governing[i])
		case since >= 0 && !state.Since.Equal(instant(since)):
			fail(i, "since %v, want %v", state.Since, instant(since).In(location))
		case next[i] < o.minutes && !state.Until.Equal(instant(next[i])):
			fail(i, "until %v, want %v", state.Until, instant(next[i]).In(location))
		case next[i] == o.minutes && !state.Until.IsZero() && state.Until.Before(instant(o.minutes)):
			fail(i, "until %v, want later", state.Until)
		case !s.NextBoundary(instant(i)).Equal(state.Until):
			fail(i, "NextBoundary %v, At %v", s.NextBoundary(instant(i)), state.Until)
		}
	}
}

// randomSpec makes a schedule with something of everything near the start.
func randomSpec(random *rand.Rand, start time.Time) *Spec {
	spec := &Spec{}
	for day := range spec.Weekly {
		spec.Weekly[day] = randomWindows(random)
	}
	if random.IntN(3) == 0 {
		spec.Holidays = &Holidays{Country: []string{"FR", "GB", "US", "DE"}[random.IntN(4)]}
	}
	for day := -2; day < 9; day++ {
		if random.IntN(4) > 0 {
			continue
		}
		e := Exception{Name: fmt.Sprintf("exception %d", day), Hours: randomWindows(random), Yearly: random.IntN(3) == 0}
		first := start.AddDate(0, 0, day)
		last := first.AddDate(0, 0, random.IntN(3))
		e.From, e.To = DateOf(first), DateOf(last)
		if e.Yearly {
			e.From.Year, e.To.Year = 0, 0
		}
		spec.Exceptions = append(spec.Exceptions, e)
		day += 3
	}
	nest(random, spec, start)
	return spec
}

// nest adds exceptions around and inside of those that are there, and leaves out those of which neither is the shorter one.
func nest(random *rand.Rand, spec *Spec, start time.Time) {
	start = time.Unix(naive(start.Date()), 0).UTC() // on the calendar of a zone, a day may be skipped
	for n := range random.IntN(6) {
		first := start.AddDate(0, 0, random.IntN(9)-4)
		last := first.AddDate(0, 0, random.IntN(8))
		e := Exception{Name: fmt.Sprintf("nested %d", n), Hours: randomWindows(random), Yearly: random.IntN(3) == 0, From: DateOf(first), To: DateOf(last)}
		if e.Yearly {
			e.From.Year, e.To.Year = 0, 0
		}
		clashes := slices.ContainsFunc(spec.Exceptions, func(other Exception) bool {
			if other.Yearly != e.Yearly || daysOf(other) != daysOf(e) {
				return false
			}
			for date := start.AddDate(0, 0, -5); date.Before(start.AddDate(0, 0, 20)); date = date.AddDate(0, 0, 1) {
				if onDate(e, date) && onDate(other, date) {
					return true
				}
			}
			return false
		})
		if !clashes {
			spec.Exceptions = append(spec.Exceptions, e)
		}
	}
}

// randomWindows favours the small hours, in which clocks change, and ends that touch.
func randomWindows(random *rand.Rand) []Window {
	edges := []int{0, 15, 30, 60, 90, 105, 120, 135, 150, 165, 180, 210, 240, 540, 720, 1020, 1380, 1410, 1425}
	switch random.IntN(8) {
	case 0:
		return nil
	case 1:
		return []Window{wholeDay()}
	case 2:
		opens := edges[random.IntN(len(edges))]
		return []Window{{opens, opens + 1 + random.IntN(1440)}}
	}
	var windows []Window
	for i := random.IntN(4); i+1 < len(edges); i++ {
		j := min(i+1+random.IntN(3), len(edges)-1)
		w := Window{edges[i], edges[j]}
		if random.IntN(6) == 0 {
			w.Closes = 1440 + random.IntN(min(300, w.Opens+1))
			return append(windows, w)
		}
		windows = append(windows, w)
		i = j - 1 + random.IntN(6) // 0: the next one touches
	}
	return windows
}

func randomLeave(random *rand.Rand, start time.Time) []DateRange {
	if random.IntN(3) > 0 {
		return nil
	}
	first := start.AddDate(0, 0, random.IntN(4)-1)
	return []DateRange{{DateOf(first), DateOf(first.AddDate(0, 0, random.IntN(3)))}}
}
