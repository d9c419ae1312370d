package jobs

import (
	"time"

	"github.com/robfig/cron/v3"
)

// mostMissed bounds the counting after a leap of the clock: six days of the entry
// that runs every five seconds.
const mostMissed = 100_000

// missCounter follows the runs of one cron entry. They never overlap.
type missCounter struct {
	last time.Time // when the run before was meant to be; zero: there was none
}

// count notes a run by the time at which it was meant to be, and gives the number
// of those between it and the one before. cron skips a run while the last has not
// ended, and makes one run of all that fall due while the machine sleeps.
func (c *missCounter) count(schedule cron.Schedule, meant time.Time) (n int) {
	if !c.last.IsZero() {
		for t := schedule.Next(c.last); t.Before(meant) && n < mostMissed; t = schedule.Next(t) {
			n++
		}
	}
	c.last = meant
	return n
}
