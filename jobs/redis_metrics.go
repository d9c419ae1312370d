package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/store"
)

// RedisMetrics measure the work that lies in Redis: timetable, outbox, queues. They are a
// collector. The caller may register it in any number of processes. All of them give the
// same figures, so take their maximum, and not their sum.
//
// The collector looks when it is scraped, at most every five seconds. When Redis has not
// answered within two, it gives only deskbell_up 0.
type RedisMetrics struct {
	deliveries *Deliveries
	rdb        redis.UniversalClient
	inspector  *asynq.Inspector
	log        logrus.FieldLogger
	gauges     gauges

	mu      sync.Mutex
	seen    []prometheus.Metric
	seenAt  time.Time
	looking chan struct{} // closed at the end of the look under way; nil: there is none
	failing bool          // the last look saw less than all
}

var _ prometheus.Collector = (*RedisMetrics)(nil)

const (
	lookEvery  = 5 * time.Second
	lookWithin = 2 * time.Second
	pingWithin = time.Second
)

// NewRedisMetrics makes the metrics of a client's Redis. The log gets a line when
// something cannot be read.
func NewRedisMetrics(c *Client, rdb redis.UniversalClient, log logrus.FieldLogger) *RedisMetrics {
	return &RedisMetrics{deliveries: c.Deliveries, rdb: rdb, inspector: asynq.NewInspectorFromRedisClient(rdb), log: log, gauges: newGauges()}
}

// Describe implements prometheus.Collector.
func (m *RedisMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, g := range m.gauges.all() {
		out <- g.Desc
	}
}

// Collect implements prometheus.Collector.
func (m *RedisMetrics) Collect(out chan<- prometheus.Metric) {
	for _, metric := range m.look() {
		out <- metric
	}
}

// look gives the figures of the last look, or looks again. asynq's inspector knows no deadline:
// a look that takes too long goes on until go-redis gives it up, and no other
// begins in the meantime.
func (m *RedisMetrics) look() []prometheus.Metric {
	m.mu.Lock()
	if m.looking == nil {
		if m.seen != nil && m.deliveries.now().Sub(m.seenAt) < lookEvery {
			defer m.mu.Unlock()
			return m.seen
		}
		m.looking = make(chan struct{})
		go m.refresh(m.looking)
	}
	looking := m.looking
	m.mu.Unlock()

	timer := time.NewTimer(lookWithin)
	defer timer.Stop()
	select {
	case <-looking:
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.seen
	case <-timer.C:
		return []prometheus.Metric{m.gauges.up.of(0)}
	}
}

func (m *RedisMetrics) refresh(looking chan struct{}) {
	seen, err := m.read()
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil && !m.failing {
		m.log.WithError(err).Log(LevelOf(err), "metrics of Redis are not complete")
	}
	m.seen, m.seenAt, m.failing, m.looking = seen, m.deliveries.now(), err != nil, nil
	close(looking)
}

// read gives all figures that it can.
func (m *RedisMetrics) read() ([]prometheus.Metric, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pingWithin)
	defer cancel()
	if err := m.rdb.Ping(ctx).Err(); err != nil {
		return []prometheus.Metric{m.gauges.up.of(0)}, fmt.Errorf("pinging Redis: %w", err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), lookWithin)
	defer cancel()
	now := m.deliveries.now()
	seen := []prometheus.Metric{m.gauges.up.of(1)}
	var errs []error
	for _, part := range []func(context.Context, time.Time) ([]prometheus.Metric, error){m.writable, m.depths, m.destinations, m.quotas, m.queues, m.workers} {
		metrics, err := part(ctx, now)
		seen, errs = append(seen, metrics...), append(errs, err)
	}
	return seen, errors.Join(errs...)
}

// overdueAfter is how long a subject may be due before it counts as overdue: the time of
// two beats of the workers' cron.
const overdueAfter = 10 * time.Second

// writable tells for each reason whether Redis refuses writes for it.
func (m *RedisMetrics) writable(ctx context.Context, _ time.Time) (metrics []prometheus.Metric, err error) {
	err = TakesWrites(ctx, m.rdb)
	why := store.TroubleOf(err)
	for _, reason := range store.WriteRefusals() {
		refuses := 0.0
		if reason == why.Reason {
			refuses, err = 1, nil
		}
		metrics = append(metrics, m.gauges.refuses.of(refuses, reason))
	}
	return metrics, err
}

