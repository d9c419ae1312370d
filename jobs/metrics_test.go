package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// scraped are the samples that Prometheus reads.
type scraped struct {
	testing.TB
	text string
}

func scrape(t testing.TB, collectors ...prometheus.Collector) scraped {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	for _, c := range collectors {
		r.MustRegister(c)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Fatal(err)
		}
	}
	return scraped{t, text.String()}
}

// has says whether there is such a sample, labels in the order of the alphabet.
func (s scraped) has(sample string) bool {
	return regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(sample) + ` `).MatchString(s.text)
}

// value gives a sample, which must be there.
func (s scraped) value(sample string) float64 {
	s.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(sample) + ` (\S+)$`).FindStringSubmatch(s.text)
	if m == nil {
		s.Fatalf("no %s in\n%s", sample, s.text)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		s.Fatal(err)
	}
	return v
}

func (s scraped) expect(want map[string]float64) {
	s.Helper()
	for sample, v := range want {
		if got := s.value(sample); got != v {
			s.Errorf("%s is %v, want %v", sample, got, v)
		}
	}
}

// shows scrapes the metrics of a Redis until they have some values: on a busy machine a read
// may exceed its time limit, and give less than all.
func shows(t testing.TB, c prometheus.Collector, want map[string]float64) (seen scraped) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("metrics of Redis:\n%s", seen.text)
		}
	}()
	redistest.Wait(t, fmt.Sprint("the metrics say ", want), func() bool {
		seen = scrape(t, c)
		for sample, v := range want {
			if !seen.has(sample) || seen.value(sample) != v {
				return false
			}
		}
		return true
	})
	return seen
}

const measured = `{
	"properties": {"acme": {"schedule": {"weekly": {"daily": "9-12"}}, "agents": ["lea"], "departments": {"sales": {}}}},
	"agents": {"lea": {"schedule": {"weekly": {"daily": "9-12"}}, "notify": {"on": ["hours_started"], "via": ["ntfy://ntfy.sh/lea"]}}},
	"destinations": {"crm": {"type": "log"}}
}`

