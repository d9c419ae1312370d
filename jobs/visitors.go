package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// visitors decides on visitors, for the tasks with events and for those whose time has come.
type visitors struct {
	*parts
	askTimers func(context.Context, *engine.Change) error
	notices   noticer
	batchers  [batchers]batcher
	logged    oncePerMinute // by property: warnings that need not stand in the log for each event
}

func newVisitors(p *parts, askTimers func(context.Context, *engine.Change) error, notices noticer) *visitors {
	v := &visitors{parts: p, askTimers: askTimers, notices: notices}
	for i := range v.batchers {
		v.batchers[i].process = v.process
	}
	return v
}

// decide has a request processed with others, and asks for the work that comes of it.
func (v *visitors) decide(ctx context.Context, r *request, log *attempt) error {
	first, ok := r.first()
	if !ok {
		return nil // events of agents alone: nothing is decided on them yet
	}
	v.batchers[v.store.Shard(first)%batchers].add(r)
	select {
	case <-r.done:
	case <-ctx.Done(): // it may yet be done: then the next try finds that it was
		return fmt.Errorf("taking events: %w", ctx.Err())
	}
	if err := v.followUp(ctx, r, log); err != nil {
		v.log.WithError(err).Warn("asking for timers and deliveries failed: the next beat does its work")
	}
	return r.err
}

// batchTime bounds the work on one batch. Requests that are not done come again with their tasks.
const batchTime = 30 * time.Second

// process is the work of a batcher.
func (v *visitors) process(batch []*request) {
	ctx, cancel := context.WithTimeout(context.Background(), batchTime) // a batch is of many tasks, and ends with none
	defer cancel()
	var events []event.Event
	var due []store.Subject
	for _, r := range batch {
		events = append(events, r.events...)
		if r.due != "" {
			due = append(due, r.due)
		}
	}
	taken, err := v.engine.Process(ctx, events, due, tasksOf(batch)...)
	for _, r := range batch {
		r.err, r.at, r.held = errors.Join(err, r.left(taken.Broken)), taken.At, taken.Held[r.due]
	}
	v.accepted.done(ctx, batch)
	share(batch, taken.Changes)
	v.report(taken)
}

// report counts and logs a batch.
func (v *visitors) report(t *engine.Taken) {
	for _, b := range t.Broken { // where it is the property that cannot be read, there are many
		if property, _, _ := b.Subject.Visitor(); v.logged.first("broken "+property, t.At) {
			v.engine.LogBroken([]engine.Broken{b})
		}
	}
	v.observe.took(t)
	v.engine.LogHeldBack(t.Skipped)
	for property, n := range t.Dropped {
		if v.logged.first(property, t.At) {
			v.log.WithFields(logrus.Fields{"property": property, "events": n}).
				Warn("events dropped: their property is not defined; define it, or send no events of it (said once a minute)")
		}
	}
}

// followUp asks for the timers, notices and deliveries that came of a request.
func (v *visitors) followUp(ctx context.Context, r *request, log *attempt) error {
	var errs []error
	shards, notices := make(map[int]bool), make(map[int]bool)
	for _, c := range r.follow {
		shard := v.store.Shard(c.Subject)
		errs = append(errs, v.askTimers(ctx, c))
		if n := c.Leaving(); n > 0 {
			log.Did("actions", n)
			shards[shard] = true
		}
		if c.Notices > 0 {
			notices[shard] = true
		}
	}
	for shard := range notices {
		errs = append(errs, v.notices.send(ctx, shard, log))
	}
	for shard := range shards {
		errs = append(errs, v.deliverer.AskFor(ctx, shard, r.at))
	}
	return errors.Join(errs...)
}

// oncePerMinute keeps one warning from being logged again within a minute.
type oncePerMinute struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// first tells whether the warning of that name was not logged for a minute, and notes it.
func (o *oncePerMinute) first(name string, at time.Time) bool {
	const most = 1000 // names kept
	o.mu.Lock()
	defer o.mu.Unlock()
	if last, ok := o.last[name]; ok && at.Sub(last) < time.Minute {
		return false
	}
	if o.last == nil || len(o.last) >= most {
		o.last = make(map[string]time.Time)
	}
	o.last[name] = at
	return true
}