func (m *RedisMetrics) depths(ctx context.Context, now time.Time) ([]prometheus.Metric, error) {
	depths, err := m.deliveries.store.Depths(ctx, now.Add(-overdueAfter))
	if err != nil {
		return nil, err
	}
	var sum store.Depth
	for _, d := range depths {
		sum.Outbox += d.Outbox
		sum.Subjects += d.Subjects
		sum.Overdue += d.Overdue
		if sum.Next.IsZero() || !d.Next.IsZero() && d.Next.Before(sum.Next) {
			sum.Next = d.Next
		}
	}
	g := m.gauges
	return []prometheus.Metric{
		g.outbox.of(float64(sum.Outbox)), g.subjects.of(float64(sum.Subjects)), g.overdue.of(float64(sum.Overdue)), g.oldestDue.of(age(sum.Next, now)),
	}, nil
}

func (m *RedisMetrics) destinations(ctx context.Context, now time.Time) ([]prometheus.Metric, error) {
	list, err := m.deliveries.Destinations(ctx)
	var metrics []prometheus.Metric
	for _, d := range list {
		open := 0.0
		if d.State == deliver.DestinationPaused || d.State == deliver.DestinationGone {
			open = 1
		}
		g := m.gauges
		metrics = append(metrics, g.oldestAction.of(age(d.Oldest, now), d.Name), g.aside.of(float64(d.Aside), d.Name), g.circuit.of(open, d.Name), g.dropped.total(float64(d.Dropped), d.Name))
	}
	return metrics, err
}

// mostOver bounds the properties that have figures of their own: those that are over a quota, of which most was refused. Each property with
// figures at all times would be thousands of series that say nothing.
const mostOver = 50

func (m *RedisMetrics) quotas(ctx context.Context, now time.Time) ([]prometheus.Metric, error) {
	over, err := quota.OverNow(ctx, m.deliveries.store, nil, now)
	if err != nil {
		return nil, err
	}
	refused := make(map[string]int, len(over))
	for property, list := range over {
		for _, o := range list {
			refused[property] += o.Refused
		}
	}
	ids := slices.SortedFunc(maps.Keys(over), func(a, b string) int { return cmp.Or(refused[b]-refused[a], cmp.Compare(a, b)) })
	metrics := []prometheus.Metric{m.gauges.over.of(float64(len(over)))}
	for _, property := range ids[:min(len(ids), mostOver)] {
		for _, o := range over[property] {
			metrics = append(metrics, m.gauges.refused.of(float64(o.Refused), property, string(o.Quota)))
		}
	}
	return metrics, nil
}

// queues leaves out those that cannot be read. A queue that never had a task is not
// there, and counts as empty.
func (m *RedisMetrics) queues(ctx context.Context, _ time.Time) ([]prometheus.Metric, error) {
	existing, err := m.inspector.Queues()
	if err != nil {
		return nil, fmt.Errorf("listing the queues: %w", err)
	}
	paused, err := PausedQueues(ctx, m.rdb)
	if err != nil {
		return nil, err
	}
	var metrics []prometheus.Metric
	var errs []error
	for _, queue := range m.deliveries.queue.everyPartition() {
		stands := 0.0
		if slices.Contains(paused, queue) {
			stands = 1
		}
		metrics = append(metrics, m.gauges.paused.of(stands, queue))
		info := new(asynq.QueueInfo)
		if slices.Contains(existing, queue) {
			if info, err = m.inspector.GetQueueInfo(queue); err != nil {
				errs = append(errs, fmt.Errorf("looking at the queue %s: %w", queue, err))
				continue
			}
		}
		metrics = append(metrics, m.queue(queue, info)...)
	}
	return metrics, errors.Join(errs...)
}

func (m *RedisMetrics) queue(name string, info *asynq.QueueInfo) []prometheus.Metric {
	metrics := []prometheus.Metric{m.gauges.latency.of(info.Latency.Seconds(), name)}
	for state, n := range map[string]int{
		"pending": info.Pending, "active": info.Active, "scheduled": info.Scheduled,
		"retry": info.Retry, "archived": info.Archived, "completed": info.Completed,
	} {
		metrics = append(metrics, m.gauges.tasks.of(float64(n), name, state))
	}
	return metrics
}

