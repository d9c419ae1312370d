package main

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// A reading is what a wall clock shows, written as a time.Time in UTC, so that readings can be subtracted and shifted
// by days without a zone's jumps getting in the way.

// reading is what the clock of t's zone shows at t.
func reading(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
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
			return hours.FirstInstant(wanted, loc).Truncate(time.Second), nil
		}
	}
	return time.Time{}, usagef("%s %q is not a time; write 2026-03-29, 2026-03-29T09:00, 2026-03-29T09:00:00+02:00 or now", flag, text)
}
