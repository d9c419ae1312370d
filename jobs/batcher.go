package jobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// request is what one task has for visitors: events, or one whose time has come.
type request struct {
	events []event.Event
	due    store.Subject // empty: none

	done   chan struct{}
	err    error // to be read when done, as what follows
	at     time.Time
	follow []*engine.Change // of which this task asks for timers and deliveries
}

// batcher lets tasks that run at the same time share loads and commits. Who comes while
// nothing is under way is taken at once. Who comes while a batch is under way, or just was,
// waits for the next, a few milliseconds: so the cost of a batch is spread over as many as
// come in that time.
type batcher struct {
	take func([]*request)

	mu      sync.Mutex
	waiting []*request
	events  int // of those who wait; a timer counts as one
	busy    bool
	enough  chan struct{} // there are enough for a batch; nil: nobody waits for it
}

const (
	// batchers are how many batches a worker has under way: while Redis has one, the next is
	// decided on. Tasks of one visitor alone are all for the same batcher; others who meet in
	// two batches lose a commit, and are decided on anew.
	batchers = 2

	batchWindow      = 10 * time.Millisecond // between two batches
	batchEvents = 1000                  // taken together, unless one task has more
)

// full tells whether so many wait that there is no use in waiting for more: most of the tasks
// that can be under way, or of the events that are taken at once.
func (t *batcher) full() bool {
	return len(t.waiting) >= eventsAtOnce/batchers*3/4 || t.events >= batchEvents*3/4
}

func (t *batcher) add(s *request) {
	s.done = make(chan struct{})
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = append(t.waiting, s)
	t.events += s.size()
	if t.enough != nil && t.full() {
		close(t.enough)
		t.enough = nil
	}
	if !t.busy {
		t.busy = true
		go t.run()
	}
}

// first is one of the subjects; ok is false where there is none.
func (s *request) first() (subject store.Subject, ok bool) {
	for subject := range s.subjects() {
		return subject, true
	}
	return "", false
}

func (s *request) size() int { return max(1, len(s.events)) }

// run ends when nobody waits any more.
func (t *batcher) run() {
	for batch := t.next(); len(batch) > 0; batch = t.next() {
		t.take(batch)
		for _, s := range batch {
			close(s.done)
		}
		t.pause()
	}
}

// pause lets tasks gather.
func (t *batcher) pause() {
	t.mu.Lock()
	if t.full() {
		t.mu.Unlock()
		return
	}
	enough := make(chan struct{})
	t.enough = enough
	t.mu.Unlock()
	timer := time.NewTimer(batchWindow)
	defer timer.Stop()
	select {
	case <-timer.C:
		t.mu.Lock()
		t.enough = nil
		t.mu.Unlock()
	case <-enough:
	}
}

func (t *batcher) next() []*request {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, events := 0, 0
	for ; n < len(t.waiting); n++ {
		size := t.waiting[n].size()
		if events+size > batchEvents && n > 0 {
			break
		}
		events += size
	}
	t.events -= events
	batch := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	t.busy = n > 0
	return batch
}

// batchTime bounds the work on one batch; what is not done comes again with its tasks.
const batchTime = 30 * time.Second

// processBatch is what a batcher does.
func (w *Worker) processBatch(batch []*request) {
	ctx, cancel := context.WithTimeout(context.Background(), batchTime) // it is of many tasks, and ends with none
	defer cancel()
	var events []event.Event
	var due []store.Subject
	for _, s := range batch {
		events = append(events, s.events...)
		if s.due != "" {
			due = append(due, s.due)
		}
	}
	taken, err := w.engine.Process(ctx, events, due)
	for _, s := range batch {
		s.err, s.at = errors.Join(err, s.left(taken.Broken)), taken.At
	}
	share(batch, taken.Changes)
	w.report(taken)
}

// share gives each change after which there is something to ask for to one of the tasks
// that it is of. So the asking is done by all of them at once.
func share(batch []*request, changes []engine.Change) {
	var of map[store.Subject]*request
	for i := range changes {
		c := &changes[i]
		if !c.HasTimers() && c.Leaving() == 0 {
			continue
		}
		if of == nil {
			of = make(map[store.Subject]*request)
			for _, s := range batch {
				for subject := range s.subjects() {
					of[subject] = s
				}
			}
		}
		s := of[c.Subject]
		if s == nil {
			s = batch[0] // its events named no visitor
		}
		s.follow = append(s.follow, c)
	}
}

// subjects are those that a request is about, some twice.
func (s *request) subjects() iter.Seq[store.Subject] {
	return func(yield func(store.Subject) bool) {
		if s.due != "" && !yield(s.due) {
			return
		}
		for i := range s.events {
			if subject, ok := store.Addressee(&s.events[i]); ok && !yield(subject) {
				return
			}
		}
	}
}

// left is an error where a task has events that no retry will get in: it is archived.
func (s *request) left(broken []engine.Broken) error {
	var errs []error
	for _, b := range broken {
		for subject := range s.subjects() {
			if subject == b.Subject && s.due == "" { // a timer's truth is in the timetable
				errs = append(errs, fmt.Errorf("deciding on %s: %w", b.Subject, b.Err))
				break
			}
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("%w (%w)", errors.Join(errs...), asynq.SkipRetry)
}

// report counts and logs what was taken in.
func (w *Worker) report(t *engine.Taken) {
	for _, b := range t.Broken { // where it is the property that cannot be read, there are many
		if property, _, _ := b.Subject.Visitor(); w.said.first("broken "+property, t.At) {
			w.engine.LogBroken([]engine.Broken{b})
		}
	}
	w.Metrics.took(t)
	w.engine.LogHeldBack(t.Skipped)
	for property, n := range t.Dropped {
		if w.said.first(property, t.At) {
			w.Log.WithFields(logrus.Fields{"property": property, "events": n}).
				Warn("events dropped: their property is not defined; define it, or send no events of it (said once a minute)")
		}
	}
}

// submit has events taken in, or a visitor looked at, and asks for what comes of it.
func (w *Worker) submit(ctx context.Context, s *request, log *attempt) error {
	first, ok := s.first()
	if !ok {
		return nil // of agents alone: nothing is decided on them yet
	}
	w.batchers[w.Store.Shard(first)%batchers].add(s)
	select {
	case <-s.done:
	case <-ctx.Done(): // it may yet be done: then the next try finds that it was
		return fmt.Errorf("taking events: %w", ctx.Err())
	}
	if err := w.followUp(ctx, s, log); err != nil {
		w.Log.WithError(err).Warn("asking for timers and deliveries failed: the next beat does its work")
	}
	return s.err
}

// followUp asks for the timers and deliveries that came of a request.
func (w *Worker) followUp(ctx context.Context, s *request, log *attempt) error {
	var errs []error
	shards, notices := make(map[int]bool), make(map[int]bool)
	for _, c := range s.follow {
		shard := w.Store.Shard(c.Subject)
		errs = append(errs, w.wakeLater(ctx, c))
		if n := c.Leaving(); n > 0 {
			log.Did("actions", n)
			shards[shard] = true
		}
		if c.Notices > 0 {
			notices[shard] = true
		}
	}
	for shard := range notices {
		errs = append(errs, w.sendNotices(ctx, shard, log))
	}
	for shard := range shards {
		errs = append(errs, w.deliverer.AskFor(ctx, shard, s.at))
	}
	return errors.Join(errs...)
}

// oncePerMinute tells what was not told for a minute.
type oncePerMinute struct {
	mu   sync.Mutex
	last map[string]time.Time
}

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
