package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/edit"
)

// TriggerFigures are the results of Triggers.
type TriggerFigures struct {
	Machine   Machine `json:"machine"`
	Rounds    int     `json:"rounds"`   // of which these are the medians; of Early, the sum
	Messages  int     `json:"messages"` // delayed ones that were committed
	Early     int     `json:"early"`    // of these, how many were decided on before they were due
	LateP50   float64 `json:"late_ms_p50"`
	LateP99   float64 `json:"late_ms_p99"`
	LateMax   float64 `json:"late_ms_max"`
	AtOnceP50 float64 `json:"at_once_ms_p50"` // from sending an event to the commit of a message without a delay
	AtOnceP99 float64 `json:"at_once_ms_p99"`
	WorkerCPU float64 `json:"worker_cpu_us_per_message"` // of processors' time, from when the first is due until the last is committed
	RedisCPU  float64 `json:"redis_cpu_us_per_message"`

	Commands RedisUse `json:"commands,omitzero"` // for a message, meanwhile
}

// Table writes the figures for people.
func (f TriggerFigures) Table(w io.Writer) error {
	rest := f
	rest.Commands = RedisUse{}
	return errors.Join(Lines(w, rest), f.Commands.table(w, "those that fall due", "message"))
}

const (
	sites     = 100 // properties of each kind, that share the visitors
	perSecond = 500 // messages that fall due
	greeted   = 200 // visitors who are greeted at once, or a tenth of the messages
)

type triggerBench struct {
	*Bench
	n int
}

// Triggers lets n delayed messages fall due, and measures how late they are committed; then it measures how soon messages
// without a delay are. The medians of so many rounds count.
func (b *Bench) Triggers(ctx context.Context, n, rounds int) (f TriggerFigures, err error) {
	b.RelaxGC()
	m, err := b.machine(ctx)
	if err != nil {
		return TriggerFigures{}, err
	}
	back, err := b.slowLog(ctx)
	if err != nil {
		return TriggerFigures{}, err
	}
	defer func() { err = errors.Join(err, back()) }()
	early := 0
	f, err = inRounds(ctx, b, rounds, func(ctx context.Context) (TriggerFigures, error) {
		f, err := (&triggerBench{Bench: b, n: n}).run(ctx)
		early += f.Early
		return f, err
	})
	m.LoadAfter = loadAverage()
	f.Machine, f.Rounds, f.Early = m, rounds, early
	return f, err
}

func (b *triggerBench) run(ctx context.Context) (f TriggerFigures, err error) {
	if err := b.define(ctx); err != nil {
		return f, err
	}
	o := newSpoken(b.Store, b.Now)
	ctx, stop := b.work(ctx, o)
	defer func() { err = errors.Join(err, stop()) }()
	if err := b.decided(ctx); err != nil {
		return f, err
	}
	if err := b.delayed(ctx, o, &f); err != nil {
		return f, err
	}
	return f, b.atOnce(ctx, o, &f)
}

// lead, step and window make the delays of the properties of the kind "late", which spread the messages over some seconds.
func (b *triggerBench) lead() time.Duration {
	return 10*time.Second + time.Duration(b.n)*time.Millisecond
}
func (b *triggerBench) step() time.Duration { return b.window() / sites }
func (b *triggerBench) window() time.Duration {
	return time.Duration(b.n) * time.Second / perSecond
}

func (b *triggerBench) delay(i int) time.Duration {
	return b.lead() + time.Duration(i%sites)*b.step()
}

// define defines properties of two kinds: those of the kind "late" greet after a delay,
// and those of the kind "now" without one.
func (b *triggerBench) define(ctx context.Context) error {
	for i := range sites {
		for kind, delay := range map[string]time.Duration{"late": b.delay(i), "now": 0} {
			site := map[string]any{
				"schedule": map[string]any{"time_zone": zone, "weekly": map[string]any{"daily": "00:00-24:00"}},
				"triggers": []any{map[string]any{
					"name": "Welcome", "type": "site", "delay": delay.String(), "message": "Hello {{visitor.name|there}}, this is {{property.name}}",
				}},
			}
			defs, err := definition.Parse(map[string]any{"properties": map[string]any{siteID(kind, i): site}})
			if err != nil {
				return err
			}
			for id, p := range defs.Properties {
				if _, _, err := b.Client.Put(ctx, edit.KindProperty, id, p, edit.Match{}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func siteID(kind string, i int) string { return fmt.Sprint(kind, "-", i%sites) }

// arrival is the event of a visitor who arrives on a property of a kind.
func arrival(i int, kind string, at time.Time) event.Event {
	e := event.New(event.VisitorArrived, event.Data{
		Property: siteID(kind, i), Visitor: fmt.Sprint(kind, "-", i), Visit: fmt.Sprint(kind, "-", i, ".1"),
		Page: event.Page{URL: "https://example.com/" + kind},
	})
	e.ID, e.Time = fmt.Sprint(kind, "-", i), at
	return e
}

// delayed lets the messages fall due at random instants of some seconds.
func (b *triggerBench) delayed(ctx context.Context, o *spoken, f *TriggerFigures) error {
	b.progress("taking in %d visitors", b.n)
	arrived := b.Now().Truncate(time.Millisecond)
	events := make([]event.Event, b.n)
	for i := range events {
		events[i] = arrival(i, "late", arrived.Add(rand.N(b.step())).Truncate(time.Millisecond)) // as the worker takes it
		o.expect(events[i], events[i].Time.Add(b.delay(i)))
	}
	if err := pauseFor(ctx, b.step()); err != nil {
		return err
	}
	for batch := range slices.Chunk(events, 100) {
		if err := b.Client.Send(ctx, batch...); err != nil {
			return err
		}
	}
	if err := o.await(ctx, "the visitors are taken in", b.lead(), func() bool { return o.heard == b.n }); err != nil {
		return err
	}
	if err := pauseFor(ctx, arrived.Add(b.lead()).Sub(b.Now())); err != nil {
		return err
	}
	b.progress("letting %d messages fall due each second", perSecond)
	meter := b.newMeter(ctx)
	meter.start()
	if err := o.await(ctx, "all messages are committed", b.lead()+b.window()+time.Minute, func() bool { return len(o.late) == b.n }); err != nil {
		return err
	}
	spent, err := meter.each(b.n)
	if err != nil {
		return err
	}
	f.WorkerCPU, f.RedisCPU, f.Commands = spent.worker, spent.redis, spent.use
	late := o.take()
	f.Messages, f.Early = len(late), o.early
	f.LateP50, f.LateP99, f.LateMax = quantile(late, 0.5), quantile(late, 0.99), quantile(late, 1)
	return nil
}

// atOnce lets visitors arrive one by one, at odd instants.
func (b *triggerBench) atOnce(ctx context.Context, o *spoken, f *TriggerFigures) error {
	n := min(greeted, b.n/10)
	b.progress("greeting %d visitors, one after the other", n)
	for i := range n {
		if err := pauseFor(ctx, 100*time.Millisecond+rand.N(100*time.Millisecond)); err != nil {
			return err
		}
		now := b.Now()
		e := arrival(i, "now", now)
		o.expect(e, now)
		if err := b.Client.Send(ctx, e); err != nil {
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
