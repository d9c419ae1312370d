package jobs

import (
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// request is the work of one task on visitors: events, or one visitor whose time has come.
type request struct {
	events   []event.Event
	task     string        // that of the events
	accepted int64         // when they were, in Unix ms; 0: not known
	due      store.Subject // empty: none
	alone    string        // the property that it is of, where that is decided on by itself; see slow.go
	noted    []event.Event // those whose notes are struck out when it is done: its own, or also others that were done before

	done   chan struct{} // closed when the batch is; the fields below are read after that
	err    error
	shared bool             // with other tasks
	held   bool             // due waits for events: it is to come again
	aside  []*request       // those of it that have to be decided on alone
	at     time.Time        // after its commit; the same for all of its batch
	follow []*engine.Change // changes whose timers and deliveries this task asks for
	passOn []int            // shards whose requests to wake others it fulfils
}

// batcher lets tasks that run at the same time share loads and commits. A request that comes
// while nothing is under way is processed at once. One that comes while a batch is under way,
// or just was, waits for the next, a few milliseconds: so the cost of a batch is spread over
// all requests of that time.
type batcher struct {
	process func([]*request)
	most    func(*request) int // how many events a batch may have that begins with a request

	mu      sync.Mutex
	waiting []*request
	events  int // of the requests that wait; a timer counts as one
	busy    bool
	enough  chan struct{} // closed when there are enough for a batch; nil: nobody waits for it
}

const (
	// eventsAtOnce is how many tasks with events a worker has at once, as long as there is room for
	// their bytes (room.go). They share their commits: the more there are, the less each costs.
	eventsAtOnce = 256

	// batchers are how many batches a worker has under way: while Redis has one, the next is
	// decided on. Tasks of one visitor alone all go to the same batcher. Others may meet in
	// two batches: one of these loses its commit, and is decided on anew. Four were no faster where Redis is 2 ms away (bench
	// events through a proxy: 11,800 to 12,700 events a second, with two 12,300 to 13,700), and Redis had twice the commands:
	// the slower it answers, the larger the batches.
	batchers = 2

	batchWindow = 10 * time.Millisecond // between two batches
	batchEvents = 1000                  // of one batch, unless one task has more
)

// isFull tells whether there is no use in waiting for more requests: most of the tasks that
// can be under way wait, or most of the events of a batch.
func (b *batcher) isFull() bool {
	return len(b.waiting) >= eventsAtOnce/batchers*3/4 || b.events >= batchEvents*3/4
}

// add lets a request be processed. Its channel done is closed after that.
func (b *batcher) add(r *request) {
	r.done = make(chan struct{})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, r)
	b.events += r.size()
	if b.enough != nil && b.isFull() {
		close(b.enough)
		b.enough = nil
	}
	if !b.busy {
		b.busy = true
		go b.run()
	}
}

// run ends when no request waits any more.
func (b *batcher) run() {
	for batch := b.next(); len(batch) > 0; batch = b.next() {
		b.process(batch)
		for _, r := range batch {
			close(r.done)
		}
		b.pause()
	}
}

// pause lets requests gather.
func (b *batcher) pause() {
	b.mu.Lock()
	if b.isFull() {
		b.mu.Unlock()
		return
	}
	enough := make(chan struct{})
	b.enough = enough
	b.mu.Unlock()
	timer := time.NewTimer(batchWindow)
	defer timer.Stop()
	select {
	case <-timer.C:
		b.mu.Lock()
		b.enough = nil
		b.mu.Unlock()
	case <-enough:
	}
}

func (b *batcher) next() []*request {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, events := 0, 0
	for ; n < len(b.waiting); n++ {
		size := b.waiting[n].size()
		if n > 0 && (events+size > b.most(b.waiting[0]) || b.waiting[n].alone != b.waiting[0].alone) {
			break
		}
		events += size
	}
	b.events -= events
	batch := b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	b.busy = n > 0
	return batch
}

func (r *request) size() int { return max(1, len(r.events)) }

// first is one of the subjects; ok is false where there is none.
func (r *request) first() (subject store.Subject, ok bool) {
	for subject := range r.subjects() {
		return subject, true
	}
	return "", false
}

// subjects are those that a request is about, some twice.
func (r *request) subjects() iter.Seq[store.Subject] {
	return func(yield func(store.Subject) bool) {
		if r.due != "" && !yield(r.due) {
			return
		}
		for i := range r.events {
			if subject, ok := store.Addressee(&r.events[i]); ok && !yield(subject) {
				return
			}
		}
	}
}

// left is an error where a task has events that no retry will get in: it is archived.
func (r *request) left(broken []engine.Broken) error {
	var errs []error
	for _, b := range broken {
		for subject := range r.subjects() {
			if subject == b.Subject && r.due == "" { // the timetable has a timer's work, whatever becomes of its task
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

// share gives each change that asks for something to one of the tasks that it came of. So all
// of them do the asking at once.
func share(batch []*request, changes []engine.Change) {
	var of map[store.Subject]*request
	for i := range changes {
		c := &changes[i]
		if !c.HasTimers() && c.Leaving() == 0 {
			continue
		}
		if of == nil {
			of = make(map[store.Subject]*request)
			for _, r := range batch {
				for subject := range r.subjects() {
					of[subject] = r
				}
			}
		}
		r := of[c.Subject]
		if r == nil {
			r = batch[0] // its events named no visitor
		}
		r.follow = append(r.follow, c)
	}
}
