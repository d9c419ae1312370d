package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/edit"
)

// NeighbourFigures are the results of Neighbours.
type NeighbourFigures struct {
	Greeted  int     `json:"greeted"` // visitors of the shop, in each half
	QuietP50 float64 `json:"quiet_ms_p50"`
	QuietP99 float64 `json:"quiet_ms_p99"`
	UnderP50 float64 `json:"attacked_ms_p50"`
	UnderP99 float64 `json:"attacked_ms_p99"`
	Ratio    float64 `json:"ratio_p99"`
	Costly   int     `json:"costly_events"` // that were sent, and how many of them were taken in meanwhile
	Taken    int     `json:"costly_taken"`
}

const (
	shop             = "shop"
	greetedPerSecond = 50 // visitors of the shop
	costlyPerSecond  = 50 // events of the other property, each of which takes as long as one may
)

type neighbourBench struct {
	*Bench
	half time.Duration
	o    *spoken
	next int // visitor of the shop
}

// Neighbours measures how soon visitors of a shop are greeted: first alone, and then while the events of another property take as long
// as they may, more than there is time for. Each half takes so long.
func (b *Bench) Neighbours(ctx context.Context, half time.Duration) (NeighbourFigures, error) {
	o := newSpoken(b.Store, b.Now)
	o.of = shop
	return (&neighbourBench{Bench: b, half: half, o: o}).run(ctx)
}

func (b *neighbourBench) run(ctx context.Context) (f NeighbourFigures, err error) {
	b.RelaxGC()
	if err := b.define(ctx); err != nil {
		return f, err
	}
	ctx, stop := b.work(ctx, b.o)
	defer func() { err = errors.Join(err, stop()) }()
	if err := b.decided(ctx); err != nil {
		return f, err
	}
	b.progress("greeting %d visitors a second for %s", greetedPerSecond, b.half)
	quiet, err := b.greet(ctx)
	if err != nil {
		return f, err
	}
	b.progress("the same, beside %d costly events a second", costlyPerSecond)
	attacking, end := context.WithCancel(ctx)
	sent := make(chan int, 1)
	go func() { sent <- b.attack(attacking) }()
	before := b.o.hasHeard()
	under, err := b.greet(ctx)
	end()
	f.Costly, f.Taken = <-sent, b.o.hasHeard()-before-len(under)
	if err != nil {
		return f, err
	}
	f.Greeted = len(quiet)
	f.QuietP50, f.QuietP99 = quantile(quiet, 0.5), quantile(quiet, 0.99)
	f.UnderP50, f.UnderP99 = quantile(under, 0.5), quantile(under, 0.99)
	f.Ratio = f.UnderP99 / f.QuietP99
	return f, nil
}

// define defines the shop and its neighbour, whose triggers have as many instructions as are allowed.
func (b *neighbourBench) define(ctx context.Context) error {
	always := map[string]any{"time_zone": zone, "weekly": map[string]any{"daily": "00:00-24:00"}}
	condition := map[string]any{"field": "page.url", "matches": "(?:a?b?){120}!"}
	costly := map[string]any{
		"name": "Costly", "type": "advanced", "on": "page.viewed", "match": "any", "conditions": slices.Repeat([]any{condition}, 10),
		"actions": []any{map[string]any{"add_tag": "x"}},
	}
	welcome := map[string]any{"name": "Welcome", "type": "site", "message": "Hello"}
	defs, err := definition.Parse(map[string]any{"properties": map[string]any{
		shop:        map[string]any{"schedule": always, "triggers": []any{welcome}},
		"neighbour": map[string]any{"schedule": always, "triggers": []any{costly}},
	}})
	if err != nil {
		return err
	}
	for id, p := range defs.Properties {
		if _, _, err := b.Client.Put(ctx, edit.KindProperty, id, p, edit.Match{}); err != nil {
			return err
		}
	}
	return nil
}

// greet lets visitors arrive at the shop, and gives how long it took until each was greeted.
func (b *neighbourBench) greet(ctx context.Context) ([]time.Duration, error) {
	tick := time.NewTicker(time.Second / greetedPerSecond)
	defer tick.Stop()
	n := max(1, int(b.half.Seconds()*greetedPerSecond))
	for range n {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		b.next++
		visitor, now := fmt.Sprint("v", b.next), b.Now()
		e := event.New(event.VisitorArrived, event.Data{Property: shop, Visitor: visitor, Visit: visitor})
		e.ID, e.Time = visitor, now
		b.o.expect(e, now)
		if err := b.Client.Send(ctx, e); err != nil {
			return nil, err
		}
	}
	err := b.o.await(ctx, "all visitors are greeted", time.Minute, func() bool { return len(b.o.late) == n })
	return b.o.take(), err
}

// attack sends costly events until it ends, and gives how many.
func (b *neighbourBench) attack(ctx context.Context) (sent int) {
	tick := time.NewTicker(time.Second / costlyPerSecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return sent
		}
		visitor := fmt.Sprint("n", sent)
		e := event.New(event.PageViewed, event.Data{
			Property: "neighbour", Visitor: visitor, Visit: visitor, Page: event.Page{URL: "https://shop.example.com/" + strings.Repeat("a", 8100)},
		})
		e.ID, e.Time = visitor, b.Now()
		if err := b.Client.Send(ctx, e); err != nil {
			return sent
		}
		sent++
	}
}

// hasHeard is how many events were committed.
func (o *spoken) hasHeard() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.heard
}
