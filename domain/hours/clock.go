package hours

import (
	"math"
	"time"
)

// clock is the running-maximum clock of a zone: the highest reading that the clocks on the wall have
// shown so far. It never goes back, it jumps over a spring gap, and it stands still while an autumn
// overlap is passed a second time. The rule ("an edge falls at the first instant at which the local
// clock shows that time or a later one") is then plain comparison of integers.
//
// Readings are civil seconds: the time on the wall, counted as if it were UTC from 1970-01-01T00:00.
// Instants are Unix seconds. A clock remembers the last period of constant offset that it looked up,
// which is nearly always the next one asked for; it lives on the stack of one question.
type clock struct {
	location   *time.Location
	start, end int64 // instants [start, end) of the remembered period; both 0 at first
	offset     int64 // seconds east of UTC during it
}

const (
	// reach bounds how far two readings of one instant can differ between offsets. Offsets have lain
	// between -15:57 (Manila, before 1845) and +15:03 (Juneau, before 1868), and no zone has ever
	// changed by more than 24 hours; two days is safe.
	reach = 2 * secondsPerDay

	secondsPerDay = 24 * 60 * 60
)

// look sets the remembered period to the one that holds the instant.
func (c *clock) look(instant int64) {
	if c.start <= instant && instant < c.end {
		return
	}
	t := time.Unix(instant, 0).In(c.location)
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	c.start, c.end, c.offset = math.MinInt64, math.MaxInt64, int64(offset)
	if !start.IsZero() {
		c.start = start.Unix()
	}
	if !end.IsZero() {
		c.end = end.Unix()
	}
	// Past the last transition in the zone's table, time cuts periods at the ends of years, and takes
	// every year to have 365 days (tzset in time/zoneinfo.go, Go 1.26): on the last day of a leap year
	// the end lies before the instant.
	for c.end <= instant {
		c.end += secondsPerDay
	}
}

// reading returns the time on the wall.
func (c *clock) reading(instant int64) int64 {
	c.look(instant)
	return instant + c.offset
}

// mark returns the highest reading up to and including the instant. A period that ended over two
// days ago cannot have shown more than the wall shows now.
func (c *clock) mark(instant int64) int64 {
	highest := c.reading(instant)
	for earlier := *c; earlier.start > instant-reach; {
		// The last whole second of a period is its highest: the reading at which it would have
		// ended was never shown.
		highest = max(highest, earlier.reading(earlier.start-1))
	}
	return highest
}

// first returns the first instant at which the mark is at or past the reading:
// first(r) <= t exactly when r <= mark(t).
func (c *clock) first(reading int64) int64 {
	if guess := reading - c.offset; c.start+reach <= guess && guess < c.end {
		return guess // deep inside the remembered period: no other can have shown it before
	}
	for c.look(reading - reach); ; c.look(c.end) {
		if instant := max(c.start, reading-c.offset); instant < c.end {
			return instant
		}
	}
}

// FirstInstant returns the first instant, in whole seconds, at which the clocks of a zone show a
// reading or a later one: the one that edges fall on. The fields of a time.Time give the reading,
// whatever its own zone.
func FirstInstant(reading time.Time, location *time.Location) time.Time {
	_, offset := reading.Zone()
	c := clock{location: location}
	return time.Unix(c.first(reading.Unix()+int64(offset)), 0).In(location)
}
