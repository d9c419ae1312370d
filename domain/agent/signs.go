package agent

import (
	"slices"
	"time"
)

// Signs are the latest whole seconds with a sign of life, in Unix time and in their order. Whatever the order in which signs come, they are
// the same.
type Signs []int64

// mostSigns are kept. A login that is told after so many later seconds with signs continues the session that was there before.
const mostSigns = 8

// with gives signs with one more. A presence of an earlier version has the last one alone.
func (s Signs) with(last, at time.Time) Signs {
	if len(s) == 0 && !last.IsZero() {
		s = Signs{last.Unix()}
	}
	i, found := slices.BinarySearch(s, at.Unix())
	if found || i == 0 && len(s) == mostSigns {
		return s
	}
	s = slices.Insert(slices.Clone(s), i, at.Unix())
	return s[max(0, len(s)-mostSigns):]
}

// before is the last sign before a whole second; zero: there was none. It is not known where those from before are forgotten.
func (s Signs) before(at time.Time) (last time.Time, known bool) {
	i, _ := slices.BinarySearch(s, at.Unix())
	if i > 0 {
		return time.Unix(s[i-1], 0).UTC(), true
	}
	return time.Time{}, len(s) < mostSigns
}
