package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/store"
)

type benchEventsCmd struct {
	Events int  `default:"20000" help:"How many, in each measurement."`
	Rounds int  `default:"3" help:"How often each is measured; the median counts."`
	JSON   bool `name:"json" help:"Print one JSON object."`
}

func (*benchEventsCmd) Help() string {
	return `
Puts events into the Redis of REDIS_URL, which must be empty, and lets a worker take them in: decision and commit. First
each event has a task of its own, then fifty share one. Beside it, asynq runs as many tasks with a handler that does
nothing. Half of the events are of visitors who are new, and each is looked at by two triggers. It empties that Redis at
the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench events
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench events --events 100000 --json
`
}

// eventFigures is what the benchmark measures.
type eventFigures struct {
	Events       int     `json:"events"`
	Single       float64 `json:"single_per_second"`        // events, each in a task of its own
	Batch        float64 `json:"batch_per_second"`         // events, fifty in a task
	EmptyHandler float64 `json:"empty_handler_per_second"` // tasks of asynq that do nothing
	RatioSingle  float64 `json:"ratio_single"`
	RatioBatch   float64 `json:"ratio_batch"`
}

func (c *benchEventsCmd) Run(ctx context.Context, a *app) (err error) {
	if c.Events < 100 || c.Events > 1_000_000 || c.Rounds < 1 || c.Rounds > 100 {
		return usagef("--events=%d --rounds=%d; 100 to 1000000 events and 1 to 100 rounds are allowed", c.Events, c.Rounds)
	}
	s, err := a.emptyRedis(ctx)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, flush(context.WithoutCancel(ctx), s), s.close())
	}()
	a.relaxGC()
	b := eventBench{app: a, s: s, n: c.Events}
	figures, err := b.run(ctx, c.Rounds)
	if err != nil {
		return err
	}
	return a.printResult(figures, c.JSON)
}

type eventBench struct {
	*app
	s    *session
	n    int
	sent int // events, ever
}

// inBatch is how many events share a task when they come in batches.
const inBatch = 50

// run measures all in turn, so that what else the machine does concerns all of them.
func (b *eventBench) run(ctx context.Context, rounds int) (eventFigures, error) {
	f := eventFigures{Events: b.n}
	var empty, single, batch []float64
	for n := range rounds {
		b.progress("round %d of %d", n+1, rounds)
		for _, m := range []struct {
			into    *[]float64
			measure func(context.Context) (float64, error)
		}{
			{&empty, b.empty},
			{&single, func(ctx context.Context) (float64, error) { return b.take(ctx, 1) }},
			{&batch, func(ctx context.Context) (float64, error) { return b.take(ctx, inBatch) }},
		} {
			if err := flush(ctx, b.s); err != nil {
				return f, err
			}
			rate, err := m.measure(ctx)
			if err != nil {
				return f, err
			}
			*m.into = append(*m.into, rate)
		}
	}
	f.EmptyHandler, f.Single, f.Batch = median(empty), median(single), median(batch)
	f.RatioSingle, f.RatioBatch = f.Single/f.EmptyHandler, f.Batch/f.EmptyHandler
	return f, nil
}

func median(rates []float64) float64 {
	slices.Sort(rates)
	return rates[len(rates)/2]
}

func (b *eventBench) progress(format string, args ...any) {
	fmt.Fprintf(b.stderr, format+"\n", args...)
}

// empty measures asynq alone, with the payload and the settings of single events.
func (b *eventBench) empty(ctx context.Context) (float64, error) {
	const kind, queue = "bench:empty", "bench"
	body, err := b.event(0).MarshalJSON()
	if err != nil {
		return 0, err
	}
	client := asynq.NewClientFromRedisClient(b.s.redis.Client)
	if err := b.enqueue(b.n, func(int) error {
		_, err := client.EnqueueContext(ctx, asynq.NewTask(kind, body), asynq.Queue(queue))
		return err
	}); err != nil {
		return 0, err
	}
	t := newPace(b.n, b.now)
	server := asynq.NewServerFromRedisClient(b.s.redis.Server, asynq.Config{
		Concurrency: 256, Queues: map[string]int{queue: 1}, TaskCheckInterval: 75 * time.Millisecond, LogLevel: asynq.ErrorLevel,
	})
	if err := server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		t.begin()
		t.add(1)
		return nil
	})); err != nil {
		return 0, err
	}
	defer server.Shutdown()
	return t.rate(ctx)
}

