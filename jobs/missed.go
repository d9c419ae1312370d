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

// missed notes a run by the time at which it was meant to be, and gives the number
// of those between it and the one before. cron skips a run while the last has not
// ended, and makes one of all that fall due while the machine sleeps.
func (r *missCounter) missed(schedule cron.Schedule, meant time.Time) (n int) {
	if !r.last.IsZero() {
		for t := schedule.Next(r.last); t.Before(meant) && n < mostMissed; t = schedule.Next(t) {
			n++
		}
	}
	r.last = meant
	return n
}
