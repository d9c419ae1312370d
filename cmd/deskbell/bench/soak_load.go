package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// soakLoad is visitors who come, look at some pages, have a greeting and go, and come back again and again: a new visitor would be kept for
// an hour at least, whatever DESKBELL_KEEP_VISITORS says, so that a soak with new ones could not be flat before its second hour. Who comes
// back shows whether a record grows with each visit. Beside that, a page opens and closes a stream every second.
type soakLoad struct {
	*rig
	rate     int // events a second
	visitors int // who come in turn
	sent     atomic.Int64
}

const (
	soakProperties = 10
	soakRequests   = 20     // a second, each with its share of the events
	soakVisitors   = 10_000 // at most
)

// visitSteps are the events of one visit.
func visitSteps() []event.Type {
	return []event.Type{event.VisitorArrived, event.PageViewed, event.PageViewed, event.WidgetMaximized, event.VisitorLeft}
}

// soakReturns is how often each visitor comes before the second half, at least: a record grows until it has as much as it keeps. Most of that
// are the last twenty things for the pages of the visitor, and a visit brings two.
const soakReturns = 12

// newSoakLoad defines the properties.
func newSoakLoad(ctx context.Context, r *rig, length time.Duration, rate int) (*soakLoad, error) {
	visits := int(length.Seconds() * float64(rate) / float64(len(visitSteps())))
	l := &soakLoad{rig: r, rate: rate, visitors: max(1, min(soakVisitors, visits/2/soakReturns))}
	return l, r.define(ctx, online, soakProperties, "soak", func(int) map[string]any {
		return map[string]any{"schedule": always(), "triggers": []any{
			map[string]any{"name": "Welcome", "type": "site", "frequency": "once_per_visit", "message": "Hello"},
			map[string]any{"name": "Help", "type": "site", "frequency": "once_per_visit", "delay": "5s", "message": "May I help?"},
		}}
	})
}

// run sends until the context ends, which is no error.
func (l *soakLoad) run(ctx context.Context) error {
	var wait sync.WaitGroup
	defer wait.Wait()
	running, end := context.WithCancel(ctx)
	defer end()
	failed := make(chan error, 2)
	wait.Go(func() { failed <- l.readPages(running) })
	wait.Go(func() { failed <- l.sendEvents(running) })
	err := <-failed
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// sendEvents sends so many events a second, as far as they are taken in time.
func (l *soakLoad) sendEvents(ctx context.Context) error {
	tick := time.NewTicker(time.Second / soakRequests)
	defer tick.Stop()
	began, next := l.Now(), 0
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		var events []event.Event
		for due := int(l.Now().Sub(began).Seconds() * float64(l.rate)); next < due && len(events) < 500; next++ {
			events = append(events, l.event(next))
		}
		if len(events) == 0 {
			continue
		}
		l.sent.Add(int64(len(events))) // also where the end of the soak cuts off the answer
		if err := l.post(ctx, events...); err != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
}

// event is the nth of all. Some visitors are there at once, as many as come within ten seconds, and each of them is at another step.
func (l *soakLoad) event(n int) event.Event {
	steps := visitSteps()
	there := max(1, min(l.visitors, 10*l.rate/len(steps)))
	place := n % there
	step := n/there + place%len(steps)
	visit := step/len(steps)*there + place
	visitor := fmt.Sprint("visitor-", visit%l.visitors)
	e := event.New(steps[step%len(steps)], event.Data{
		Property: numbered("soak", visit%l.visitors%soakProperties), Visitor: visitor, Visit: fmt.Sprint("visit-", visit),
	})
	if e.Type != event.VisitorLeft {
		e.Data.Page = event.Page{URL: fmt.Sprint("https://shop.example.com/products/", n%100), Title: "A product"}
	}
	return e
}

// readPages opens a stream every second, and closes it.
func (l *soakLoad) readPages(ctx context.Context) error {
	for n := 0; ; n++ {
		p, err := l.reads(ctx, numbered("soak", n%soakProperties), newStopwatch())
		if err != nil {
			return errors.Join(ctx.Err(), err)
		}
		err = pauseFor(ctx, time.Second)
		p.close()
		if err != nil {
			return err
		}
	}
}
