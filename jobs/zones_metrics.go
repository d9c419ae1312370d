package jobs

import "github.com/prometheus/client_golang/prometheus"

// ZonesMetrics are the figures of a process's time zones, and of what it has otherwise than others. They are a collector, for any process.
type ZonesMetrics struct {
	peers                                        *Peers
	info, outdated, replaced, standingBy, differ gauge
}

var _ prometheus.Collector = (*ZonesMetrics)(nil)

// NewZonesMetrics makes the metrics of a process's time zones.
func NewZonesMetrics(p *Peers) *ZonesMetrics {
	return &ZonesMetrics{
		peers:      p,
		info:       newGauge("deskbell_zones_info", "Always 1; the label says the version of the time zones in use.", "version"),
		outdated:   newGauge("deskbell_zones_outdated", "Whether another process has newer time zones, or others of the same version that count as newer: 1 or 0."),
		replaced:   newGauge("deskbell_zones_replaced", "Whether other time zones lie in DESKBELL_ZONEINFO than those in use, so that a restart is due: 1 or 0."),
		standingBy: newGauge("deskbell_zones_standing_by", "Whether this worker decides nothing, because of its time zones and those of others: 1 or 0."),
		differ:     newGauge("deskbell_processes_differ", "Whether processes have different settings that all should have alike: 1 or 0, by setting: time_zone (DESKBELL_TIME_ZONE), version (of Deskbell).", "setting"),
	}
}

// Describe implements prometheus.Collector.
func (m *ZonesMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, g := range []gauge{m.info, m.outdated, m.replaced, m.standingBy, m.differ} {
		out <- g.Desc
	}
}

// Collect implements prometheus.Collector.
func (m *ZonesMetrics) Collect(out chan<- prometheus.Metric) {
	r := m.peers.Report()
	out <- m.info.of(1, r.Version)
	out <- m.outdated.of(truth(r.Newest != "" || r.Differs))
	out <- m.replaced.of(truth(r.ReplacedBy != ""))
	out <- m.standingBy.of(truth(r.StandingBy || r.Waiting))
	d := m.peers.Differences()
	out <- m.differ.of(truth(d.TimeZones != nil), "time_zone")
	out <- m.differ.of(truth(d.Programs != nil), "version")
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
