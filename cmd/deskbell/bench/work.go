package bench

import (
	"context"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/redisstream"
	"github.com/deskbell/deskbell/jobs/store"
)

// work starts a worker over a store that a benchmark observes. It delivers to a Redis stream. The context ends with the function, which
// gives the error of the worker.
func (b *Bench) work(ctx context.Context, observed store.Store) (context.Context, func() error) {
	log := logrus.New()
	log.SetOutput(b.Log)
	log.SetLevel(logrus.WarnLevel)
	worker := jobs.NewWorker(jobs.Config{
		Store: observed, Redis: b.Redis, Partitions: b.Store.Partitions(), Log: log, Now: b.Now, TimeZone: time.UTC,
		Concurrency: b.Env.Concurrency, Batch: b.Env.SweepBatch, StopTimeout: b.Env.StopTimeout,
		DefaultDestination: definition.Destination{Type: redisstream.Type},
		OpenDestination:    map[string]deliver.OpenDestination{redisstream.Type: redisstream.Open(b.Redis.Client)},
		Metrics:            jobs.NewMetrics(),
	})
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(running) }()
	return running, func() error {
		cancel()
		return <-ended
	}
}

// decided waits until the worker has decided on all subjects: it greets no visitor who arrives before.
func (b *Bench) decided(ctx context.Context) error {
	for {
		pending, err := b.Store.Pending(ctx, b.Now())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(pending, func(p store.Pending) bool { return p.Due || p.Wakes }) {
			return nil
		}
		if err := pauseFor(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}
