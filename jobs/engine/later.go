package engine

import (
	"time"
)

// Later is the later of a nominal time and now: late work is done as of now, so that a
// late flip does not open a shop that has closed since.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
