package hours

import "time"

// Earliest is the first of two instants, of which zero stands for never.
func Earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
