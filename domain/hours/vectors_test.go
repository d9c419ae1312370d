package hours

import (
	"strings"
	"testing"
)

// boundaries lists the next n boundaries after a clock, in UTC.
func boundaries(t *testing.T, s *Schedule, clock string, n int) string {
	var all []string
	for at := instant(t, clock); n > 0; n-- {
		if at = s.NextBoundary(at); at.IsZero() {
			break
		}
		all = append(all, at.UTC().Format("2006-01-02T15:04Z"))
	}
	return strings.Join(all, " ")
}

// TestFactsOfSpatieOpeningHours holds the package to the tests of spatie/opening-hours
// (https://github.com/spatie/opening-hours, tests/OpeningHoursTest.php, OpeningHoursOverflowTest.php and
// OpeningHoursForDayTest.php), which run without a zone.
func TestFactsOfSpatieOpeningHours(t *testing.T) {
	t.Parallel()
	const (
		overflow    = "{weekly: {mon: '09:00-02:00'}}"
		monday      = "{weekly: {mon: '09:00-18:00'}}"
		twice       = "{weekly: {'mon,tue': '09:00-11:00, 13:00-19:00'}}"
		consecutive = "{weekly: {mon: '09:00-24:00', tue: '00:00-24:00', wed: ['00:00-03:00', '09:00-24:00'], fri: '00:00-03:00'}}"
		priority    = "{weekly: closed, exceptions: [{on: 2018-01-01, hours: '09:00-18:00'}, {on: 01-01, yearly: true, closed: true}, {on: 12-25, yearly: true, hours: '09:00-12:00'}, {on: 12-26, yearly: true, closed: true}]}"
		morning     = "{weekly: {mon: '09:00-11:00, 13:00-19:00', tue: '10:00-11:00, 14:00-19:00'}, exceptions: [{on: 2016-09-26, closed: true}]}"
	)
	tests := []struct{ test, rule, clock, want string }{
		{"check_open_with_overflow, next_close_with_overflow", overflow, "2019-04-23T01:00:00Z", "open, next 2019-04-23T02:00Z"},
		{"open at a certain date and time", monday, "2016-09-26T11:00:00Z", "open, next 2016-09-26T18:00Z"},
		{"closed because of time", monday, "2016-09-26T20:00:00Z", "closed, next 2016-10-03T09:00Z"},
		{"closed because of day", monday, "2016-09-27T11:00:00Z", "closed, next 2016-10-03T09:00Z"},
		{"its end is closed", monday, "2016-09-26T18:00:00Z", "closed, next 2016-10-03T09:00Z"},
		{"handle consecutive open hours, Monday", consecutive, "2019-02-04T11:00:00Z", "open, next 2019-02-06T03:00Z 2019-02-06T09:00Z"},
		{"handle consecutive open hours, Wednesday", consecutive, "2019-02-06T09:00:00Z", "open, next 2019-02-07T00:00Z 2019-02-08T00:00Z"},
		{"next open hours from edges, 00:00", twice, "2016-09-26T00:00:00Z", "closed, next 2016-09-26T09:00Z"},
		{"next open hours from edges, 09:00", twice, "2016-09-26T09:00:00Z", "open, next 2016-09-26T11:00Z 2016-09-26T13:00Z"},
		{"next open hours from edges, 11:00", twice, "2016-09-26T11:00:00Z", "closed, next 2016-09-26T13:00Z"},
		{"next open hours from edges, 12:00", twice, "2016-09-26T12:00:00Z", "closed, next 2016-09-26T13:00Z 2016-09-26T19:00Z"},
		{"next open hours from edges, 19:00", twice, "2016-09-26T19:00:00Z", "closed, next 2016-09-27T09:00Z"},
		{"full dates have priority, in 2018", priority, "2018-01-01T11:00:00Z", "open, next 2018-01-01T18:00Z"},
		{"full dates have priority, in 2019", priority, "2019-01-01T11:00:00Z", "closed, next 2019-12-25T09:00Z"},
		{"recurring exceptional day", priority, "2025-12-25T10:00:00Z", "open, next 2025-12-25T12:00Z"},
		{"next open hours from early morning of an exception", morning, "2016-09-26T04:00:00Z", "closed, next 2016-09-27T10:00Z 2016-09-27T11:00Z"},
	}
	for _, tt := range tests {
		s := schedule(t, "UTC", tt.rule)
		got := "closed, next "
		if s.At(instant(t, tt.clock)).Open {
			got = "open, next "
		}
		got += boundaries(t, s, tt.clock, strings.Count(tt.want, " ")-1)
		if got != tt.want {
			t.Errorf("%s, at %s: got %s, want %s", tt.test, tt.clock, got, tt.want)
		}
	}
	if _, err := ParseWindows([]any{"09:00-18:00", "14:00-20:00"}); err == nil {
		t.Error("it_cant_be_created_when_time_ranges_overlap: it was")
	}

	// it_can_set_the_timezone_on_the_openings_hours_object
	amsterdam := schedule(t, "Europe/Amsterdam", "{weekly: {mon: '09:00-18:00'}, exceptions: [{on: 2016-11-14, hours: '09:00-13:00'}]}")
	for clock, open := range map[string]bool{
		"2016-10-10T10:00:00Z":      true,
		"2016-10-10T15:59:00Z":      true,
		"2016-10-10T07:00:00Z":      true,
		"2016-10-10T06:59:00Z":      false,
		"2016-10-10T17:59:00+02:00": true,
		"2016-10-10T18:01:00+02:00": false,
		"2016-11-14T12:59:00+01:00": true,
		"2016-11-14T17:59:00+01:00": false,
		"2016-10-10T09:59:00-06:00": true, // America/Denver
	} {
		if got := amsterdam.At(instant(t, clock)).Open; got != open {
			t.Errorf("Amsterdam at %s: got open %v, want %v", clock, got, open)
		}
	}
}

