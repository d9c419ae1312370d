package hours

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// TestClockIsTheHighestReadingSoFar holds the clock against its definition over the whole history of
// each zone, local mean time and the moves of the date line included.
func TestClockIsTheHighestReadingSoFar(t *testing.T) {
	t.Parallel()
	names := append(hardZones(), "Asia/Manila", "America/Juneau", "America/Sitka", "America/Metlakatla", "Pacific/Kwajalein", "Pacific/Guam", "Africa/Monrovia")
	for i, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			location := zone(t, name)
			random := rand.New(rand.NewPCG(11, uint64(i)))
			highest := int64(math.MinInt64) // over all periods before this one
			for _, p := range periods(location) {
				for range 20 {
					width := min(p.end, p.start+5*secondsPerDay) - p.start
					instant := p.start + random.Int64N(width)
					want := max(highest, instant+p.offset)
					c := clock{location: location}
					if got := c.mark(instant); got != want {
						t.Fatalf("mark(%v) = %v, want %v", time.Unix(instant, 0).In(location), got, want)
					}
					// first is the inverse: the first instant whose mark is not below.
					reading := instant + p.offset + random.Int64N(7200) - 3600
					first := c.first(reading)
					if before, after := c.mark(first-1), c.mark(first); before >= reading || after < reading {
						t.Fatalf("first(%d) = %v, where the mark goes from %d to %d", reading, time.Unix(first, 0).In(location), before, after)
					}
				}
				highest = max(highest, p.end-1+p.offset)
			}
		})
	}
}

// periods lists the zone's periods of constant offset from year 1 to 2060.
func periods(location *time.Location) []clock {
	var all []clock
	for at := time.Date(1, 1, 2, 0, 0, 0, 0, location); at.Year() < 2060; {
		c := clock{location: location}
		c.look(at.Unix())
		c.start = max(c.start, at.Unix())
		all = append(all, c)
		if c.end == math.MaxInt64 {
			break
		}
		at = time.Unix(c.end, 0).In(location)
	}
	return all
}
