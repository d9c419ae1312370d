package clock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/jobs/clock"
)

const ms = time.Millisecond

func TestCompare(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		trip, theirs time.Duration // after the question, by the machine's clock
		want         clock.Sample
	}{
		{0, 0, clock.Sample{}},
		{2 * ms, ms, clock.Sample{Doubt: ms}},
		{2 * ms, 501 * ms, clock.Sample{Offset: 500 * ms, Doubt: ms}},
		{2 * time.Second, 0, clock.Sample{Offset: -time.Second, Doubt: time.Second}},
		{10 * ms, -5 * time.Minute, clock.Sample{Offset: -5*time.Minute - 5*ms, Doubt: 5 * ms}},
	} {
		if got := clock.Compare(nine, nine.Add(c.trip), nine.Add(c.theirs)); got != c.want {
			t.Errorf("round trip %s, theirs %s: %+v, want %+v", c.trip, c.theirs, got, c.want)
		}
	}
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	sample := func(offset, doubt time.Duration) clock.Sample { return clock.Sample{Offset: offset, Doubt: doubt} }
	for _, c := range []struct {
		name    string
		before  time.Duration
		samples []clock.Sample
		want    time.Duration
	}{
		{"without a sample all is as before", 7 * ms, nil, 7 * ms},
		{"a clock that may be right is not corrected", 0, []clock.Sample{sample(3*ms, 4*ms)}, 0},
		{"one that is proven wrong is", 0, []clock.Sample{sample(5*ms, 4*ms)}, 5 * ms},
		{"an offset that may still be right stays", 300 * ms, []clock.Sample{sample(302*ms, 2*ms)}, 300 * ms},
		{"slow answers count for nothing", 0, []clock.Sample{sample(900*ms, time.Second), sample(1500*ms, ms), sample(1501*ms, ms), sample(-800*ms, time.Second)}, 1501 * ms},
		{"one answer that is quick and wrong counts for nothing", 0, []clock.Sample{
			sample(0, 0), sample(1500*ms, ms), sample(1502*ms, ms), sample(1504*ms, 2*ms), sample(1505*ms, 3*ms),
		}, 1500 * ms},
		{"a clock that was set right is right", -5 * time.Minute, []clock.Sample{sample(ms/2, ms), sample(ms/2, ms)}, ms / 2},
	} {
		if got := clock.Estimate(c.before, c.samples); got.Offset != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Offset, c.want)
		}
	}
}

// Whatever the network does, the estimate is no farther from the truth than the doubt that it states, and twice that where it stays as
// it was.
func TestEstimateIsWithinItsDoubt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		duration := func(label string, least, most time.Duration) time.Duration {
			return time.Duration(rapid.Int64Range(int64(least), int64(most)).Draw(t, label))
		}
		truth := duration("offset", -time.Hour, time.Hour)
		before := rapid.SampledFrom([]time.Duration{0, truth, truth + ms}).Draw(t, "before")
		at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		var samples []clock.Sample
		for range rapid.IntRange(1, 7).Draw(t, "samples") {
			there, back := duration("there", 0, 2*time.Second), duration("back", 0, 2*time.Second)
			samples = append(samples, clock.Compare(at, at.Add(there+back), at.Add(there+truth)))
			at = at.Add(3 * time.Second)
		}
		got := clock.Estimate(before, samples)
		if off := (got.Offset - truth).Abs(); off > 2*got.Doubt+1 { // half a nanosecond is cut off
			t.Errorf("%s from the truth, with a doubt of %s", off, got.Doubt)
		}
		if before == truth && got.Offset != truth {
			t.Error("an offset that was right was changed")
		}
	})
}
