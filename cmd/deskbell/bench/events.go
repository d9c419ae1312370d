package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	plain "github.com/deskbell/deskbell/jobs/bench"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/store"
)

// EventFigures are the results of Events.
type EventFigures struct {
	Machine      Machine `json:"machine"`
	Rounds       int     `json:"rounds"` // of which these are the medians
	Events       int     `json:"events"`
	Single       float64 `json:"single_per_second"`        // events, each in a task of its own
	Batch        float64 `json:"batch_per_second"`         // events, fifty in a task
	EmptyHandler float64 `json:"empty_handler_per_second"` // tasks of asynq that do nothing
	RatioSingle  float64 `json:"ratio_single"`
	RatioBatch   float64 `json:"ratio_batch"`
	SingleWorker float64 `json:"single_worker_cpu_us"` // of processors' time, an event
	SingleRedis  float64 `json:"single_redis_cpu_us"`
	BatchWorker  float64 `json:"batch_worker_cpu_us"`
	BatchRedis   float64 `json:"batch_redis_cpu_us"`

	SingleCommands RedisUse `json:"single_commands,omitzero"` // for an event
	BatchCommands  RedisUse `json:"batch_commands,omitzero"`
}

// Table writes the figures for people.
func (f EventFigures) Table(w io.Writer) error {
	rest := f
	rest.SingleCommands, rest.BatchCommands = RedisUse{}, RedisUse{}
	return errors.Join(Lines(w, rest), f.SingleCommands.table(w, "a task of its own", "event"), f.BatchCommands.table(w, "a task of fifty", "event"))
}

type eventBench struct {
	*Bench
	n    int
	sent int // events, ever
}

// inBatch is how many events share a task when they come in batches.
const inBatch = 50

// Events measures how fast a worker takes in n events, beside asynq with a handler that does nothing. The medians of so many
// rounds count.
func (b *Bench) Events(ctx context.Context, n, rounds int) (f EventFigures, err error) {
	b.RelaxGC()
	m, err := b.machine(ctx)
	if err != nil {
		return EventFigures{}, err
	}
	back, err := b.slowLog(ctx)
	if err != nil {
		return EventFigures{}, err
	}
	defer func() { err = errors.Join(err, back()) }()
	f, err = inRounds(ctx, b, rounds, (&eventBench{Bench: b, n: n}).run)
	m.LoadAfter = loadAverage()
	f.Machine, f.Rounds = m, rounds
	return f, err
}

// run measures all in turn, so that other work of this machine slows all of them alike.
func (b *eventBench) run(ctx context.Context) (f EventFigures, err error) {
	f.Events = b.n
	if f.EmptyHandler, err = b.empty(ctx); err != nil {
		return f, err
	}
	if err := b.Flush(ctx); err != nil {
		return f, err
	}
	var spent share
	if f.Single, spent, err = b.take(ctx, 1); err != nil {
		return f, err
	}
	f.SingleWorker, f.SingleRedis, f.SingleCommands = spent.worker, spent.redis, spent.use
	if err := b.Flush(ctx); err != nil {
		return f, err
	}
	if f.Batch, spent, err = b.take(ctx, inBatch); err != nil {
		return f, err
	}
	f.BatchWorker, f.BatchRedis, f.BatchCommands = spent.worker, spent.redis, spent.use
	f.RatioSingle, f.RatioBatch = f.Single/f.EmptyHandler, f.Batch/f.EmptyHandler
	return f, nil
}

// empty measures asynq alone, with the payload and the settings of single events.
func (b *eventBench) empty(ctx context.Context) (float64, error) {
	body, err := b.event(0).MarshalJSON()
	if err != nil {
		return 0, err
	}
	tasks := plain.New("bench:empty", b.Redis.Client, b.Redis.Server)
	if err := b.enqueue(b.n, func(int) error { return tasks.Enqueue(ctx, body) }); err != nil {
		return 0, err
	}
	t := newPace(b.n, b.Now)
	stop, err := tasks.Work(256, 75*time.Millisecond, func(context.Context, []byte) error {
		t.begin()
		t.add(1)
		return nil
	})
	if err != nil {
		return 0, err
	}
	defer stop()
	return t.rate(ctx)
}

// take measures a worker, with so many events in each task: the rate, and what was spent for an event.
func (b *eventBench) take(ctx context.Context, each int) (rate float64, spent share, err error) {
	const triggers = `{"name":"Bench","triggers":[
		{"name":"Pricing","type":"page","url":{"contains":"/pricing"},"delay":"20s","message":"Shall we talk?"},
		{"name":"Britain","type":"advanced","on":"page.viewed","conditions":[{"field":"visitor.country","is":"GB"},{"field":"page.path","contains":"/offers"}],"actions":[{"send_message":{"text":"Hello"}}]}]}`
	if ok, err := b.Store.Edit(ctx, store.Edit{
		Subject: store.PropertySubject("bench"), NewRev: b.Now().UnixMicro(), Definition: []byte(triggers), Due: b.Now().Add(time.Hour),
	}); err != nil || !ok {
		return 0, spent, errors.Join(err, ctx.Err())
	}
	first := b.sent
	b.sent += b.n
	if err := b.enqueue((b.n+each-1)/each, func(i int) error {
		var events []event.Event
		for n := i * each; n < min(b.n, (i+1)*each); n++ {
			events = append(events, b.event(first+n))
		}
		return b.Client.Send(ctx, events...)
	}); err != nil {
		return 0, spent, err
	}
	t, meter := newPace(b.n, b.Now), b.newMeter(ctx)
	t.began = meter.start
	log := logrus.New()
	log.SetOutput(b.Log)
	log.SetLevel(logrus.ErrorLevel)
	taker := jobs.NewWorker(jobs.Config{
		Store: &tallying{b.Store, t}, Redis: b.Redis, Partitions: b.Store.Partitions(), Log: log, Now: b.Now, TimeZone: time.UTC,
		Concurrency: b.Env.Concurrency, Batch: b.Env.SweepBatch, StopTimeout: b.Env.StopTimeout,
		DefaultDestination: definition.Destination{Type: "none"},
		OpenDestination:    map[string]deliver.OpenDestination{"none": openNone},
		Metrics:            jobs.NewMetrics(),
	})
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- taker.Run(running) }()
	if rate, err = t.rate(ctx); err == nil {
		spent, err = meter.each(b.n)
	}
	stop()
	return rate, spent, errors.Join(err, <-ended)
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
	e.ID, e.Time = "e"+strconv.Itoa(i), b.Now()
	return e
}

// pace measures the rate of something that happens many times.
type pace struct {
	now         func() time.Time
	want        int64
	first, done atomic.Int64
	last        atomic.Int64
	ended       chan struct{}
	began       func() // is called at the beginning, once; nil: nobody is
}

func newPace(want int, now func() time.Time) *pace {
	return &pace{now: now, want: int64(want), ended: make(chan struct{})}
}

func (p *pace) begin() {
	if p.first.CompareAndSwap(0, p.now().UnixNano()) && p.began != nil {
		p.began()
	}
}

func (p *pace) add(n int) {
	if done := p.done.Add(int64(n)); done >= p.want && done-int64(n) < p.want {
		p.last.Store(p.now().UnixNano())
		close(p.ended)
	}
}

// rate waits for the end, and gives how many there were each second.
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

// tallying is a store that counts the events that it commits.
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