func TestMetricsCountAFlip(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{metrics: jobs.NewMetrics(), shards: 1})
	redisMetrics := jobs.NewRedisMetrics(b.client, b.rdb, b.log)
	stop := b.worker()
	b.define(measured)
	b.becomes("acme", widget.Offline)
	redistest.Wait(t, "the reconciliation at the start is done, and will not flip anybody", func() bool {
		return scrape(t, b.metrics).value(`deskbell_jobs_total{kind="boundary:reconcile",result="done"}`) == 1
	})
	b.quiet()
	before := scrape(t, b.metrics)
	b.crosses(morning(9, 0))
	redistest.Wait(t, "the notice is sent", func() bool { return len(b.out.notices()) == 1 })
	b.quiet()

	after, passed := scrape(t, b.metrics), b.clock.now().Sub(morning(9, 0))
	for sample, more := range map[string]float64{
		`deskbell_flips_total{kind="widget"}`:                             1,
		`deskbell_flips_total{kind="department"}`:                         1,
		`deskbell_flips_total{kind="agent"}`:                              1,
		`deskbell_flip_lag_seconds_count`:                                 2, // one a subject
		`deskbell_sweep_subjects_sum`:                                     2,
		`deskbell_notices_total{result="sent"}`:                           1,
		`deskbell_jobs_total{kind="agent:notify",result="done"}`:          1,
		`deskbell_deliveries_total{destination="crm",result="delivered"}`: 3,
		`deskbell_jobs_total{kind="boundary:sweep",result="archived"}`:    0,
		`deskbell_flip_lag_seconds_bucket{le="+Inf"}`:                     2,
		`deskbell_jobs_total{kind="boundary:reconcile",result="failed"}`:  0,
	} {
		if got := after.value(sample) - before.value(sample); got != more {
			t.Errorf("%s grew by %v, want %v", sample, got, more)
		}
	}
	if lag := after.value("deskbell_flip_lag_seconds_sum") - before.value("deskbell_flip_lag_seconds_sum"); lag < 0 || lag > 2*passed.Seconds() {
		t.Errorf("two flips came %v seconds late, within %s", lag, passed)
	}
	if got, want := after.value(`deskbell_cron_ticks_missed_total{entry="overdue"}`), b.missedTicks("overdue"); got != want {
		t.Errorf("the cron missed %v ticks, and logged %v", got, want)
	}
	redistest.Wait(t, "the cron says when it ran last", func() bool {
		ran := scrape(t, b.metrics).value(`deskbell_cron_last_run_timestamp_seconds{entry="overdue"}`)
		return b.clock.now().Sub(time.Unix(int64(ran), 0)).Abs() < time.Minute
	})

	shows(t, redisMetrics, map[string]float64{
		"deskbell_up": 1, "deskbell_workers": 1, "deskbell_outbox_actions": 0, "deskbell_timetable_subjects": 2,
		"deskbell_timetable_overdue": 0, "deskbell_timetable_oldest_seconds": 0,
		`deskbell_queue_paused{queue="deskbell-boundary"}`: 0, `deskbell_queue_paused{queue="deskbell-event"}`: 0,
		`deskbell_outbox_oldest_seconds{destination="crm"}`: 0, `deskbell_circuit_open{destination="crm"}`: 0, `deskbell_outbox_aside{destination="crm"}`: 0,
		`deskbell_queue_tasks{queue="deskbell-boundary",state="pending"}`:   0,
		`deskbell_queue_tasks{queue="deskbell-delivery",state="completed"}`: 1, // the notice
		`deskbell_queue_latency_seconds{queue="deskbell-upkeep"}`:           0,
		`deskbell_queue_tasks{queue="deskbell-event",state="pending"}`:      0,
		`deskbell_queue_tasks{queue="deskbell-timer",state="scheduled"}`:    0,
	})
	for _, c := range []prometheus.Collector{b.metrics, redisMetrics} {
		problems, err := testutil.CollectAndLint(c)
		b.must(err)
		for _, p := range problems {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	stop()
}

// missedTicks is how many runs a cron entry has missed, by the log: on a busy machine there are some.
func (b *bundle) missedTicks(entry string) (sum float64) {
	for _, line := range b.lines("cron entry missed its time: this run does its work") {
		if n, ok := line.Data["missed"].(int); ok && line.Data["entry"] == entry {
			sum += float64(n)
		}
	}
	return sum
}

func TestMetricsOfRedisShowWhatWaits(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	from := b.clock.now()
	b.define(`{
		"properties": {"acme": {"schedule": {"weekly": {"daily": "9-12"}}}},
		"destinations": {"good": {"type": "log"}, "bad": {"type": "redis_stream"}}
	}`)
	to := b.clock.now()
	b.clock.set(to.Add(time.Minute))                                            // there is no worker
	b.must(b.rdb.Set(t.Context(), "asynq:{deskbell-timer}:paused", 1, 0).Err()) // a queue that has not had a task
	seen := shows(t, jobs.NewRedisMetrics(b.client, b.rdb, b.log), map[string]float64{
		"deskbell_workers": 0, "deskbell_timetable_overdue": 1,
		`deskbell_queue_paused{queue="deskbell-timer"}`: 1, `deskbell_queue_paused{queue="deskbell-boundary"}`: 0,
	})
	b.must(b.rdb.Del(t.Context(), "asynq:{deskbell-timer}:paused").Err())
	if got, most := seen.value("deskbell_timetable_oldest_seconds"), b.clock.now().Sub(from.Truncate(time.Second)).Seconds(); got < 60 || got > most {
		t.Errorf("due for %v seconds; want 60 to %v", got, most)
	}

	b.out.fail("bad", &deliver.Error{Err: errors.New("it is no more"), Gone: true})
	b.clock.set(time.Now()) // the places of the outbox come from Redis' clock
	b.worker()
	redistest.Wait(t, "the good one has had it", func() bool { return len(b.actions("good")) > 0 })
	redistest.Wait(t, "the bad one is behind", func() bool {
		seen = shows(t, jobs.NewRedisMetrics(b.client, b.rdb, b.log), map[string]float64{
			"deskbell_outbox_actions": 1, "deskbell_workers": 1, `deskbell_outbox_oldest_seconds{destination="good"}`: 0,
			`deskbell_circuit_open{destination="good"}`: 0, `deskbell_circuit_open{destination="bad"}`: 1,
		})
		return seen.value(`deskbell_outbox_oldest_seconds{destination="bad"}`) > 0
	})
}

func TestMetricsOfRedisAreTheSameFromEveryProcessAndCostLittle(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(measured)
	one, two := jobs.NewRedisMetrics(b.client, b.rdb, b.log), jobs.NewRedisMetrics(b.client, b.rdb, b.log)
	whole := map[string]float64{"deskbell_up": 1, "deskbell_outbox_actions": 0, `deskbell_circuit_open{destination="crm"}`: 0, "deskbell_workers": 0}
	if a, b := shows(t, one, whole).text, shows(t, two, whole).text; withoutAges(a) != withoutAges(b) {
		t.Errorf("one says\n%s\nthe other\n%s", a, b)
	}
	commands := func() int64 {
		info, err := b.rdb.InfoMap(b.Context(), "stats").Result()
		b.must(err)
		n, err := strconv.ParseInt(info["Stats"]["total_commands_processed"], 10, 64)
		b.must(err)
		return n
	}
	before := commands()
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() { scrape(t, one) })
	}
	wait.Wait()
	if n := commands() - before; n > 200 {
		t.Errorf("50 scrapes asked Redis for %d things", n)
	}
}

func withoutAges(text string) string {
	return regexp.MustCompile(`(?m)^(deskbell_\w+_seconds\S*) \S+$`).ReplaceAllString(text, "$1")
}

