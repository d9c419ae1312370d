package draw

import "time"

// A reading is a wall clock's date and time, written as a time.Time in UTC, so that readings can be subtracted and shifted
// by days without a zone's jumps getting in the way.

// Reading is the time that the clock of t's zone shows at t.
func Reading(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// Midnight is the reading 00:00 of the same date.
func Midnight(r time.Time) time.Time { return r.Truncate(24 * time.Hour) }
