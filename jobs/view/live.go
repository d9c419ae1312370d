package view

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Live gives the state of any property's widget at this very instant, also while the
// workers are behind or Redis is away. Decisions are deterministic: Live decides at a
// boundary as the worker will, so the worker's commit changes nothing for a watch.
//
// It keeps properties compiled, and drops those that Store.Follow says were written.
// That is for speed alone: it reads kept properties again after some seconds anyway, so
// nothing depends on one message.
//
// An edit is shown before a worker has committed it. Since is then the second in which
// Live saw the edit; the worker's may be a second later.
type Live struct {
	store    loader
	decider  *engine.Decider
	now      func() time.Time
	follower *follower
	asked    chan struct{} // wanted has entries

	mu        sync.Mutex
	kept      map[string]*liveProperty                 // by id
	users     map[store.Subject]map[*liveProperty]bool // properties by an agent or a named schedule that they use
	wanted    map[string]*liveLoad                     // by id: to be loaded next
	written   map[store.Subject]bool                   // subjects written since the load under way began
	missed    int                                      // how often messages may have been missed
	following bool
	away      bool // the last load failed
}

// How long a property is kept without a message: while messages come, and while not.
const (
	trusted   = 10 * time.Second
	untrusted = time.Second

	// oldest is how long ago a property was read at most whose state is given while Redis is away. Its hours hold for longer; but overrides,
	// edits and whoever logs in or out are not known.
	oldest = 24 * time.Hour
)

// NewLive makes a Live that shares the connection, the clock and the subscription of a reader.
func NewLive(r *Reader) *Live {
	return &Live{
		store: r.store, decider: r.decider, now: r.now, follower: r.follower,
		asked:  make(chan struct{}, 1),
		kept:   make(map[string]*liveProperty),
		users:  make(map[store.Subject]map[*liveProperty]bool),
		wanted: make(map[string]*liveLoad),
	}
}

// Run loads, follows what is written and keeps the beat until the context ends. Run it
// once. Without it State and Watch wait in vain.
func (l *Live) Run(ctx context.Context) {
	var wait sync.WaitGroup
	defer wait.Wait()
	wait.Go(func() { l.follower.follow(ctx, l) })
	wait.Go(func() { l.load(ctx) })
	l.beat(ctx)
}

// State is the state of a property's widget now. The error is store.ErrNotFound, that of
// Redis, or that of a property whose definition can never be decided on.
func (l *Live) State(ctx context.Context, property string) (*LiveState, error) {
	s, _, err := l.StateWithAge(ctx, property)
	return s, err
}

// StateWithAge is State, and while Redis does not answer, how long ago it was read what the state was decided from; 0: just now.
func (l *Live) StateWithAge(ctx context.Context, property string) (s *LiveState, age time.Duration, err error) {
	err = l.use(ctx, property, func(p *liveProperty) error {
		now := l.now()
		if l.away {
			age = max(0, now.Sub(p.loaded))
		}
		s, err = p.tell(now)
		return err
	})
	return s, age, err
}

// Has tells whether a property is kept: its state then costs no look into Redis, or one in some seconds, however many ask.
func (l *Live) Has(property string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept[property] != nil
}

// use calls f, under the lock, with a property as it is in Redis; while Redis is away,
// with the copy that is kept, unless that is too old.
func (l *Live) use(ctx context.Context, id string, f func(*liveProperty) error) error {
	const tries = 10 // on a busy machine, a loaded property may be dropped to make room before it is used
	for try := range tries {
		p, load, err := l.useKept(id, try > 0, f)
		if load == nil {
			return err
		}
		select {
		case <-load.done:
		case <-ctx.Done():
			return fmt.Errorf("waiting for property %q: %w", id, ctx.Err())
		}
		if load.err != nil && (p == nil || errors.Is(load.err, store.ErrNotFound)) {
			return load.err
		}
	}
	return fmt.Errorf("loading property %q: %w", id, store.ErrContended)
}

// useKept calls f with a kept property, or gives the load to wait for. A property that
// has just been loaded is used even if it was written since.
func (l *Live) useKept(id string, loaded bool, f func(*liveProperty) error) (*liveProperty, *liveLoad, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.kept[id]
	if p != nil && l.now().Sub(p.loaded) > oldest && !loaded {
		return nil, l.want(id), nil
	}
	switch fresh := p != nil && l.fresh(p); {
	case p != nil && !fresh && !loaded && l.away:
		l.want(id) // and do not wait for it
	case p == nil || !fresh && !loaded:
		return p, l.want(id), nil
	}
	return p, nil, f(p)
}

// fresh tells whether a kept property can be used without reading it again.
func (l *Live) fresh(p *liveProperty) bool {
	limit := untrusted
	if l.following {
		limit = trusted
	}
	age := l.now().Sub(p.loaded)
	return !p.stale && p.missed == l.missed && age >= 0 && age < limit
}

// Lost implements Listener. Until the next Changed, kept properties are read again after a
// shorter time.
func (l *Live) Lost() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.following = false
}

// Changed implements Listener.
func (l *Live) Changed(changed []store.Subject) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.following = true
	if changed == nil {
		l.missed++
		l.refresh()
	}
	for _, subject := range changed {
		if l.written != nil {
			l.written[subject] = true
		}
		if id, ok := subject.Property(); ok && l.kept[id] != nil {
			l.outdated(l.kept[id])
		}
		for p := range l.users[subject] {
			l.outdated(p)
		}
	}
}

func (l *Live) outdated(p *liveProperty) {
	p.stale = true
	if len(p.watches) > 0 {
		l.want(p.id)
	}
}

// refresh asks for a load of all watched properties that are not fresh.
func (l *Live) refresh() {
	for id, p := range l.kept {
		if len(p.watches) > 0 && !l.fresh(p) {
			l.want(id)
		}
	}
}

// beat decides on all watched properties at each second: boundaries are whole seconds.
func (l *Live) beat(ctx context.Context) {
	for {
		now := l.now()
		if !pause(ctx, now.Truncate(time.Second).Add(time.Second).Sub(now)) {
			return
		}
		l.look()
	}
}

func (l *Live) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for id, p := range l.kept {
		if len(p.watches) > 0 && !p.shown.Due.IsZero() && !now.Before(p.shown.Due) {
			_, _ = p.tell(now) // watches do not hear of a property that cannot be decided on
		}
		if l.away && len(l.wanted) == 0 {
			l.want(id) // any, to learn when Redis is back
		}
	}
	l.refresh()
}

// pause waits; false: the context has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
