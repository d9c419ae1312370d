package hours

import "time"

// NextVersion is the version of a state that differs from the one before: one more, or else Unix microseconds, where these are more.
// They are those of the boundary that changed the state, and of the revision of the record that was decided on: an edit gave it that,
// or a wake. So versions grow also where what was decided and said has been lost. Both instants are known to whoever decides on the
// same record, when they do so is not: a page that shows a boundary on time, ahead of the worker, and a worker that comes late give it
// the same version.
func NextVersion(before, revision int64, boundary time.Time) int64 {
	next := max(before+1, revision)
	if !boundary.IsZero() {
		next = max(next, boundary.UnixMicro())
	}
	return next
}
