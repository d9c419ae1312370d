package hours

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRotation(t *testing.T) {
	t.Parallel()
	weekend := schedule(t, "Europe/Paris", `{weekly: {sat-sun: 10-16, mon: "22:00-02:00"}, rotation: {every: 1w, of: [lea, tom], from: 2026-11-30}}`)
	for _, tt := range []struct {
		at       string
		lea, tom bool
	}{
		{"2026-11-28T11:00:00+01:00", true, true}, // the rotation has not begun
		{"2026-12-05T11:00:00+01:00", true, false},
		{"2026-12-07T01:00:00+01:00", false, false},
		{"2026-12-08T01:00:00+01:00", false, true}, // since Monday evening
		{"2026-12-13T15:59:59+01:00", false, true},
		{"2026-12-19T11:00:00+01:00", true, false},
		{"2027-03-28T11:00:00+02:00", true, false}, // clocks went forward in the night
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		lea, tom, none := weekend.Turn("lea").At(at), weekend.Turn("tom").At(at), weekend.Turn("kim").At(at)
		if lea.Open != tt.lea || tom.Open != tt.tom || none.Open != (tt.lea && tt.tom) {
			t.Errorf("%s: lea %t, tom %t, kim %t", tt.at, lea.Open, tom.Open, none.Open)
		}
	}
	if got := weekend.Turn("lea").At(instant(t, "2026-12-12T11:00:00Z")).Reason; got != "rotation" {
		t.Errorf("reason %q", got)
	}
	if next := weekend.Turn("kim").NextBoundary(instant(t, "2026-12-12T11:00:00Z")); !next.IsZero() {
		t.Errorf("an agent who takes no turns begins at %s", next)
	}
	if plain := schedule(t, "UTC", "daily 9-17"); plain.Turn("lea") != plain {
		t.Error("a schedule without a rotation is another one for an agent")
	}
}

func TestRotationsThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, path := range map[string]string{
		`{every: 1w, of: [lea], from: 2026-11-30}`:         "/rotation/of",
		`{every: 1w, of: [lea, lea], from: 2026-11-30}`:    "/rotation/of/1",
		`{every: 1w, of: [lea, "t m"], from: 2026-11-30}`:  "/rotation/of/1",
		`{every: 0w, of: [lea, tom], from: 2026-11-30}`:    "/rotation/every",
		`{every: 53w, of: [lea, tom], from: 2026-11-30}`:   "/rotation/every",
		`{every: week, of: [lea, tom], from: 2026-11-30}`:  "/rotation/every",
		`{every: 1w, of: [lea, tom], from: 11-30}`:         "/rotation/from",
		`{every: 1w, of: [lea, tom]}`:                      "/rotation",
		`{every: 1w, of: lea, from: 2026-11-30}`:           "/rotation/of",
		`{every: 1w, of: [l, t], from: 2026-11-30, on: x}`: "/rotation/on",
	} {
		_, err := Parse(tree(t, "{weekly: daily 9-17, rotation: "+text+"}"))
		var faults Faults
		if faults, _ = err.(Faults); len(faults) == 0 || faults[0].Path != path {
			t.Errorf("%s: %v, want a fault at %s", text, err, path)
		}
	}
}

// At every minute exactly the agent has the hours on whose date the window opened; boundaries are where the answer changes.
func TestRotationMinuteByMinute(t *testing.T) {
	t.Parallel()
	zones := rapid.SampledFrom([]string{"UTC", "Europe/Paris", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo"})
	rapid.Check(t, func(r *rapid.T) {
		where := zones.Draw(r, "zone")
		text := rapid.SampledFrom([]string{"daily 9-12, 13-17", "daily 22-6", "sat-sun 10-16", "24/7", "mon 9-10"}).Draw(r, "hours")
		plain := schedule(t, where, text)
		from := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)
		rotation := &Rotation{Every: rapid.IntRange(1, 9).Draw(r, "every"), Of: []string{"a", "b", "c"}[:rapid.IntRange(2, 3).Draw(r, "agents")], From: DateOf(from)}
		spec, err := Parse(text)
		if err != nil {
			r.Fatal(err)
		}
		spec.Rotation = rotation
		all, err := spec.Compile(zone(t, where))
		if err != nil {
			r.Fatal(err)
		}
		mine := rapid.IntRange(0, len(rotation.Of)-1).Draw(r, "mine")
		s := all.Turn(rotation.Of[mine])
		start := from.AddDate(0, 0, -4)
		before := s.At(start)
		for at := start; at.Before(start.AddDate(0, 0, 20)); at = at.Add(10 * time.Minute) {
			state := plain.At(at)
			want := state.Open
			if want {
				opened := state.Since
				if opened.IsZero() { // round the clock
					y, m, d := at.In(plain.Location()).Date()
					opened = FirstInstant(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), plain.Location())
				}
				day := DateOf(opened.In(plain.Location())).number() - rotation.From.number()
				want = day < 0 || day/rotation.Every%len(rotation.Of) == mine
			}
			got := s.At(at)
			if got.Open != want {
				r.Fatalf("%s in %s: %t, want %t", at, where, got.Open, want)
			}
			if got.Open != before.Open && !before.Until.After(at.Add(-10*time.Minute)) || before.Until.After(at) && got.Open != before.Open {
				r.Fatalf("%s: foreseen for %s", at, before.Until)
			}
			before = got
		}
	})
}

