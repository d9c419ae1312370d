package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/store"
)

const (
	online  = string(widget.Online)
	away    = string(widget.Away)
	offline = string(widget.Offline)
)

// messageLatency lets visitors arrive one after the other on an idle system, each with a page that reads the stream of its visit. It measures
// from posting the event until the page, and the receiver, have the greeting.
func messageLatency(ctx context.Context, r *rig) ([]LatencyRow, error) {
	const property = "greeted-0"
	if err := r.define(ctx, online, 1, "greeted", func(int) map[string]any {
		return map[string]any{"schedule": always(), "triggers": []any{map[string]any{"name": "Welcome", "type": "site", "message": "Hello"}}}
	}); err != nil {
		return nil, err
	}
	pages, hooks := newStopwatch(), newStopwatch()
	r.hook.watch.Store(hooks)
	for i := range r.samples {
		visitor := numbered("visitor", i)
		p, err := r.listens(ctx, property, visitor, pages)
		if err != nil {
			return nil, err
		}
		if err := r.rest(ctx); err != nil {
			return nil, err
		}
		e := event.New(event.VisitorArrived, event.Data{Property: property, Visitor: visitor, Visit: visitor})
		if err := r.once(ctx, saidName(property, visitor), pages, hooks, func() error { return r.post(ctx, e) }); err != nil {
			return nil, err
		}
		p.close()
	}
	return []LatencyRow{row("event posted → the visit's stream", pages.take()), row("event posted → webhook", hooks.take())}, nil
}

// loginLatency lets the only agent of a property log in and out.
func loginLatency(ctx context.Context, r *rig) ([]LatencyRow, error) {
	if err := r.send(ctx, http.MethodPut, "/v1/agents/lea", map[string]any{"online_when": "logged_in"}); err != nil {
		return nil, err
	}
	if err := r.define(ctx, away, 1, "staffed", func(int) map[string]any {
		return map[string]any{"schedule": always(), "agents": []any{"lea"}}
	}); err != nil {
		return nil, err
	}
	states := newStopwatch()
	p, err := r.reads(ctx, "staffed-0", states)
	if err != nil {
		return nil, err
	}
	defer p.close()
	logs := func(kind event.Type, status string) error {
		if err := r.rest(ctx); err != nil {
			return err
		}
		e := event.New(kind, event.Data{Agent: "lea"})
		return r.once(ctx, stateName("staffed-0", status), states, nil, func() error { return r.post(ctx, e) })
	}
	var took []time.Duration
	for range r.samples {
		if err := logs(event.AgentLoggedIn, online); err != nil {
			return nil, err
		}
		took = append(took, states.take()...)
		if err := logs(event.AgentLoggedOut, away); err != nil {
			return nil, err
		}
		states.take()
	}
	slices.Sort(took)
	return []LatencyRow{row("agent's login posted → stream of the property", took)}, nil
}

// delayedLatency lets messages fall due at random instants, so many a second as the other benchmark of them, and measures from the instant
// at which each is due until Redis says that it is committed.
func delayedLatency(ctx context.Context, r *rig) ([]LatencyRow, error) {
	n := 50 * r.samples
	window, lead := time.Duration(n)*time.Second/perSecond, 2*time.Second+time.Duration(n)*time.Millisecond
	delay := func(i int) time.Duration { return lead + time.Duration(i%sites)*window/sites }
	if err := r.define(ctx, online, sites, "late", func(i int) map[string]any {
		return map[string]any{"schedule": always(), "triggers": []any{
			map[string]any{"name": "Welcome", "type": "site", "delay": delay(i).String(), "message": "Hello"},
		}}
	}); err != nil {
		return nil, err
	}
	late, hooks := newStopwatch(), newStopwatch()
	r.hook.watch.Store(hooks)
	stop := r.follow(ctx, late)
	defer stop()
	arrived := r.Now().Truncate(time.Millisecond)
	var events []event.Event
	for i := range n {
		e := arrival(i, "late", arrived.Add(rand.N(window/sites)).Truncate(time.Millisecond))
		hooks.start(saidName(e.Data.Property, e.Data.Visitor), e.Time.Add(delay(i)))
		late.start(string(store.VisitorSubject(e.Data.Property, e.Data.Visitor)), e.Time.Add(delay(i)))
		events = append(events, e)
	}
	if err := pauseFor(ctx, window/sites); err != nil {
		return nil, err
	}
	for batch := range slices.Chunk(events, 100) {
		if err := r.post(ctx, batch...); err != nil {
			return nil, err
		}
	}
	if err := late.await(ctx, "the messages", lead+2*window+arrives); err != nil {
		return nil, err
	}
	if err := hooks.await(ctx, "the webhooks", arrives); err != nil { // they are not to wait before those of the next measurement
		return nil, err
	}
	what := fmt.Sprintf("delayed message due, %d a second → ", perSecond)
	return []LatencyRow{row(what+"committed", late.take()), row(what+"webhook", hooks.take())}, nil
}
