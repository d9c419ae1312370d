package jobs

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/deskbell/deskbell/jobs/clock"
)

// ClockMetrics are the figures of a process's clock. They are a collector, for any process.
type ClockMetrics struct {
	clock        *clock.Clock
	ahead, wrong gauge
}

var _ prometheus.Collector = (*ClockMetrics)(nil)

// NewClockMetrics makes the metrics of a process's clock.
func NewClockMetrics(c *clock.Clock) *ClockMetrics {
	return &ClockMetrics{
		clock: c,
		ahead: newGauge("deskbell_clock_ahead_seconds", "How far the machine's clock is ahead of that of Redis; negative: behind it. Times are corrected by it."),
		wrong: newGauge("deskbell_clock_wrong", "Whether the machine's clock is more than five seconds from that of Redis, so that a worker decides nothing: 1 or 0."),
	}
}

// Describe implements prometheus.Collector.
func (m *ClockMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- m.ahead.Desc
	out <- m.wrong.Desc
}

// Collect implements prometheus.Collector.
func (m *ClockMetrics) Collect(out chan<- prometheus.Metric) {
	r := m.clock.Report()
	out <- m.ahead.of(r.Ahead)
	out <- m.wrong.of(truth(r.State == clock.Wrong))
}
