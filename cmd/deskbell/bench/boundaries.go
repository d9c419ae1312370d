package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	plain "github.com/deskbell/deskbell/jobs/bench"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// BoundaryFigures are the results of Boundaries.
type BoundaryFigures struct {
	Machine               Machine `json:"machine"`
	Rounds                int     `json:"rounds"` // of which these are the medians
	Properties            int     `json:"properties"`
	FlipsPerSecond        float64 `json:"flips_per_second"`       // from the first claim after the boundary to the last commit
	PlainFlipsPerSecond   float64 `json:"plain_flips_per_second"` // from the first task's start to the last commit
	Ratio                 float64 `json:"ratio"`
	LastCommitSeconds     float64 `json:"last_commit_seconds"` // after the boundary
	LagP50                float64 `json:"lag_ms_p50"`          // from the boundary to a property's commit
	LagP99                float64 `json:"lag_ms_p99"`
	RedisBytesPerProperty int64   `json:"redis_bytes_per_property"` // beyond its definition, with one action in the outbox
	WorkerRSS             int64   `json:"worker_rss_bytes"`         // the most at once
	WorkerCPU             float64 `json:"worker_cpu_us_per_flip"`   // of processors' time, from the first claim to the last commit
	RedisCPU              float64 `json:"redis_cpu_us_per_flip"`

	Commands RedisUse `json:"commands,omitzero"` // for a flip
}

// Table writes the figures for people.
func (f BoundaryFigures) Table(w io.Writer) error {
	rest := f
	rest.Commands = RedisUse{}
	return errors.Join(Lines(w, rest), f.Commands.table(w, "a sweep", "flip"))
}

// The boundary of the benchmark: a Monday on which all properties open. The workers'
// clock is set so that it comes at once.
const (
	zone         = "Europe/Paris"
	mondayAtNine = "2026-11-23T09:00:00+01:00"
)

type boundaryBench struct {
	*Bench
	n int
}

// Boundaries lets one boundary fall due for n properties, and measures the sweep; then the next one for a tenth of them in
// the plain design. The medians of so many rounds count.
func (b *Bench) Boundaries(ctx context.Context, n, rounds int) (f BoundaryFigures, err error) {
	b.RelaxGC()
	m, err := b.machine(ctx)
	if err != nil {
		return BoundaryFigures{}, err
	}
	back, err := b.slowLog(ctx)
	if err != nil {
		return BoundaryFigures{}, err
	}
	defer func() { err = errors.Join(err, back()) }()
	f, err = inRounds(ctx, b, rounds, (&boundaryBench{Bench: b, n: n}).run)
	m.LoadAfter = loadAverage()
	f.Machine, f.Rounds = m, rounds
	return f, err
}

func (b *boundaryBench) run(ctx context.Context) (f BoundaryFigures, err error) {
	opens, err := time.Parse(time.RFC3339, mondayAtNine)
	if err != nil {
		return f, err
	}
	f.Properties = b.n
	empty, err := b.usedMemory(ctx)
	if err != nil {
		return f, err
	}
	b.progress("defining %d properties", b.n)
	if err := b.define(ctx, opens.Add(-time.Hour)); err != nil {
		return f, err
	}
	b.progress("letting a boundary fall due for %d properties", b.n)
	swept, err := b.sweep(ctx, opens, &f)
	if err != nil {
		return f, err
	}
	full, err := b.usedMemory(ctx)
	if err != nil {
		return f, err
	}
	definitions, err := b.definitionBytes(ctx)
	if err != nil {
		return f, err
	}
	f.RedisBytesPerProperty = (full - empty - definitions) / int64(b.n)
	if f.WorkerRSS, err = peakMemory(os.Getpid()); err != nil {
		return f, err
	}
	b.progress("letting the next fall due for %d, a task each", b.n/10)
	single, err := b.plain(ctx)
	if err != nil {
		return f, err
	}
	f.FlipsPerSecond, f.PlainFlipsPerSecond = swept.rate(), single.rate()
	f.Ratio = f.FlipsPerSecond / f.PlainFlipsPerSecond
	f.LastCommitSeconds = swept.last.Sub(swept.due).Seconds()
	f.LagP50, f.LagP99 = swept.lag(0.50), swept.lag(0.99)
	return f, nil
}

// define writes the properties and decides on them as of an instant, so that each
// waits for its boundary. It drops the actions of these decisions.
func (b *boundaryBench) define(ctx context.Context, at time.Time) error {
	var next atomic.Int64
	err := inParallel(64, func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= b.n {
				return nil
			}
			subject, body := property(i)
			ok, err := b.Store.Edit(ctx, store.Edit{Subject: subject, NewRev: at.UnixMicro(), Definition: body, Due: at})
			if err != nil || !ok {
				return errors.Join(err, ctx.Err())
			}
		}
	})
	if err != nil {
		return fmt.Errorf("defining properties: %w", err)
	}
	decider := engine.NewDecider(b.Store, time.UTC)
	next.Store(0)
	return inParallel(4, func() error {
		for {
			shard := int(next.Add(1)) - 1
			if shard >= b.Store.Shards() {
				return nil
			}
			if err := b.decideShard(ctx, decider, shard, at); err != nil {
				return err
			}
		}
	})
}