func TestMetricsSayThatRedisDoesNotAnswer(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	b := newBundle(t, setup{redis: server.Options()})
	r := jobs.Connect(server.Options())
	t.Cleanup(func() { _ = r.Close() })
	m := jobs.NewRedisMetrics(b.client, r.Client, b.log)
	shows(t, m, map[string]float64{"deskbell_up": 1})
	server.Pause(t)
	redistest.Within(t, 4*time.Second, "two scrapes of a Redis that hangs", func() time.Duration {
		b.logged.Reset()
		m = jobs.NewRedisMetrics(b.client, r.Client, b.log)
		start := time.Now()
		for range 2 { // the second is answered from the figures of the first
			seen := scrape(t, m)
			if seen.value("deskbell_up") != 0 || strings.Count(seen.text, "\n") != 3 {
				t.Errorf("it says\n%s", seen.text)
			}
		}
		return time.Since(start)
	})
	server.Resume(t)
	shows(t, m, map[string]float64{"deskbell_up": 1})
	if n := len(b.lines("metrics of Redis are not complete")); n != 1 {
		t.Errorf("it is said %d times", n)
	}
}

func TestMetricsDoWithoutWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.must(b.rdb.SAdd(b.Context(), "asynq:queues", "deskbell-boundary").Err())
	b.must(b.rdb.Set(b.Context(), "asynq:{deskbell-boundary}:pending", "not a list", 0).Err())
	seen := shows(t, jobs.NewRedisMetrics(b.client, b.rdb, b.log), map[string]float64{"deskbell_up": 1, "deskbell_workers": 0, `deskbell_queue_tasks{queue="deskbell-delivery",state="pending"}`: 0})
	if seen.has(`deskbell_queue_tasks{queue="deskbell-boundary",state="pending"}`) {
		t.Error("it says something of a queue that cannot be read")
	}
	if n := len(b.lines("metrics of Redis are not complete")); n != 1 {
		t.Errorf("it is said %d times", n)
	}
}

func TestNoMetricsCountNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{}) // its workers have no metrics
	b.worker()
	b.define(measured)
	b.becomes("acme", widget.Offline)
}

func TestHealthOfAWorker(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	r := jobs.Connect(b.redis)
	t.Cleanup(func() { _ = r.Close() })
	w := jobs.NewWorker(jobs.Config{
		Store: b.store, Redis: r, Partitions: 1, Log: b.log, Now: b.clock.now, TimeZone: time.UTC, Concurrency: 1, Batch: 1, StopTimeout: time.Second,
	})
	said := func() string { return fmt.Sprint(w.Health(t.Context()), "; ", w.Ready(t.Context())) }
	if got := said(); got != "<nil>; the worker has not started yet" {
		t.Error(got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	redistest.Wait(t, "it is ready", func() bool { return said() == "<nil>; <nil>" })
	b.clock.set(b.clock.now().Add(time.Hour)) // for an hour there was no beat
	if got := said(); !strings.HasPrefix(got, "the worker's cron has not beaten for 1h0m") {
		t.Error(got)
	}
	redistest.Wait(t, "it beats again", func() bool { return said() == "<nil>; <nil>" })
	cancel()
	b.must(<-ended)
	if got := said(); got != "<nil>; the worker stops" {
		t.Error(got)
	}
}

func TestAMonitorShowsIdsAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, payload, want string }{
		{"boundary:sweep", `{"shard":3,"nominal":"2026-11-23T09:00:00Z"}`, `{"nominal":"2026-11-23T09:00:00Z","shard":3}`},
		{"delivery:replay", `{"shard":3,"destination":"crm","seq":"1-0","id":"x:acme:1","body":{"secret":1}}`,
			`{"destination":"crm","id":"x:acme:1","seq":"1-0","shard":3,"…":"redacted, 12 bytes"}`},
		{"agent:notify", `{"agent":"lea","text":"hello"}`, `{"agent":"lea","…":"redacted, 7 bytes"}`},
		{"agent:notify", `{"agent":{"text":"hello"}}`, `{"…":"redacted, 16 bytes"}`},
		{"agent:notify", `{"agent":"` + strings.Repeat("a", 300) + `"}`, `{"…":"redacted, 302 bytes"}`},
		{"agent:notify", `hello`, "redacted, 5 bytes"},
		{"agent:notify", `["hello"]`, "redacted, 9 bytes"},
		{"mail:send", `{"shard":3}`, "redacted, 11 bytes"},
		{"", "", "redacted, 0 bytes"},
	} {
		if got := jobs.ShownPayload(c.kind, []byte(c.payload)); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.kind, c.payload, got, c.want)
		}
	}
	for _, job := range jobs.Jobs() {
		if got := jobs.ShownPayload(job.Kind, []byte(`{}`)); got != "{}" {
			t.Errorf("shown.go does not say what may be shown of %s", job.Kind)
		}
	}
}