// take measures a worker, with so many events in each task.
func (b *eventBench) take(ctx context.Context, each int) (float64, error) {
	const triggers = `{"name":"Bench","triggers":[
		{"name":"Pricing","type":"page","url":{"contains":"/pricing"},"delay":"20s","message":"Shall we talk?"},
		{"name":"Britain","type":"advanced","on":"page.viewed","conditions":[{"field":"visitor.country","is":"GB"},{"field":"page.path","contains":"/offers"}],"actions":[{"send_message":{"text":"Hello"}}]}]}`
	if ok, err := b.s.store.Edit(ctx, store.Edit{
		Subject: store.PropertySubject("bench"), NewRev: b.now().UnixMicro(), Definition: []byte(triggers), Due: b.now().Add(time.Hour),
	}); err != nil || !ok {
		return 0, errors.Join(err, ctx.Err())
	}
	first := b.sent
	b.sent += b.n
	if err := b.enqueue((b.n+each-1)/each, func(i int) error {
		var events []event.Event
		for n := i * each; n < min(b.n, (i+1)*each); n++ {
			events = append(events, b.event(first+n))
		}
		return b.s.client.Send(ctx, events...)
	}); err != nil {
		return 0, err
	}
	t := newPace(b.n, b.now)
	log := logrus.New()
	log.SetOutput(b.stderr)
	log.SetLevel(logrus.ErrorLevel)
	worker := jobs.NewWorker(jobs.Config{
		Store: &tallying{b.s.store, t}, Redis: b.s.redis, Partitions: b.s.store.Partitions(), Log: log, Now: b.now, TimeZone: time.UTC,
		Concurrency: b.s.env.Concurrency, Batch: b.s.env.SweepBatch, StopTimeout: b.s.env.StopTimeout,
		DefaultDestination: definition.Destination{Type: "none"},
		OpenDestination:    map[string]deliver.OpenDestination{"none": openNone},
		Metrics:            jobs.NewMetrics(),
	})
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(running) }()
	rate, err := t.rate(ctx)
	stop()
	return rate, errors.Join(err, <-ended)
}

// enqueue calls f for each task.
func (b *eventBench) enqueue(tasks int, f func(i int) error) error {
	var next atomic.Int64
	if err := inParallel(32, func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= tasks {
				return nil
			}
			if err := f(i); err != nil {
				return err
			}
		}
	}); err != nil {
		return fmt.Errorf("enqueueing %d tasks: %w", tasks, err)
	}
	return nil
}

// event is one of a visitor who views a page. Each visitor views two.
func (b *eventBench) event(i int) event.Event {
	e := event.New(event.PageViewed, event.Data{
		Property: "bench", Visitor: "v" + strconv.Itoa(i/2), Visit: "s" + strconv.Itoa(i/2),
		Page:       event.Page{URL: "https://shop.example.com/products/" + strconv.Itoa(i%100), Title: "A product"},
		Attributes: event.Attributes{Country: "FR", Language: "fr", Browser: "Firefox"},
	})
	e.ID, e.Time = "e"+strconv.Itoa(i), b.now()
	return e
}

// pace measures how long something takes that is done many times.
type pace struct {
	now         func() time.Time
	want        int64
	first, done atomic.Int64
	last        atomic.Int64
	ended       chan struct{}
}

func newPace(want int, now func() time.Time) *pace {
	return &pace{now: now, want: int64(want), ended: make(chan struct{})}
}

func (p *pace) begin() { p.first.CompareAndSwap(0, p.now().UnixNano()) }

func (p *pace) add(n int) {
	if done := p.done.Add(int64(n)); done >= p.want && done-int64(n) < p.want {
		p.last.Store(p.now().UnixNano())
		close(p.ended)
	}
}

// rate waits for the end, and gives how many were done in a second.
func (p *pace) rate(ctx context.Context) (float64, error) {
	select {
	case <-p.ended:
		return float64(p.want) / time.Duration(p.last.Load()-p.first.Load()).Seconds(), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(5 * time.Minute):
		return 0, fmt.Errorf("measuring: %d of %d are done within 5 minutes", p.done.Load(), p.want)
	}
}

// tallying is a store that counts the events that are committed.
type tallying struct {
	store.Store
	pace *pace
}

// Seen implements store.Store.
func (s *tallying) Seen(ctx context.Context, at time.Time, events map[store.Subject][]string) (map[store.Subject]map[string]bool, error) {
	s.pace.begin()
	return s.Store.Seen(ctx, at, events)
}

// Commit implements store.Store.
func (s *tallying) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	lost, err := s.Store.Commit(ctx, changes)
	if err != nil {
		return lost, err
	}
	for _, c := range changes {
		if !slices.Contains(lost, c.Subject) {
			s.pace.add(len(c.Seen))
		}
	}
	return lost, nil
}
