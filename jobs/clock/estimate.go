package clock

import (
	"cmp"
	"slices"
	"time"
)

// Sample is one comparison of the machine's clock with that of Redis.
type Sample struct {
	Offset time.Duration // Redis' clock less the machine's
	Doubt  time.Duration // half of the round trip: how far the true offset is from Offset at most
}

// Compare makes a sample of what the machine's clock showed before a question and after its answer, and of the time in the
// answer, which was read somewhere in between.
func Compare(asked, answered, theirs time.Time) Sample {
	half := (max(0, answered.Sub(asked)) + 1) / 2
	return Sample{Offset: theirs.Sub(asked.Round(0).Add(half)), Doubt: half}
}

// Estimate gives the offset by some samples: the median of the better half, those with the shortest round trips. It stays as it was
// before where that sample leaves it possible. So a clock that is right is never corrected, and one that is wrong by the same all
// the time does not jitter.
func Estimate(before time.Duration, samples []Sample) Sample {
	if len(samples) == 0 {
		return Sample{Offset: before}
	}
	better := slices.SortedStableFunc(slices.Values(samples), func(a, b Sample) int { return cmp.Compare(a.Doubt, b.Doubt) })
	better = better[:(len(better)+1)/2]
	slices.SortFunc(better, func(a, b Sample) int { return cmp.Compare(a.Offset, b.Offset) })
	median := better[len(better)/2]
	if median.allows(before) {
		median.Offset = before
	}
	return median
}

// allows tells whether an offset may be the true one.
func (s Sample) allows(offset time.Duration) bool { return (s.Offset - offset).Abs() <= s.Doubt }

// proven is how far the clock is off at least, either way.
func (s Sample) proven() time.Duration { return max(0, s.Offset.Abs()-s.Doubt) }
