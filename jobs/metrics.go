package jobs

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/enqueue"
)

// Metrics count a worker's own work. They are a collector: the caller registers it. (For
// the work that lies in Redis, see RedisMetrics.)
//
// A nil Metrics counts nothing.
type Metrics struct {
	flips         *prometheus.CounterVec
	lag           prometheus.Histogram
	messageLag    prometheus.Histogram
	sweepSeconds  prometheus.Histogram
	sweepSubjects prometheus.Histogram
	deliveries    *prometheus.CounterVec
	notices       *prometheus.CounterVec
	jobs          *prometheus.CounterVec
	events        *prometheus.CounterVec
	byWay         *prometheus.CounterVec
	skipped       *prometheus.CounterVec
	missed        *prometheus.CounterVec
	lastRun       *prometheus.GaugeVec
	fetches       *prometheus.CounterVec
	feeds         *prometheus.GaugeVec
	uncovered     prometheus.Counter
	statesLost    prometheus.Counter
}

var _ prometheus.Collector = (*Metrics)(nil)

// NewMetrics makes metrics that stand at zero. Those whose labels are known are
// there from the start: when a counter appears with its first event, Prometheus does
// not see that event.
func NewMetrics() *Metrics {
	m := &Metrics{
		flips: counter("deskbell_flips_total", "Changes of status that this worker has committed, by kind: widget, department, agent.", "kind"),
		lag: histogram("deskbell_flip_lag_seconds", "From the instant at which a flip was due, or its edit was made, to its commit.",
			lagBuckets()...),
		messageLag: histogram("deskbell_message_lag_seconds", "From the instant at which a delayed message to a visitor was due, or another delayed action of a trigger or rule, to the commit by which it was sent or held back.",
			lagBuckets()...),
		sweepSeconds: histogram("deskbell_sweep_seconds", "How long a sweep took that decided on something.",
			.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60),
		sweepSubjects: histogram("deskbell_sweep_subjects", "How many properties and agents a sweep decided on that decided on something.",
			1, 10, 100, 1000, 10_000, 100_000),
		deliveries: counter("deskbell_deliveries_total", "Actions given to a destination, by result: delivered, refused, failed, archived, untrue (a notice that was not sent, since what it says was over), dropped (too many waited).", "destination", "result"),
		notices:    counter("deskbell_notices_total", "Notices by agents' own services, browsers and phones, by result: sent, failed, late and untrue (and so not sent: too much time had passed, or what it says was over), dropped (the service or subscription is no longer there).", "result"),
		jobs:       counter("deskbell_jobs_total", "Runs of jobs, by result: done, failed (and done again later), archived, stopped (and handed to another worker), put_off (events of a property that takes long: they come later).", "kind", "result"),
		events:     counter("deskbell_events_total", "Events that this worker has dealt with, by result: taken, repeated (they were heard before: sent twice, or in a task that came again), dropped (their property is not defined), set_aside (their property takes long: they come again, and have one of the other results then).", "result"),
		byWay:      counter("deskbell_events_received_total", "Events of tasks that this worker is done with, by the way they came: http (with the quotas of those), redis (of programs that write into Redis themselves: a Go client, deskbell send, tasks of an application's own).", "by"),
		skipped:    counter("deskbell_messages_skipped_total", "Messages to visitors that were decided against, by reason; conditions, frequency, one_per_visit and superseded are the ordinary life of triggers.", "reason"),
		missed:     counter("deskbell_cron_ticks_missed_total", "Times at which a cron entry should have run and did not. The next run does the work of those it missed.", "entry"),
		uncovered: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "deskbell_uncovered_seconds_total", Help: "Open time of all properties in which nobody was on shift, counted when a widget flips after it.",
		}),
		statesLost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "deskbell_states_lost_total", Help: "States that this worker had said and that Redis had lost when it came back with older data. They were said again.",
		}),
		lastRun: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "deskbell_cron_last_run_timestamp_seconds", Help: "When a cron entry last ran, in Unix time.",
		}, []string{"entry"}),
		fetches: counter("deskbell_calendar_fetches_total", "Calendars that this worker has fetched, by result: changed, unchanged, failed (and what they said before stays in force).", "result"),
		feeds: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "deskbell_calendars", Help: "Calendars that definitions name by their address, by whether they could be fetched the last time: good, failing.",
		}, []string{"state"}),
	}
	for _, result := range []string{calendarChanged, calendarUnchanged, calendarFailed} {
		m.fetches.WithLabelValues(result)
	}
	m.calendars(0, 0)
	for _, kind := range []string{"widget", "department", "agent"} {
		m.flips.WithLabelValues(kind)
	}
	for _, result := range []string{noticeSent, noticeFailed, noticeLate, noticeUntrue, noticeDropped} {
		m.notices.WithLabelValues(result)
	}
	for _, result := range []string{eventTaken, eventRepeated, eventDropped, eventSetAside} {
		m.events.WithLabelValues(result)
	}
	for _, way := range []enqueue.Way{enqueue.ByHTTP, enqueue.ByRedis} {
		m.byWay.WithLabelValues(string(way))
	}
	for reason := range engine.SkipReasons() {
		m.skipped.WithLabelValues(reason)
	}
	for _, job := range Jobs() {
		for _, result := range []string{jobDone, jobFailed, jobArchived, jobStopped, jobPutOff} {
			m.jobs.WithLabelValues(job.Kind, result)
		}
	}
	for _, entry := range CronEntries() {
		m.missed.WithLabelValues(entry.Name)
	}
	return m
}

