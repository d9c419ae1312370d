package hours_test

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/robfig/cron/v3"

	"github.com/deskbell/deskbell/domain/hours"
)

// A Schedule can be handed to robfig/cron as it is.
var _ cron.Schedule = (*hours.Schedule)(nil)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func compile(preset, zone string) *hours.Schedule {
	return must(must(hours.Parse(preset)).Compile(must(zones.Load(zone))))
}

func at(s string) time.Time { return must(time.Parse(time.RFC3339, s)) }

func Example() {
	s := compile("mon-fri 9-12, 13-18; sat 22-2", "Europe/Paris")
	state := s.At(at("2026-11-20T12:30:00+01:00"))
	fmt.Println(state.Open, state.Reason, state.Until)
	fmt.Println(s.NextBoundary(state.Until))
	// Output:
	// false weekly 2026-11-20 13:00:00 +0100 CET
	// 2026-11-20 18:00:00 +0100 CET
}

// On 2026-03-29 the clock in Paris went from 02:00 to 03:00. A shop that opens at 02:30 opened at the
// instant of the jump: it was the first at which the clock showed 02:30 or later.
func ExampleSchedule_NextBoundary_springGap() {
	s := compile("sun 2:30-12", "Europe/Paris")
	fmt.Println(s.NextBoundary(at("2026-03-29T00:00:00+01:00")))
	// Output: 2026-03-29 03:00:00 +0200 CEST
}

// On 2026-10-25 the clock in Paris showed 02:00 to 03:00 twice. The first pass counts.
func ExampleSchedule_NextBoundary_autumnOverlap() {
	s := compile("sun 2:15-2:45", "Europe/Paris")
	opens := s.NextBoundary(at("2026-10-25T00:00:00+02:00"))
	closes := s.NextBoundary(opens)
	fmt.Println(opens)
	fmt.Println(closes)
	fmt.Println(s.NextBoundary(closes)) // not again an hour later
	// Output:
	// 2026-10-25 02:15:00 +0200 CEST
	// 2026-10-25 02:45:00 +0200 CEST
	// 2026-11-01 02:15:00 +0100 CET
}

// Samoa had no Friday in the last week of 2011.
func ExampleSchedule_NextBoundary_skippedDay() {
	s := compile("fri 9-17", "Pacific/Apia")
	fmt.Println(s.NextBoundary(at("2011-12-29T12:00:00-10:00")))
	// Output: 2012-01-06 09:00:00 +1400 +14
}

// In Cuba the clock is put back from 01:00 to 00:00: Sunday begins twice, and opens once.
func ExampleSchedule_At_midnightTwice() {
	s := compile("sun 0-9", "America/Havana")
	state := s.At(at("2026-11-01T00:30:00-05:00"))
	fmt.Println(state.Open, "since", state.Since)
	// Output: true since 2026-11-01 00:00:00 -0400 CDT
}

// Windows that touch are one: there is no boundary at midnight.
func ExampleSchedule_At_touchingWindows() {
	s := compile("sat 20-24; sun 0-4", "Europe/London")
	fmt.Println(s.NextBoundary(at("2026-11-21T20:00:00Z")))
	// Output: 2026-11-22 04:00:00 +0000 GMT
}

func ExampleSchedule_With() {
	s := compile("mon-fri 9-17", "UTC")
	forced := s.With(hours.Override{Open: true, From: at("2026-11-20T08:00:00Z"), Until: at("2026-11-20T12:00:00Z")})
	state := forced.At(at("2026-11-20T08:30:00Z"))
	fmt.Println(state.Reason, state.Until) // the schedule agrees at 12:00, so nothing changes then
	// Output: override 2026-11-20 17:00:00 +0000 UTC
}

func ExampleSpec_String() {
	spec := must(hours.Parse(map[string]any{
		"time_zone":  "Europe/Paris",
		"weekly":     map[string]any{"weekdays": "9am-5:30pm", "sat": []any{"10-12", "12-14"}},
		"holidays":   "FR",
		"exceptions": []any{map[string]any{"on": "2026-12-24", "hours": "9-12", "name": "Christmas Eve"}},
	}))
	fmt.Println(spec)
	// Output:
	// time_zone: Europe/Paris
	// weekly:
	//   mon-fri: 09:00-17:30
	//   sat: 10:00-14:00
	// holidays: {country: FR}
	// exceptions:
	//   - {on: 2026-12-24, hours: 09:00-12:00, name: Christmas Eve}
}

func ExampleParse_faults() {
	_, err := hours.Parse(map[string]any{
		"weekly":   map[string]any{"mon-fri": "9-12, 13-25"},
		"holiday":  "FR",
		"holidays": map[string]any{"country": "FR", "except": "Noel"},
	})
	for _, fault := range err.(hours.Faults) {
		fmt.Println(fault.Path, fault.Offset, fault.Value, fault.Problem)
	}
	// Output:
	// /holiday 0 holiday is not a known key
	// /weekly/mon-fri 9 25 is not a time of day
	// /holidays/except/0 0 Noel is not a holiday there
}
