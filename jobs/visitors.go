package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/store"
)

// visitors decides on visitors, for the tasks with events and for those whose time has come, and on agents of whom there are events.
type visitors struct {
	*parts
	askTimers func(context.Context, *engine.Change) error
	notices   noticer
	batchers  [batchers]batcher
	slow      *slow
	slowBatch batcher       // of properties that are decided on alone, one after the other
	logged    oncePerMinute // by property: warnings that need not stand in the log for each event
}

func newVisitors(p *parts, askTimers func(context.Context, *engine.Change) error, notices noticer) *visitors {
	v := &visitors{parts: p, askTimers: askTimers, notices: notices, slow: newSlow()}
	for i := range v.batchers {
		v.batchers[i].process, v.batchers[i].most = v.process, func(*request) int { return batchEvents }
	}
	v.slowBatch.process = func(batch []*request) { v.processWith(batch, v.engine.ProcessAlone) }
	v.slowBatch.most = func(r *request) int { return v.slow.atOnce(r.alone) }
	return v
}

// decide has a request processed, and asks for the work that comes of it. What it has of slow properties comes after the rest.
func (v *visitors) decide(ctx context.Context, r *request, log *attempt) error {
	alone := v.slow.split(r, v.now())
	var errs []error
	if first, ok := r.first(); ok {
		errs = append(errs, v.decideIn(ctx, &v.batchers[v.store.Shard(first)%batchers], r, log))
		alone = append(alone, r.aside...)
		if n := eventsOf(r.aside); n > 0 {
			log.Field("set_aside", n)
		}
	}
	for _, one := range alone {
		errs = append(errs, v.decideAlone(ctx, one, log))
		r.held = r.held || one.held
	}
	return unfinished(errs)
}

// eventsOf counts the events of requests.
func eventsOf(requests []*request) (n int) {
	for _, r := range requests {
		n += len(r.events)
	}
	return n
}

// decideIn has a request processed with others of a batcher.
func (v *visitors) decideIn(ctx context.Context, b *batcher, r *request, log *attempt) error {
	b.add(r)
	select {
	case <-r.done:
	case <-ctx.Done(): // it may yet be done: then the next try finds that it was
		return fmt.Errorf("taking events: %w", ctx.Err())
	}
	log.shared = log.shared || r.shared
	if err := v.followUp(ctx, r, log); err != nil {
		v.log.WithError(err).Log(LevelOf(err), "asking for timers and deliveries failed: the next beat does its work")
	}
	return r.err
}

// decideAlone has a request of a slow property processed, part by part. The error is a *laterError where too many of its events wait.
func (v *visitors) decideAlone(ctx context.Context, r *request, log *attempt) error {
	leave, err := v.slow.enter(r, v.now())
	if err != nil {
		v.observe.setAside(len(r.events))
		return err
	}
	defer leave()
	log.Field("alone", r.alone)
	for _, part := range r.parts(v.slow.atOnce(r.alone)) {
		if err := v.decideIn(ctx, &v.slowBatch, part, log); err != nil {
			return err
		}
		r.held = part.held
	}
	return nil
}

// unfinished is the error of a task of several parts. One that a retry mends comes before one that none does.
func unfinished(errs []error) error {
	mend := slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil || errors.Is(err, asynq.SkipRetry) })
	if len(mend) > 0 {
		return errors.Join(mend...)
	}
	return errors.Join(errs...)
}

// batchTime bounds the work on one batch. Requests that are not done come again with their tasks. It is long, since what was decided is
// written only within it: a batch for which a machine is too busy would come again and again.
const batchTime = enqueue.TaskTimeout / 2

// process is the work of a batcher.
func (v *visitors) process(batch []*request) { v.processWith(batch, v.engine.Process) }

type processing func(ctx context.Context, events []event.Event, due []store.Subject, tasks ...string) (*engine.Taken, error)

func (v *visitors) processWith(batch []*request, how processing) {
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
	taken, err := how(ctx, events, due, tasksOf(batch)...)
	committed := v.now()
	for _, r := range batch {
		r.at, r.shared = committed, len(batch) > 1
		r.err, r.held = errors.Join(err, r.left(taken.Broken)), taken.Held[r.due]
		r.aside = r.takeOut(taken.IsAsideDue, taken.IsAside)
	}
	for _, property := range v.slow.note(taken.Took, taken.At) {
		if v.logged.first("slow "+property, taken.At) {
			v.log.WithFields(logrus.Fields{"property": property, "each": v.slow.each(property).Round(time.Microsecond).String()}).
				Warn("a property takes long to decide on, and is decided on alone for some minutes: make its regular expressions smaller (said once a minute)")
		}
	}
	v.accepted.done(ctx, batch)
	share(batch, taken.Changes)
	v.sharePassing(batch, taken.Changes)
	v.report(taken, committed)
}

// sharePassing gives each shard whose changes concern subjects elsewhere to one of the tasks of a batch.
func (v *visitors) sharePassing(batch []*request, changes []engine.Change) {
	shards := make(map[int]bool)
	for i := range changes {
		if c := &changes[i]; c.Wake || c.Stir {
			shards[v.store.Shard(c.Subject)] = true
		}
	}
	n := 0
	for shard := range shards {
		r := batch[n%len(batch)]
		r.passOn = append(r.passOn, shard)
		n++
	}
}

// report counts and logs a batch.
func (v *visitors) report(t *engine.Taken, committed time.Time) {
	for _, b := range t.Broken { // where it is the property that cannot be read, there are many
		name, ok := b.Subject.OnProperty()
		if !ok {
			name = string(b.Subject)
		}
		if v.logged.first("broken "+name, t.At) {
			v.engine.LogBroken([]engine.Broken{b})
		}
	}
	v.observe.took(t, committed)
	v.engine.LogHeldBack(t.Skipped)
	for undefined, n := range t.Dropped {
		if !v.logged.first(string(undefined), t.At) {
			continue
		}
		if property, ok := undefined.Property(); ok {
			v.log.WithFields(logrus.Fields{"property": property, "events": n}).
				Warn("events dropped: their property is not defined; define it, or send no events of it (said once a minute)")
		} else if agent, ok := undefined.Agent(); ok {
			v.log.WithFields(logrus.Fields{"agent": agent, "events": n}).
				Warn("events dropped: their agent is not defined; define them, or send no events of them (said once a minute)")
		}
	}
}

// followUp asks for the timers, notices and deliveries that came of a request, and wakes whom it concerns.
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
	for _, shard := range r.passOn {
		woken, err := v.engine.PassOn(ctx, shard)
		if errs = append(errs, err); woken > 0 {
			log.Did("woken", woken)
		}
	}
	for shard := range notices {
		errs = append(errs, v.notices.send(ctx, shard, log))
	}
	for shard := range shards {
		errs = append(errs, v.deliverer.AskFor(ctx, shard, r.at)) // once for a batch; an earlier run of the lane may have looked before its commit
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