// workers counts the worker processes: each has one server for the boundaries.
func (m *RedisMetrics) workers(context.Context, time.Time) ([]prometheus.Metric, error) {
	servers, err := m.inspector.Servers()
	if err != nil {
		return nil, fmt.Errorf("looking for workers: %w", err)
	}
	n := 0
	for _, s := range servers {
		if _, ok := s.Queues[m.deliveries.queue.partition(queueBoundary, 0)]; ok && s.Status == "active" {
			n++
		}
	}
	return []prometheus.Metric{m.gauges.workers.of(float64(n))}, nil
}

// age is 0 for an instant that is zero, or still to come.
func age(t, now time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return max(0, now.Sub(t).Seconds())
}

// gauges are the descriptions of the metrics.
type gauges struct {
	up, workers, refuses                 gauge
	outbox, oldestAction, aside, circuit gauge
	dropped, over, refused               gauge
	subjects, overdue, oldestDue         gauge
	tasks, latency, paused               gauge
}

func (g gauges) all() []gauge {
	return []gauge{g.up, g.workers, g.refuses, g.outbox, g.oldestAction, g.aside, g.circuit, g.dropped, g.over, g.refused, g.subjects, g.overdue, g.oldestDue, g.tasks, g.latency, g.paused}
}

func newGauges() gauges {
	return gauges{
		up:           newGauge("deskbell_up", "Whether Redis answers: 1 or 0."),
		refuses:      newGauge("deskbell_redis_refuses_writes", "Whether Redis refuses writes, by reason: memory (it is full), disk (it cannot save), replica (it is no primary), replicas (it has too few).", "reason"),
		workers:      newGauge("deskbell_workers", "Worker processes that run."),
		outbox:       newGauge("deskbell_outbox_actions", "Actions that not all destinations have had."),
		oldestAction: newGauge("deskbell_outbox_oldest_seconds", "Age of the oldest action that a destination has not had.", "destination"),
		aside:        newGauge("deskbell_outbox_aside", "Actions that a destination has refused, and those that stay behind them in their order.", "destination"),
		dropped:      newGauge("deskbell_outbox_dropped_total", "Actions that were dropped since too many waited for a destination, from the oldest on.", "destination"),
		over:         newGauge("deskbell_properties_over_quota", "Properties that are over a quota, or were within the last hour."),
		refused:      newGauge("deskbell_quota_refused", "What was refused to a property that is over a quota, on the day (UTC) of the last: of the fifty with most.", "property", "quota"),
		circuit:      newGauge("deskbell_circuit_open", "Whether a destination is left alone because it fails: 1 or 0.", "destination"),
		subjects:     newGauge("deskbell_timetable_subjects", "Properties and agents that have a next boundary."),
		overdue:      newGauge("deskbell_timetable_overdue", "Properties and agents that have been due for more than ten seconds."),
		oldestDue:    newGauge("deskbell_timetable_oldest_seconds", "For how long the one that is due the longest has been due; 0 when none is."),
		tasks:        newGauge("deskbell_queue_tasks", "Tasks of a queue, by state.", "queue", "state"),
		paused:       newGauge("deskbell_queue_paused", "Whether somebody has paused a queue, of which workers do nothing then: 1 or 0.", "queue"),
		latency:      newGauge("deskbell_queue_latency_seconds", "For how long the oldest pending task of a queue has been pending.", "queue"),
	}
}

type gauge struct{ *prometheus.Desc }

func newGauge(name, help string, labels ...string) gauge {
	return gauge{prometheus.NewDesc(name, help, labels, nil)}
}

func (g gauge) of(value float64, labels ...string) prometheus.Metric {
	return g.metric(prometheus.GaugeValue, value, labels)
}

// total is the value of one that only grows.
func (g gauge) total(value float64, labels ...string) prometheus.Metric {
	return g.metric(prometheus.CounterValue, value, labels)
}

func (g gauge) metric(kind prometheus.ValueType, value float64, labels []string) prometheus.Metric {
	metric, err := prometheus.NewConstMetric(g.Desc, kind, value, labels...)
	if err != nil { // a name that is no text
		return prometheus.NewInvalidMetric(g.Desc, err)
	}
	return metric
}
