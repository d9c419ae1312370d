package view

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Listener hears which subjects were written.
type Listener interface {
	// Changed gives subjects as store.Store.Follow does: nil means that messages may have been missed.
	Changed(subjects []store.Subject)
	// Lost says that messages are missed until Changed is called again.
	Lost()
}

// changes are the part of a store that reports them.
type changes interface {
	Follow(ctx context.Context, f func(changed []store.Subject)) error
}

// follower has one subscription to what is written, for all listeners of a process, while there are any.
type follower struct {
	store changes

	mu        sync.Mutex
	listeners map[Listener]bool
	following bool
	end       func() // of the subscription; nil: nobody listens
}

func newFollower(db changes) *follower {
	return &follower{store: db, listeners: make(map[Listener]bool)}
}

// follow passes messages to a listener until the context ends.
func (f *follower) follow(ctx context.Context, l Listener) {
	f.enter(ctx, l)
	<-ctx.Done()
	f.leave(l)
}

// enter makes the first listener begin the subscription. Later listeners may have missed earlier messages.
func (f *follower) enter(ctx context.Context, l Listener) {
	f.mu.Lock()
	f.listeners[l] = true
	following := f.following
	if f.end == nil {
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		ended := make(chan struct{})
		f.end = func() {
			cancel()
			<-ended
		}
		go func() {
			defer close(ended)
			f.run(shared)
		}()
	}
	f.mu.Unlock()
	if following {
		l.Changed(nil)
	}
}

func (f *follower) leave(l Listener) {
	f.mu.Lock()
	delete(f.listeners, l)
	end := f.end
	if len(f.listeners) > 0 {
		end = nil
	} else {
		f.end = nil
	}
	f.mu.Unlock()
	if end != nil {
		end()
	}
}

// run subscribes again when the subscription breaks.
func (f *follower) run(ctx context.Context) {
	const again = time.Second
	for ctx.Err() == nil {
		_ = f.store.Follow(ctx, func(changed []store.Subject) { // an error is not logged: callers that read see that Redis is away
			f.tell(true, func(l Listener) { l.Changed(changed) })
		})
		f.tell(false, Listener.Lost)
		pause(ctx, again)
	}
}

func (f *follower) tell(following bool, tell func(Listener)) {
	f.mu.Lock()
	f.following = following
	listeners := slices.Collect(maps.Keys(f.listeners))
	f.mu.Unlock()
	for _, l := range listeners {
		tell(l)
	}
}
