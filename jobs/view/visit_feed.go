package view

import (
	"context"
	"errors"
	"sync"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// VisitFeed gives pages the actions for their visitors. One follower serves all pages. VisitFeed reads
// a visitor when Store.Follow says that there were actions, and again after some seconds in any case,
// so nothing depends on one message.
type VisitFeed struct {
	store    loader
	follower *follower
	asked    chan struct{} // wanted has entries

	mu        sync.Mutex
	watched   map[store.Subject]map[*Subscription]bool
	wanted    map[store.Subject]bool // to be read next
	following bool
}

// Subscription gives the actions of one visit.
type Subscription struct {
	// News has a value when Items may give something.
	News <-chan struct{}

	visits  *VisitFeed
	subject store.Subject
	visit   string
	news    chan struct{}
	last    string     // the id of the last item given
	list    []FeedItem // as it was last read
}

// mostWatches is how many pages may watch one visit. A caller that knows the visitor and guesses
// visits does not use up these places.
const mostWatches = 20

// ErrTooMany is returned when somebody has as many of something as they may have.
var ErrTooMany = errors.New("too many at once")

// NewVisitFeed makes a VisitFeed that shares the connection and the subscription of a
// reader.
func NewVisitFeed(r *Reader) *VisitFeed {
	return &VisitFeed{
		store: r.store, follower: r.follower, asked: make(chan struct{}, 1),
		watched: make(map[store.Subject]map[*Subscription]bool), wanted: make(map[store.Subject]bool),
	}
}

// Watch gives the actions for a visitor in one visit, until Close. It begins after the action with
// the id last; if last is empty or unknown, with all actions kept since the visit began, at most
// twenty. It waits for a visit that does not exist yet. The error is ErrTooMany.
func (v *VisitFeed) Watch(property, visitor, visit, last string) (*Subscription, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	news := make(chan struct{}, 1)
	w := &Subscription{News: news, news: news, visits: v, subject: store.VisitorSubject(property, visitor), visit: visit, last: last}
	watches, same := v.watched[w.subject], 0
	for other := range watches {
		if other.visit == visit {
			same++
		}
	}
	switch {
	case same >= mostWatches:
		return nil, ErrTooMany
	case watches == nil:
		watches = make(map[*Subscription]bool)
		v.watched[w.subject] = watches
	}
	watches[w] = true
	v.want(w.subject)
	return w, nil
}

// Items gives the items that it has not given yet, in order. There may be none.
func (w *Subscription) Items() []FeedItem {
	w.visits.mu.Lock()
	defer w.visits.mu.Unlock()
	list := after(w.list, w.last)
	if len(list) > 0 {
		w.last = list[len(list)-1].ID
	}
	return list
}

// Close ends the watch.
func (w *Subscription) Close() {
	v := w.visits
	v.mu.Lock()
	defer v.mu.Unlock()
	if delete(v.watched[w.subject], w); len(v.watched[w.subject]) == 0 {
		delete(v.watched, w.subject)
		delete(v.wanted, w.subject)
	}
}

// Run follows and reads until the context ends. Run it once.
func (v *VisitFeed) Run(ctx context.Context) {
	var wait sync.WaitGroup
	defer wait.Wait()
	wait.Go(func() { v.follower.follow(ctx, v) })
	wait.Go(func() { v.beat(ctx) })
	for {
		select {
		case <-ctx.Done():
			return
		case <-v.asked:
		}
		if err := v.read(ctx); err != nil && !pause(ctx, untrusted) {
			return
		}
	}
}

// Lost implements Listener. Until the next Changed, all visitors are read again after a
// shorter time.
func (v *VisitFeed) Lost() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.following = false
}

// Changed implements Listener.
func (v *VisitFeed) Changed(changed []store.Subject) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.following = true
	if changed == nil {
		v.wantAll()
	}
	for _, s := range changed {
		if v.watched[s] != nil {
			v.want(s)
		}
	}
}

func (v *VisitFeed) beat(ctx context.Context) {
	for beats := 0; pause(ctx, untrusted); beats++ {
		v.mu.Lock()
		if !v.following || beats%int(trusted/untrusted) == 0 {
			v.wantAll()
		}
		v.mu.Unlock()
	}
}

func (v *VisitFeed) wantAll() {
	for s := range v.watched {
		v.want(s)
	}
}

func (v *VisitFeed) want(s store.Subject) {
	v.wanted[s] = true
	v.ask()
}

func (v *VisitFeed) ask() {
	select {
	case v.asked <- struct{}{}:
	default: // asked already
	}
}

// read reads a batch of the wanted visitors. After an error they stay wanted.
func (v *VisitFeed) read(ctx context.Context) error {
	batch := v.batch()
	if len(batch) == 0 { // the pages that wanted it have gone
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, livePatience)
	defer cancel()
	records, err := v.store.Load(ctx, batch)
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		for _, s := range batch {
			if v.watched[s] != nil {
				v.want(s)
			}
		}
		return err
	}
	for i := range records {
		v.show(&records[i])
	}
	return nil
}

func (v *VisitFeed) batch() (batch []store.Subject) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for s := range v.wanted {
		if len(batch) == liveBatch {
			v.ask() // the rest comes next
			break
		}
		batch = append(batch, s)
		delete(v.wanted, s)
	}
	return batch
}

// show signals the pages that have news, and those of a visitor who is not there: they may have been erased. It skips a record that cannot
// be decoded: a worker logs that.
func (v *VisitFeed) show(r *store.Record) {
	var state feedRecord
	if engine.DecodeState(r.State, &state) != nil {
		return
	}
	for w := range v.watched[r.Subject] {
		list, err := state.of(w.visit)
		if err != nil {
			continue
		}
		if w.list = list; len(r.State) == 0 || len(after(list, w.last)) > 0 {
			select {
			case w.news <- struct{}{}:
			default: // it has been signalled already
			}
		}
	}
}
