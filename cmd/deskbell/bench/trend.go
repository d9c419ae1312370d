package bench

import (
	"slices"
	"time"
)

// flatWithin is the share of its median by which a figure that is flat may rise during the second half of a soak. A tenth is well above
// the error of the line, also where a process's memory goes up and down with its collections. In a soak of an hour, a worker of 100 MB that
// loses 20 MB an hour rises by as much: half a gigabyte a day, which is what a soak is to find.
const flatWithin = 0.1

// Trend is how one figure has developed during the second half of a soak.
type Trend struct {
	Median  float64 `json:"median"`
	PerHour float64 `json:"per_hour"` // the slope
	Rise    float64 `json:"rise"`     // during that half, as a share of the median
	Flat    bool    `json:"flat"`
}

// point is a figure at a time since the beginning.
type point struct {
	at    time.Duration
	value float64
}

// trendOf draws a line through the points of the second half. Its slope is the median of those between any two of them (Theil and Sen): a
// few seconds in which other work of the machine lets tasks pile up do not bend it, as they bend that of least squares. What falls is
// flat: it does not grow without end.
func trendOf(points []point) Trend {
	points = points[len(points)/2:]
	if len(points) == 0 {
		return Trend{Flat: true}
	}
	var values, slopes []float64
	for i, p := range points {
		values = append(values, p.value)
		for _, before := range points[:i] {
			if p.at > before.at {
				slopes = append(slopes, (p.value-before.value)/(p.at-before.at).Hours())
			}
		}
	}
	t := Trend{Median: median(values)}
	if len(slopes) > 0 {
		t.PerHour = median(slopes)
	}
	if t.Median > 0 {
		t.Rise = t.PerHour * (points[len(points)-1].at - points[0].at).Hours() / t.Median
	}
	t.Flat = t.Rise <= flatWithin
	return t
}

// median sorts the values. There is at least one.
func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
