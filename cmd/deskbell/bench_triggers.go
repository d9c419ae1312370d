package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/redisstream"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

type benchTriggersCmd struct {
	Messages int  `default:"10000" help:"How many delayed messages wait at the start."`
	JSON     bool `name:"json" help:"Print one JSON object."`
}

func (*benchTriggersCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, and runs one worker over it. First it lets delayed messages of as many
visitors fall due, 500 each second at random instants, and measures how late each is committed after it was due. Then
visitors arrive on the idle worker, one after the other, and it measures how long after each has been sent the message
without a delay is committed. Redis, the worker and its deliveries to a Redis stream share this machine. It empties that
Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench triggers
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench triggers --messages 20000 --json
`
}

// triggerFigures is what the benchmark measures.
type triggerFigures struct {
	Messages  int     `json:"messages"` // delayed ones that were committed
	Early     int     `json:"early"`    // of these, how many were decided on before they were due
	LateP50   float64 `json:"late_ms_p50"`
	LateP99   float64 `json:"late_ms_p99"`
	LateMax   float64 `json:"late_ms_max"`
	AtOnceP50 float64 `json:"at_once_ms_p50"` // from sending an event to the commit of a message without a delay
	AtOnceP99 float64 `json:"at_once_ms_p99"`
}

const mostBenchMessages = 100_000

func (c *benchTriggersCmd) Run(ctx context.Context, a *app) (err error) {
	if c.Messages < 100 || c.Messages > mostBenchMessages {
		return usagef("--messages=%d; 100 to %d are allowed", c.Messages, mostBenchMessages)
	}
	s, err := a.emptyRedis(ctx)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, flush(context.WithoutCancel(ctx), s), s.close())
	}()
	figures, err := (&triggerBench{app: a, s: s, n: c.Messages}).run(ctx)
	if err != nil {
		return err
	}
	return a.printResult(figures, c.JSON)
}

const (
	benchSites     = 100 // properties of each kind, that share the visitors
	benchPerSecond = 500 // messages that fall due
	benchAtOnce    = 200 // visitors who are greeted at once, or a tenth of the messages
)

type triggerBench struct {
	*app
	s *session
	n int
}

func (b *triggerBench) run(ctx context.Context) (f triggerFigures, err error) {
	b.relaxGC()
	if err := b.define(ctx); err != nil {
		return f, err
	}
	o := newSpoken(b.s.store, b.now)
	log := logrus.New()
	log.SetOutput(b.stderr)
	log.SetLevel(logrus.WarnLevel)
	worker := jobs.NewWorker(jobs.Config{
		Store: o, Redis: b.s.redis, Partitions: b.s.store.Partitions(), Log: log, Now: b.now, TimeZone: time.UTC,
		Concurrency: b.s.env.Concurrency, Batch: b.s.env.SweepBatch, StopTimeout: b.s.env.StopTimeout,
		DefaultDestination: definition.Destination{Type: redisstream.Type},
		OpenDestination:    map[string]deliver.OpenDestination{redisstream.Type: redisstream.Open(b.s.redis.Client)},
		Metrics:            jobs.NewMetrics(),
	})
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	defer func() {
		cancel()
		err = errors.Join(err, <-ended)
	}()
	if err := b.online(ctx); err != nil {
		return f, err
	}
	if err := b.delayed(ctx, o, &f); err != nil {
		return f, err
	}
	return f, b.atOnce(ctx, o, &f)
}

// online waits until the worker has decided on all properties: who arrives before is not greeted.
func (b *triggerBench) online(ctx context.Context) error {
	for {
		pending, err := b.s.store.Pending(ctx, b.now())
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

// delays are those of the properties of the kind "late": they spread the messages over
// some seconds.
func (b *triggerBench) lead() time.Duration {
	return 10*time.Second + time.Duration(b.n)*time.Millisecond
}
func (b *triggerBench) step() time.Duration { return b.window() / benchSites }
func (b *triggerBench) window() time.Duration {
	return time.Duration(b.n) * time.Second / benchPerSecond
}

func (b *triggerBench) delay(i int) time.Duration {
	return b.lead() + time.Duration(i%benchSites)*b.step()
}

// define defines properties of two kinds: those of the kind "late" greet after a delay,
// and those of the kind "now" without one.
func (b *triggerBench) define(ctx context.Context) error {
	for i := range benchSites {
		for kind, delay := range map[string]time.Duration{"late": b.delay(i), "now": 0} {
			site := map[string]any{
				"schedule": map[string]any{"time_zone": benchZone, "weekly": map[string]any{"daily": "00:00-24:00"}},
				"triggers": []any{map[string]any{
					"name": "Welcome", "type": "site", "delay": delay.String(), "message": "Hello {{visitor.name|there}}, this is {{property.name}}",
				}},
			}
			defs, err := definition.Parse(map[string]any{"properties": map[string]any{benchSite(kind, i): site}})
			if err != nil {
				return err
			}
			for id, p := range defs.Properties {
				if _, _, err := b.s.client.Put(ctx, edit.KindProperty, id, p, edit.Match{}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func benchSite(kind string, i int) string { return fmt.Sprint(kind, "-", i%benchSites) }

// arrival is that of a visitor, on a property of a kind.
func arrival(i int, kind string, at time.Time) event.Event {
	e := event.New(event.VisitorArrived, event.Data{
		Property: benchSite(kind, i), Visitor: fmt.Sprint(kind, "-", i), Visit: fmt.Sprint(kind, "-", i, ".1"),
		Page: event.Page{URL: "https://example.com/" + kind},
	})
	e.ID, e.Time = fmt.Sprint(kind, "-", i), at
	return e
}

// delayed lets the messages fall due at random instants of some seconds.
func (b *triggerBench) delayed(ctx context.Context, o *spoken, f *triggerFigures) error {
	fmt.Fprintf(b.stderr, "taking in %d visitors\n", b.n)
	arrived := b.now().Truncate(time.Millisecond)
	events := make([]event.Event, b.n)
	for i := range events {
		events[i] = arrival(i, "late", arrived.Add(rand.N(b.step())).Truncate(time.Millisecond)) // as the worker takes it
		o.expect(events[i], events[i].Time.Add(b.delay(i)))
	}
	if err := pauseFor(ctx, b.step()); err != nil {
		return err
	}
	for batch := range slices.Chunk(events, 100) {
		if err := b.s.client.Send(ctx, batch...); err != nil {
			return err
		}
	}
	if err := o.await(ctx, "the visitors are taken in", b.lead(), func() bool { return o.heard == b.n }); err != nil {
		return err
	}
	fmt.Fprintf(b.stderr, "letting %d messages fall due each second\n", benchPerSecond)
	if err := o.await(ctx, "all messages are committed", b.lead()+b.window()+time.Minute, func() bool { return len(o.late) == b.n }); err != nil {
		return err
	}
	late := o.take()
	f.Messages, f.Early = len(late), o.early
	f.LateP50, f.LateP99, f.LateMax = quantile(late, 0.5), quantile(late, 0.99), quantile(late, 1)
	return nil
}

// atOnce lets visitors arrive one by one, at odd instants.
func (b *triggerBench) atOnce(ctx context.Context, o *spoken, f *triggerFigures) error {
	n := min(benchAtOnce, b.n/10)
	fmt.Fprintf(b.stderr, "greeting %d visitors, one after the other\n", n)
	for i := range n {
		if err := pauseFor(ctx, 100*time.Millisecond+rand.N(100*time.Millisecond)); err != nil {
			return err
		}
		now := b.now()
		e := arrival(i, "now", now)
		o.expect(e, now)
		if err := b.s.client.Send(ctx, e); err != nil {
			return err
		}
		if err := o.await(ctx, "a greeting is committed", time.Minute, func() bool { return len(o.late) == i+1 }); err != nil {
			return err
		}
	}
	late := o.take()
	f.AtOnceP50, f.AtOnceP99 = quantile(late, 0.5), quantile(late, 0.99)
	return nil
}

// pauseFor lets some time pass.
func pauseFor(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// quantile is one of sorted times, in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	return milliseconds(sorted[max(0, int(q*float64(len(sorted)))-1)])
}
