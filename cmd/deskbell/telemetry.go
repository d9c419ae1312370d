package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/clock"
)

// telemetry is the metrics and the health of a process.
type telemetry struct {
	registry *prometheus.Registry
	metrics  *jobs.Metrics               // of the process's own worker; nil: it has none
	worker   atomic.Pointer[jobs.Worker] // nil until Redis has answered
	peers    *jobs.Peers
	accepts  *web.Accepts
}

func newTelemetry(peers *jobs.Peers) *telemetry {
	t := &telemetry{registry: prometheus.NewRegistry(), peers: peers, accepts: web.NewAccepts(time.Now)}
	t.registry.MustRegister(buildInfo(), jobs.NewZonesMetrics(peers), jobs.NewClockMetrics(peers.Clock), t.accepts, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return t
}

// buildInfo is a metric that tells which program runs.
func buildInfo() prometheus.Collector {
	labels := prometheus.Labels{"version": programVersion(), "revision": revision(), "go": runtime.Version()}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "deskbell_build_info", Help: "1, with the version of the program, the commit that it was built of, and the version of Go.", ConstLabels: labels,
	}, func() float64 { return 1 })
}

// withWorker is for a process that runs a worker.
func (t *telemetry) withWorker() *telemetry {
	t.metrics = jobs.NewMetrics()
	t.registry.MustRegister(t.metrics)
	return t
}

// watchRedis adds the metrics of Redis' contents. Call it once.
func (t *telemetry) watchRedis(s *session, log logrus.FieldLogger) {
	t.registry.MustRegister(jobs.NewRedisMetrics(s.client, s.redis.Client, log))
}

// alive is the check of /healthz: a process that waits for Redis lives. One whose clock is wrong is told of, be it a worker, which
// decides nothing, or web, which goes by the clock of Redis.
func (t *telemetry) alive(ctx context.Context) error {
	if worker := t.worker.Load(); worker != nil {
		return worker.Health(ctx)
	}
	return t.peers.Clock.Health()
}

// stuck says why nothing but a new start helps the process.
func (t *telemetry) stuck() error {
	if worker := t.worker.Load(); worker != nil {
		return worker.Stuck()
	}
	return nil
}

// working is the check of /readyz, besides that Redis answers.
func (t *telemetry) working(ctx context.Context) error {
	if err := t.accepts.Check(ctx); err != nil {
		return err
	}
	if worker := t.worker.Load(); worker != nil {
		return worker.Ready(ctx)
	}
	if t.metrics == nil {
		return nil
	}
	return errors.New("the worker waits for Redis")
}

// slots are those that the worker of this process needs; none are known before Redis has answered.
func (t *telemetry) slots() []string {
	if worker := t.worker.Load(); worker != nil {
		return worker.Slots()
	}
	return nil
}

// readiness is the detail of /readyz.
func (t *telemetry) readiness() map[string]any {
	detail := map[string]any{"time_zones": t.peers.Report()}
	if r := t.peers.Clock.Report(); r.State == clock.Off || r.State == clock.Wrong {
		detail["clock"] = r
	}
	return detail
}

// pausedFor is how long it is remembered which queues are paused: anybody may ask for /readyz, as often as they like.
const pausedFor = 2 * time.Second

// pausedLook is the last look for paused queues.
type pausedLook struct {
	rdb redis.UniversalClient

	mu  sync.Mutex
	at  time.Time
	err error
}

// unpaused is the check of a worker's /readyz that it may work on all queues.
func unpaused(rdb redis.UniversalClient) web.Check { return (&pausedLook{rdb: rdb}).check }

// check looks anew where the last look is too old. Others wait meanwhile.
func (p *pausedLook) check(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if since := time.Since(p.at); since < 0 || since >= pausedFor {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second) // others wait for it, too
		defer cancel()
		p.err = p.look(ctx)
		p.at = time.Now()
	}
	return p.err
}

func (p *pausedLook) look(ctx context.Context) error {
	switch names, err := jobs.PausedQueues(ctx, p.rdb); {
	case err != nil:
		return errors.New("no answer from Redis")
	case len(names) > 0:
		return fmt.Errorf("these queues are paused: %s", strings.Join(names, ", "))
	}
	return nil
}

// degraded is a check of a process that serves others, too: its failure is told, and takes the process from nobody.
func degraded(check web.Check) web.Check {
	return func(ctx context.Context) error {
		if err := check(ctx); err != nil {
			return web.DegradedError(err.Error())
		}
		return nil
	}
}

// handler answers for a worker. With a key, metrics ask for it; without one, they are for this machine alone.
func (t *telemetry) handler(key string, rdb redis.UniversalClient) *web.Site {
	metrics := web.Metrics(t.registry)
	if key == "" {
		metrics = web.Own(metrics)
	} else {
		metrics = web.Bearer(key, metrics)
	}
	mux := new(web.Mux)
	mux.Handle("GET /metrics", metrics)
	mux.Handle("GET /healthz", web.Health(t.alive))
	mux.Handle("GET /readyz", web.Ready(t.readiness, t.working, web.RedisAnswers(rdb, t.slots), unpaused(rdb)))
	return &web.Site{Handler: mux, Patterns: mux.Patterns()}
}

// serve answers at an address until it is stopped.
func (t *telemetry) serve(addr, key string, rdb redis.UniversalClient, log logrus.FieldLogger) (stop func(), err error) {
	loopback, err := config.ParseListen(addr)
	switch {
	case err != nil:
		return nil, fmt.Errorf("listening on %q: it %w", addr, err)
	case !loopback && key == "":
		return nil, fmt.Errorf("listening on %q: others than this machine reach it, so set DESKBELL_METRICS_KEY, or listen on 127.0.0.1", addr)
	}
	listener, err := net.Listen("tcp", addr) //nolint:noctx // it does not wait
	if err != nil {
		return nil, fmt.Errorf("listening for metrics: %w; is another worker there? Give each a port", err)
	}
	log.WithField("address", listener.Addr().String()).Info("answering /metrics, /healthz, /readyz")
	return serveBeside(t.accepts.Watch(listener, log), t.handler(key, rdb), log, "metrics and health are answered no more: restart the worker"), nil
}

// serveBeside answers on a listener while the process does its work, until it is stopped. It logs what has gone where it fails.
func serveBeside(l net.Listener, h http.Handler, log logrus.FieldLogger, gone string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := web.Serve(ctx, l, h, log, time.Second); err != nil {
			log.WithError(err).Error(gone)
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}