// Covered hours are those of the colleague on the dates, and one's own.
func TestCoverMinuteByMinute(t *testing.T) {
	t.Parallel()
	zones := rapid.SampledFrom([]string{"UTC", "Europe/Paris", "Australia/Lord_Howe", "America/New_York", "Asia/Tokyo"})
	windows := rapid.SampledFrom([]string{"daily 9-12, 13-17", "daily 22-6", "sat-sun 10-16", "mon-fri 7-15", "mon 9-10", "closed"})
	rapid.Check(t, func(r *rapid.T) {
		own, theirs := schedule(t, zones.Draw(r, "own zone"), windows.Draw(r, "own")), schedule(t, zones.Draw(r, "their zone"), windows.Draw(r, "theirs"))
		start := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)
		from := start.AddDate(0, 0, rapid.IntRange(0, 8).Draw(r, "from"))
		dates := DateRange{DateOf(from), DateOf(from.AddDate(0, 0, rapid.IntRange(0, 5).Draw(r, "days")))}
		calendar := zone(t, zones.Draw(r, "their own zone"))
		s := own.Covering(theirs.WithLeave([]DateRange{dates}), calendar, dates)
		for at := start; at.Before(start.AddDate(0, 0, 18)); at = at.Add(10 * time.Minute) {
			want := own.At(at).Open
			if state := theirs.At(at); state.Open {
				on := DateOf(state.Since.In(calendar))
				want = want || dates.From.Compare(on) <= 0 && on.Compare(dates.To) <= 0
			}
			if got := s.At(at); got.Open != want {
				r.Fatalf("%s: %t, want %t (cover %v)", at, got.Open, want, dates)
			}
			if next := s.NextBoundary(at); !next.IsZero() && s.At(next).Open == s.At(at).Open {
				r.Fatalf("%s: no boundary at %s", at, next)
			}
		}
	})
}

// An hour that a calendar closes is closed for the stand-in, too.
func TestCoverHasTheHolesOfACalendar(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"UTC", "Asia/Tokyo"} {
		theirs := schedule(t, "UTC", `{weekly: {daily: "9-17"}, exceptions: [{ical: a.ics, closures: [{from: "2026-11-23T08:00:00", until: "2026-11-23T10:00:00"}, {from: "2026-11-23T12:00:00", until: "2026-11-23T13:00:00"}]}]}`)
		day := Date{2026, time.November, 23}
		s := schedule(t, where, "closed").Covering(theirs, nil, DateRange{day, day})
		for hour, want := range map[int]bool{9: false, 10: true, 12: false, 13: true, 16: true, 17: false} {
			if at := time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC); s.At(at).Open != want {
				t.Errorf("%s: at %s it is %t, want %t", where, at, !want, want)
			}
		}
	}
}

// A night shift that is covered runs into an early one of one's own, and the year ends between them; two covers of a day join.
func TestCoversAcrossMidnightAndTheYear(t *testing.T) {
	t.Parallel()
	last := Date{2026, time.December, 31}
	own := schedule(t, "Europe/Paris", `{weekly: {daily: "5-9"}, exceptions: [{on: 2027-01-01, closed: true}]}`)
	s := own.Covering(schedule(t, "Europe/Paris", "daily 22-6"), nil, DateRange{last, last})
	s = s.Covering(schedule(t, "Europe/London", "daily 10-12, 20-22"), nil, DateRange{last, last})
	for at, want := range map[string]string{
		"2026-12-31T11:00:00+01:00": "2026-12-31T13:00:00+01:00",
		"2026-12-31T21:30:00+01:00": "2027-01-01T06:00:00+01:00",
		"2027-01-01T05:30:00+01:00": "2027-01-01T06:00:00+01:00", // own hours are closed on that day
	} {
		if got := s.At(instant(t, at)); !got.Open || !got.Until.Equal(instant(t, want)) {
			t.Errorf("%s: %+v, want open until %s", at, got, want)
		}
	}
	if got := own.Covering(schedule(t, "Europe/Paris", "daily 22-6"), nil, DateRange{Date{2026, 12, 30}, Date{2026, 12, 30}}).At(instant(t, "2026-12-31T04:00:00+01:00")); !got.Open || !got.Until.Equal(instant(t, "2026-12-31T09:00:00+01:00")) {
		t.Errorf("the night runs into the morning: %+v", got)
	}
}

func TestWhoIsOnLeaveStandsInForNobody(t *testing.T) {
	t.Parallel()
	dates := DateRange{Date{2026, time.November, 23}, Date{2026, time.November, 24}}
	s := schedule(t, "UTC", "mon-fri 13-17").Covering(schedule(t, "UTC", "mon-fri 9-13"), nil, dates)
	if got := s.At(instant(t, "2026-11-23T10:00:00Z")); !got.Open || got.Reason != "cover" || !got.Until.Equal(instant(t, "2026-11-23T17:00:00Z")) {
		t.Errorf("%+v", got)
	}
	s = s.WithLeave([]DateRange{{Date{2026, time.November, 24}, Date{2026, time.November, 24}}})
	if !s.At(instant(t, "2026-11-23T10:00:00Z")).Open || s.At(instant(t, "2026-11-24T10:00:00Z")).Open {
		t.Error("leave does not beat cover")
	}
}
