package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs"
)

// instruments are what a process shows of how it is.
type instruments struct {
	registry *prometheus.Registry
	metrics  *jobs.Metrics               // of the process's own worker; nil: it has none
	worker   atomic.Pointer[jobs.Worker] // nil until Redis has answered
}

func newInstruments() *instruments {
	i := &instruments{registry: prometheus.NewRegistry()}
	i.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return i
}

// withWorker is for a process that runs a worker.
func (i *instruments) withWorker() *instruments {
	i.metrics = jobs.NewMetrics()
	i.registry.MustRegister(i.metrics)
	return i
}

// look adds what lies in Redis. It is to be called once.
func (i *instruments) look(s *session, log logrus.FieldLogger) {
	i.registry.MustRegister(jobs.NewRedisMetrics(s.client, s.redis.Client, log))
}

// alive is the check of /healthz: a process that waits for Redis lives.
func (i *instruments) alive(ctx context.Context) error {
	if worker := i.worker.Load(); worker != nil {
		return worker.Health(ctx)
	}
	return nil
}

// working is the check of /readyz, besides that Redis answers.
func (i *instruments) working(ctx context.Context) error {
	if worker := i.worker.Load(); worker != nil {
		return worker.Ready(ctx)
	}
	if i.metrics == nil {
		return nil
	}
	return errors.New("the worker waits for Redis")
}

// handler answers what a worker is asked. With a key, metrics ask for it; without, they are for this
// machine alone.
func (i *instruments) handler(key string, rdb redis.UniversalClient) http.Handler {
	metrics := web.Metrics(i.registry)
	if key == "" {
		metrics = web.Own(metrics)
	} else {
		metrics = web.Bearer(key, metrics)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.Handle("GET /healthz", web.Health(i.alive))
	mux.Handle("GET /readyz", web.Health(i.working, web.RedisAnswers(rdb)))
	return mux
}

// serve answers at an address until it is stopped.
func (i *instruments) serve(addr, key string, rdb redis.UniversalClient, log logrus.FieldLogger) (stop func(), err error) {
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
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := web.Serve(ctx, listener, i.handler(key, rdb), log, time.Second); err != nil {
			log.WithError(err).Error("metrics and health are answered no more: restart the worker")
		}
	}()
	return func() {
		cancel()
		<-ended
	}, nil
}
