package view

import (
	"context"
	"errors"
	"time"
)

// ErrSlow ends a watch that is read too slowly: Live waits for no reader. The reader
// may watch again, and begins with the state of that time.
var ErrSlow = errors.New("reading too slowly: others are not held up for it")

// ErrCrowded is returned while callers wait for too many properties.
var ErrCrowded = errors.New("too many properties are asked for at once: try again in a moment")

// watchBuffer is how many changes a reader may be behind.
const watchBuffer = 8

// Watch gives each change of a property's state.
type Watch struct {
	// C gives the widget's state after each change. It is closed when the watch ends by
	// itself; Err then says why.
	C <-chan *LiveState

	live     *Live
	property *liveProperty
	c        chan *LiveState
	err      error
}

// Watch gives the state of a property's widget now, and each change from then on, until
// Close. The errors are those of State.
func (l *Live) Watch(ctx context.Context, property string) (now *LiveState, w *Watch, err error) {
	err = l.use(ctx, property, func(p *liveProperty) error {
		if now, err = p.tell(l.now()); err != nil {
			return err
		}
		if len(p.watches) == 0 {
			p.watches = make(map[*Watch]struct{})
			p.told = now
		}
		c := make(chan *LiveState, watchBuffer)
		w = &Watch{C: c, c: c, live: l, property: p}
		p.watches[w] = struct{}{}
		return nil
	})
	return now, w, err
}

// Err says why C was closed: ErrNotFound when the property was removed, or ErrSlow.
// Call it only then.
func (w *Watch) Err() error { return w.err }

// Close ends the watch. It does not close C.
func (w *Watch) Close() {
	w.live.mu.Lock()
	defer w.live.mu.Unlock()
	delete(w.property.watches, w)
}

// tell decides for now, and sends the state to the watches when it is news.
func (p *liveProperty) tell(now time.Time) (*LiveState, error) {
	s, err := p.see(now)
	if err != nil || len(p.watches) == 0 || !isNews(p.told.State, s.State) {
		return s, err
	}
	p.told = s
	for w := range p.watches {
		select {
		case w.c <- s:
		default:
			p.end(w, ErrSlow)
		}
	}
	return s, nil
}

func (p *liveProperty) end(w *Watch, err error) {
	delete(p.watches, w)
	w.err = err
	close(w.c)
}

func (p *liveProperty) endAll(err error) {
	for w := range p.watches {
		p.end(w, err)
	}
}
