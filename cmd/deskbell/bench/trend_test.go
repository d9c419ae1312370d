package bench

import (
	"math"
	"testing"
	"time"
)

func TestTrendOfTheSecondHalf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		value   func(minute int) float64
		perHour float64
		flat    bool
	}{
		{"does not change", func(int) float64 { return 100 }, 0, true},
		{"fills first and then stays", func(m int) float64 { return 100 + float64(min(m, 30)) }, 0, true},
		{"rises by less than a tenth in half an hour", func(m int) float64 { return 100 + 0.3*float64(m) }, 18, true},
		{"rises by more", func(m int) float64 { return 100 + 0.6*float64(m) }, 36, false},
		{"rises from nothing", func(m int) float64 { return float64(m) }, 60, false},
		{"falls", func(m int) float64 { return 1000 - 5*float64(m) }, -300, true},
		{"piles up for some minutes at the end", func(m int) float64 { return 100 + 900*float64(max(0, m-54)) }, 0, true},
		{"is nothing", func(int) float64 { return 0 }, 0, true},
	} {
		var points []point
		for m := range 60 {
			points = append(points, point{time.Duration(m) * time.Minute, c.value(m)})
		}
		if got := trendOf(points); got.Flat != c.flat || math.Abs(got.PerHour-c.perHour) > 1e-6 {
			t.Errorf("what %s: %+v", c.name, got)
		}
	}
	if got := trendOf(nil); !got.Flat {
		t.Errorf("of nothing: %+v", got)
	}
	if got := trendOf([]point{{0, 5}}); !got.Flat || got.Median != 5 {
		t.Errorf("of one point: %+v", got)
	}
}