// lagBuckets bound what is late: by milliseconds, or by minutes.
func lagBuckets() []float64 {
	return []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 600}
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets ...float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
}

func (m *Metrics) parts() []prometheus.Collector {
	return []prometheus.Collector{m.flips, m.lag, m.messageLag, m.sweepSeconds, m.sweepSubjects, m.deliveries, m.notices, m.jobs, m.events, m.byWay, m.skipped, m.missed, m.lastRun, m.fetches, m.feeds, m.uncovered, m.statesLost}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(out chan<- *prometheus.Desc) {
	for _, part := range m.parts() {
		part.Describe(out)
	}
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(out chan<- prometheus.Metric) {
	for _, part := range m.parts() {
		part.Collect(out)
	}
}

// Committed observes how late the flips of a change are, and the time before them in which nobody was on shift. Flips that
// a reconciliation finds were never due, and so are not late.
func (m *Metrics) Committed(c *engine.Change, at time.Time) {
	if m == nil {
		return
	}
	m.uncovered.Add(c.Uncovered.Seconds())
	if c.Flips.Total() == 0 {
		return
	}
	if !c.WasDue.IsZero() {
		m.lag.Observe(max(0, at.Sub(c.WasDue).Seconds()))
	}
}

// Messages observes how late the messages of a change of a visitor are that had waited.
func (m *Metrics) Messages(c *engine.Change, at time.Time) {
	if m == nil {
		return
	}
	for _, due := range c.MessagesDue {
		m.messageLag.Observe(max(0, at.Sub(due).Seconds()))
	}
}

// lost counts states that were said again.
func (m *Metrics) lost(n int) {
	if m != nil {
		m.statesLost.Add(float64(n))
	}
}

// Flipped counts the flips of a batch.
func (m *Metrics) Flipped(f engine.Flips) {
	if m == nil {
		return
	}
	m.flips.WithLabelValues("widget").Add(float64(f.Widget))
	m.flips.WithLabelValues("department").Add(float64(f.Department))
	m.flips.WithLabelValues("agent").Add(float64(f.Agent))
}

// swept counts a sweep that decided on some subjects.
func (m *Metrics) swept(subjects int, took time.Duration) {
	if m == nil || subjects == 0 {
		return
	}
	m.sweepSubjects.Observe(float64(subjects))
	m.sweepSeconds.Observe(took.Seconds())
}

// delivered counts actions given to a destination.
func (m *Metrics) delivered(destination, result string, n int) {
	if m != nil && n > 0 {
		m.deliveries.WithLabelValues(destination, result).Add(float64(n))
	}
}

// The results of fetching a calendar.
const (
	calendarChanged   = "changed"
	calendarUnchanged = "unchanged"
	calendarFailed    = "failed"
)

// calendar counts a calendar that was fetched.
func (m *Metrics) calendar(result string) {
	if m != nil {
		m.fetches.WithLabelValues(result).Inc()
	}
}

// calendars sets how many calendars there are.
func (m *Metrics) calendars(all, failing int) {
	if m != nil {
		m.feeds.WithLabelValues("good").Set(float64(all - failing))
		m.feeds.WithLabelValues("failing").Set(float64(failing))
	}
}

// noticed counts a notice by its result.
func (m *Metrics) noticed(result string) {
	if m != nil {
		m.notices.WithLabelValues(result).Inc()
	}
}

// The results of an event.
const (
	eventTaken    = "taken"
	eventRepeated = "repeated"
	eventDropped  = "dropped"
	eventSetAside = "set_aside"
)

// took counts the events of a batch, and the messages that had waited until it was committed.
func (m *Metrics) took(t *engine.Taken, committed time.Time) {
	if m == nil {
		return
	}
	m.events.WithLabelValues(eventTaken).Add(float64(t.Events))
	m.events.WithLabelValues(eventRepeated).Add(float64(t.Repeated))
	m.setAside(t.SetAside())
	for _, n := range t.Dropped {
		m.events.WithLabelValues(eventDropped).Add(float64(n))
	}
	for i := range t.Changes {
		m.Flipped(t.Changes[i].Flips)
		m.Messages(&t.Changes[i], committed)
	}
}

// received counts the events of a task, by the way they came. One that nobody here knows counts as enqueue.ByRedis: a task may be of
// anybody's making.
func (m *Metrics) received(by enqueue.Way, n int) {
	if m == nil {
		return
	}
	if by != enqueue.ByHTTP {
		by = enqueue.ByRedis
	}
	m.byWay.WithLabelValues(string(by)).Add(float64(n))
}

// setAside counts events that have to wait for a batch of their own.
func (m *Metrics) setAside(n int) {
	if m != nil {
		m.events.WithLabelValues(eventSetAside).Add(float64(n))
	}
}

// HeldBack counts messages that were decided against, by reason.
func (m *Metrics) HeldBack(list []engine.Skipped) {
	if m == nil {
		return
	}
	for i := range list {
		m.skipped.WithLabelValues(list[i].Reason).Inc()
	}
}

// ran counts a run of a job.
func (m *Metrics) ran(kind, result string) {
	if m != nil {
		m.jobs.WithLabelValues(kind, result).Inc()
	}
}

// beat counts a run of a cron entry, and those that it missed before.
func (m *Metrics) beat(entry string, at time.Time, missed int) {
	if m == nil {
		return
	}
	m.lastRun.WithLabelValues(entry).Set(float64(at.UnixMilli()) / 1000)
	m.missed.WithLabelValues(entry).Add(float64(missed))
}