func (b *boundaryBench) decideShard(ctx context.Context, decider *engine.Decider, shard int, at time.Time) error {
	lease := store.Lease{Holder: "bench", For: time.Minute}
	for {
		claim, err := b.Store.Claim(ctx, shard, lease, at, 500)
		if err != nil {
			return err
		}
		if len(claim.Records) == 0 {
			break
		}
		out, err := decider.Decide(ctx, claim.Records, at)
		if err != nil {
			return err
		}
		for i := range out.Changes {
			out.Changes[i].Actions = nil
		}
		if _, err := b.Store.Commit(ctx, engine.Written(out.Changes)); err != nil {
			return err
		}
	}
	return nil
}

func propertyID(i int) string { return fmt.Sprintf("property-%07d", i) }

// benchProperty is a property with a five-day week. All open at nine; they close at
// different times.
func property(i int) (store.Subject, []byte) {
	return store.PropertySubject(propertyID(i)), fmt.Appendf(nil,
		`{"name":"Property %d","language":"fr","schedule":{"time_zone":%q,"weekly":{"mon-fri":"09:00-12:00, 13:00-18:%02d"}},"widget":{"outside_hours":"contact_form"}}`,
		i, zone, i%60)
}

// sweep runs a real worker whose clock comes to the boundary in some seconds. It notes what a flip costs of processors' time.
func (b *boundaryBench) sweep(ctx context.Context, boundary time.Time, f *BoundaryFigures) (*observed, error) {
	due := b.Now().Add(b.warmUp()).Truncate(5 * time.Second).Add(10 * time.Second) // when the worker's cron looks
	now := func() time.Time { return b.Now().Add(boundary.Sub(due)) }

	meter := b.newMeter(ctx)
	o := &observed{Store: b.Store, now: b.Now, due: due, expected: b.n, done: make(chan struct{}), began: meter.start}
	log := logrus.New()
	log.SetOutput(b.Log)
	log.SetLevel(logrus.ErrorLevel) // deliveries fail, as they are meant to
	worker := jobs.NewWorker(jobs.Config{
		Store: o, Redis: b.Redis, Partitions: b.Store.Partitions(), Log: log, Now: now, TimeZone: time.UTC,
		Concurrency: b.Env.Concurrency, Batch: b.Env.SweepBatch, StopTimeout: b.Env.StopTimeout,
		// The benchmark does not measure deliveries: their destination takes its time.
		DefaultDestination: definition.Destination{Type: "none"},
		OpenDestination:    map[string]deliver.OpenDestination{"none": openNone},
		Metrics:            jobs.NewMetrics(),
	})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	select {
	case <-o.done:
	case <-time.After(10 * time.Minute):
		cancel()
		return nil, errors.Join(errors.New("measuring the sweep: not done within 10 minutes"), <-ended)
	case err := <-ended:
		return nil, errors.Join(errors.New("measuring the sweep: the worker stopped"), err)
	}
	spent, err := meter.each(b.n)
	f.WorkerCPU, f.RedisCPU, f.Commands = spent.worker, spent.redis, spent.use
	cancel()
	return o, errors.Join(err, <-ended)
}

// warmUp is how long a worker that starts needs to look at every property once. The benchmark does not measure that.
// With few properties it does not matter.
func (b *boundaryBench) warmUp() time.Duration {
	if b.n < 200_000 {
		return 0
	}
	return 35*time.Second + time.Duration(b.n)*25*time.Microsecond
}

// none is a destination that takes nothing until the measurement is over.
type none struct{}

func openNone(string, definition.Destination) (deliver.Destination, error) { return none{}, nil }

// Most implements deliver.Destination.
func (none) Most() int { return 200 }

// Deliver implements deliver.Destination.
func (none) Deliver(ctx context.Context, _ []deliver.Delivery) error {
	<-ctx.Done()
	return ctx.Err()
}

// definitionBytes is the memory of the definitions alone in Redis.
func (b *boundaryBench) definitionBytes(ctx context.Context) (int64, error) {
	var total int64
	for shard := range b.Store.Shards() {
		n, err := b.Redis.Client.MemoryUsage(ctx, fmt.Sprintf("deskbell:{%d}:def", shard), 0).Result()
		if err != nil {
			return 0, fmt.Errorf("measuring the definitions: %w", err)
		}
		total += n
	}
	return total, nil
}

// plain flips a tenth of the properties at their next boundary, with one asynq task
// for each.
func (b *boundaryBench) plain(ctx context.Context) (*observed, error) {
	n := b.n / 10
	closes, err := time.Parse(time.RFC3339, mondayAtNine)
	if err != nil {
		return nil, err
	}
	closes = closes.Add(3 * time.Hour)
	o := &observed{Store: b.Store, now: b.Now, due: b.Now(), expected: n, done: make(chan struct{})}
	tasks := plain.New("bench:flip", b.Redis.Client, b.Redis.Server)
	var next atomic.Int64
	if err := inParallel(64, func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return nil
			}
			subject, _ := property(i)
			if err := tasks.Enqueue(ctx, []byte(subject)); err != nil {
				return err
			}
		}
	}); err != nil {
		return nil, fmt.Errorf("enqueueing a task for each flip: %w", err)
	}
	flip := plain.Flip(o, closes)
	stop, err := tasks.Work(64, 0, func(ctx context.Context, subject []byte) error {
		o.begin()
		return flip(ctx, subject)
	})
	if err != nil {
		return nil, err
	}
	defer stop()
	select {
	case <-o.done:
		return o, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(10 * time.Minute):
		return nil, errors.New("measuring the plain design: not done within 10 minutes")
	}
}

// inParallel runs f in n goroutines and joins their errors.
func inParallel(n int, f func() error) error {
	var wait sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wait.Go(func() { errs[i] = f() })
	}
	wait.Wait()
	return errors.Join(errs...)
}
