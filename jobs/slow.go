package jobs

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// A property whose visitors take long to decide on is slow for some minutes, to this worker: see engine.Took, which asks no clock. Its events come in batches
// of its own then, one at a time, so that those of the other properties do not wait for them. While too many of its events wait, their
// tasks go back to Redis until it may be their turn: else they would take all the places for tasks that a worker has.

const (
	slowFor      = 5 * time.Minute        // after it was slow last
	slowTasks    = 32                     // of one property that wait, or are decided on
	slowTasksAll = 96                     // of all slow ones: most places for tasks are left to the others
	slowWait     = 10 * time.Second       // how long its events may take that wait
	slowBatch    = 500 * time.Millisecond // how long a batch of its own may take, about
	latestTurn   = 30 * time.Minute       // a task is not put off for longer
)

// slow knows the slow properties.
type slow struct {
	mu    sync.Mutex
	known map[string]*slowProperty
	tasks int
}

type slowProperty struct {
	until         time.Time     // it is slow
	each          time.Duration // an event takes
	tasks, events int           // that wait, or are decided on
	turn          time.Time     // when a further task may have its turn: those that were put off come before
}

func newSlow() *slow { return &slow{known: make(map[string]*slowProperty)} }

// note keeps what the properties of a batch took, and gives those that are slow by that.
func (s *slow) note(took map[string]engine.Took, at time.Time) (slow []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for property, t := range took {
		if !t.IsSlow() {
			continue
		}
		p := s.known[property]
		if p == nil {
			p = new(slowProperty)
			s.known[property] = p
		}
		p.each, p.until = t.Each(), at.Add(slowFor)
		slow = append(slow, property)
	}
	maps.DeleteFunc(s.known, func(_ string, p *slowProperty) bool { return p.tasks == 0 && !at.Before(p.until) })
	return slow
}

// each is how long an event of a property takes.
func (s *slow) each(property string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.known[property]; p != nil {
		return p.each
	}
	return 0
}

func (s *slow) is(property string, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.known[property]
	return p != nil && at.Before(p.until)
}

// atOnce is how many events of a property a batch may have.
func (s *slow) atOnce(property string) int {
	each := s.each(property)
	if each <= slowBatch/batchEvents {
		return batchEvents
	}
	return max(1, int(slowBatch/each))
}

// laterError is for a task that comes again by itself. It is no failure.
type laterError struct {
	property string
	in       time.Duration
}

// Error says which property has had its turn.
func (e *laterError) Error() string {
	return fmt.Sprintf("deciding on property %q: it takes long, and too many of its events wait; again in %s", e.property, e.in.Round(time.Second))
}

// enter takes a place for a request of a slow property, which leave gives back. The error is a *laterError.
func (s *slow) enter(r *request, at time.Time) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, size := s.known[r.alone], r.size()
	if p == nil {
		p = new(slowProperty)
		s.known[r.alone] = p
	}
	wait := time.Duration(p.events) * p.each
	if p.tasks > 0 && (p.tasks >= slowTasks || s.tasks >= slowTasksAll || wait > slowWait) {
		if earliest := at.Add(wait); p.turn.Before(earliest) {
			p.turn = earliest
		}
		p.turn = p.turn.Add(time.Duration(size) * p.each)
		return nil, &laterError{r.alone, min(p.turn.Sub(at), latestTurn)}
	}
	p.tasks, p.events, s.tasks = p.tasks+1, p.events+size, s.tasks+1
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		p.tasks, p.events, s.tasks = p.tasks-1, p.events-size, s.tasks-1
	}, nil
}

// split takes the parts of a request that are of slow properties out of it.
func (s *slow) split(r *request, at time.Time) []*request {
	return r.takeOut(func(due store.Subject) bool {
		property, _ := due.OnProperty()
		return s.is(property, at)
	}, func(e *event.Event) bool { return s.is(e.Data.Property, at) })
}

// takeOut makes requests of their own of some of the work on properties, in the order of their names: of who is due, and of events.
func (r *request) takeOut(isDue func(store.Subject) bool, isOut func(*event.Event) bool) []*request {
	out := make(map[string]*request)
	own := func(property string) *request {
		if out[property] == nil {
			out[property] = &request{task: r.task, accepted: r.accepted, alone: property}
		}
		return out[property]
	}
	if property, ok := r.due.OnProperty(); ok && isDue(r.due) {
		own(property).due, r.due = r.due, ""
	}
	var left, noted []event.Event
	for i := range r.events {
		if e := &r.events[i]; e.Data.Property != "" && isOut(e) {
			one := own(e.Data.Property)
			one.events = append(one.events, *e)
		} else {
			left = append(left, *e)
		}
	}
	if len(out) == 0 {
		return nil
	}
	for _, e := range r.noted {
		if one := out[e.Data.Property]; one != nil {
			one.noted = append(one.noted, e)
		} else {
			noted = append(noted, e)
		}
	}
	r.events, r.noted = left, noted
	requests := make([]*request, 0, len(out))
	for _, property := range slices.Sorted(maps.Keys(out)) {
		requests = append(requests, out[property])
	}
	return requests
}

// parts cuts a request into some of so many events. To all but the last, there are events of their task to wait for: so the last has
// the name of the task. It strikes out the notes.
func (r *request) parts(most int) []*request {
	if len(r.events) <= most {
		return []*request{r}
	}
	var parts []*request
	for events := range slices.Chunk(r.events, most) {
		parts = append(parts, &request{events: events, alone: r.alone})
	}
	last := parts[len(parts)-1]
	last.due, last.noted, last.task, last.accepted = r.due, r.noted, r.task, r.accepted
	return parts
}