// TestFactsOfZendeskBiz holds the package to the claims of zendesk/biz (https://github.com/zendesk/biz,
// README.md and spec/periods/after_spec.rb).
func TestFactsOfZendeskBiz(t *testing.T) {
	t.Parallel()
	const spec = "{weekly: {mon: '09:00-17:00', tue: '10:00-16:00', wed: '09:00-17:00', thu: '10:00-16:00', fri: '09:00-17:00', sat: '11:00-14:30'}" +
		", exceptions: [{on: 2006-01-16, closed: true}, {on: 2006-01-18, closed: true}]}"
	tests := []struct{ context, zone, rule, clock, want string }{
		{"one week of periods", "UTC", spec, "2006-01-01T00:00:00Z",
			"2006-01-02T09:00Z 2006-01-02T17:00Z 2006-01-03T10:00Z 2006-01-03T16:00Z 2006-01-04T09:00Z 2006-01-04T17:00Z " +
				"2006-01-05T10:00Z 2006-01-05T16:00Z 2006-01-06T09:00Z 2006-01-06T17:00Z 2006-01-07T11:00Z 2006-01-07T14:30Z"},
		{"periods on holidays", "UTC", spec, "2006-01-14T00:00:00Z",
			"2006-01-14T11:00Z 2006-01-14T14:30Z 2006-01-17T10:00Z 2006-01-17T16:00Z 2006-01-19T10:00Z 2006-01-19T16:00Z"},
		{"an empty interval is filtered out", "America/Los_Angeles", "sun 2:30-3; mon 9-17", "2006-04-02T08:00:00Z",
			"2006-04-03T16:00Z 2006-04-04T00:00Z"}, // biz moves the gap's times on by an hour and so empties 02:30-03:15 too
		{"the README's timeline, a whole day included", "America/Los_Angeles",
			"{weekly: {mon: '09:00-17:00', tue: '00:00-24:00', wed: '09:00-17:00', thu: '09:00-12:00, 13:00-17:00', sat: '10:00-14:00'}}", "2015-01-10T10:00:00Z",
			"2015-01-10T18:00Z 2015-01-10T22:00Z 2015-01-12T17:00Z 2015-01-13T01:00Z 2015-01-13T08:00Z 2015-01-14T08:00Z " +
				"2015-01-14T17:00Z 2015-01-15T01:00Z 2015-01-15T17:00Z 2015-01-15T20:00Z 2015-01-15T21:00Z 2015-01-16T01:00Z"},
	}
	for _, tt := range tests {
		if got := boundaries(t, schedule(t, tt.zone, tt.rule), tt.clock, strings.Count(tt.want, " ")+1); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.context, got, tt.want)
		}
	}
}
