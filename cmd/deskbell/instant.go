package main

import "time"

// A reading is what a wall clock shows, written as a time.Time in UTC, so that readings can be subtracted and shifted
// by days without a zone's jumps getting in the way.

// reading is what the clock of t's zone shows at t.
func reading(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// firstInstant is the first instant at which the zone's clock shows the reading or a later one.
// time.Date does not say which instant it gives where clocks jump.
func firstInstant(wanted time.Time, loc *time.Location) time.Time {
	t := wanted.Add(-26 * time.Hour).In(loc) // surely before: no zone is so far ahead
	for {
		_, offset := t.Zone()
		candidate := wanted.Add(-time.Duration(offset) * time.Second).In(loc)
		_, end := t.ZoneBounds()
		switch {
		case candidate.Before(t):
			return t // the clock jumped over it
		case end.IsZero() || candidate.Before(end):
			return candidate
		}
		t = end
	}
}

// instant reads the time that a flag was given, in whole seconds. A date or date-time without an offset is a reading
// of the clock in loc.
func instant(flag, text string, now time.Time, loc *time.Location) (time.Time, error) {
	if text == "now" {
		return now.Truncate(time.Second), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.Truncate(time.Second), nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if wanted, err := time.Parse(layout, text); err == nil {
			return firstInstant(wanted, loc).Truncate(time.Second), nil
		}
	}
	return time.Time{}, usagef("%s %q is not a time; write 2026-03-29, 2026-03-29T09:00, 2026-03-29T09:00:00+02:00 or now", flag, text)
}
