package board

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/store"
)

// hub follows changes, once for all readers of the board: it begins with the first reader and ends with the last.
type hub struct {
	Config

	mu      sync.Mutex
	readers map[*reader]bool
	whose   map[string]int     // how many readers somebody has
	end     context.CancelFunc // nil without readers
	news    news
	health  []byte
}

// health is whether everything runs that a board needs, in JSON.
type health struct {
	Workers int    `json:"workers"`         // that have given a sign of life
	Redis   string `json:"redis,omitempty"` // why it cannot be used
}

// news is the data, in JSON, that all readers share.
type news struct{ recent, destinations, feeds, quotas, zones, clocks, health []byte }

const (
	mostReaders = 200                    // of one process
	mostOfOne   = 50                     // of one key, or of one address without a key: nobody keeps all others out
	breath      = 300 * time.Millisecond // between two messages to a reader, so that changes of one moment are one message
	newsAtLeast = 5 * time.Second        // how old news may be without a report of a change
	pulse       = time.Second            // between two looks at the health
	retryFollow = time.Second
)

func newHub(c Config) *hub {
	return &hub{Config: c, readers: make(map[*reader]bool), whose: make(map[string]int)}
}

// enter adds a reader; false: there are too many.
func (h *hub) enter(r *reader) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.readers) >= mostReaders || h.whose[r.who] >= mostOfOne {
		return false
	}
	h.readers[r] = true
	h.whose[r.who]++
	if h.end == nil {
		ctx, cancel := context.WithCancel(context.Background())
		h.end = cancel
		go h.run(ctx)
	}
	return true
}

func (h *hub) leave(r *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.readers, r)
	if h.whose[r.who]--; h.whose[r.who] == 0 {
		delete(h.whose, r.who)
	}
	if len(h.readers) == 0 {
		h.end()
		h.end, h.news, h.health = nil, news{}, nil
	}
}

func (h *hub) run(ctx context.Context) {
	changed := make(chan struct{}, 1)
	go h.refresh(ctx, changed)
	go h.watch(ctx)
	h.Client.Follow(ctx, func(subjects []store.Subject) {
		h.tell(subjects)
		wink(changed)
	})
}

func (h *hub) tell(subjects []store.Subject) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := range h.readers {
		r.tell(subjects)
	}
}

// refresh reads the news when something was written, and now and then: no change reports how a destination does.
func (h *hub) refresh(ctx context.Context, changed <-chan struct{}) {
	for ctx.Err() == nil {
		if fresh, err := h.read(ctx); err == nil {
			h.publish(ctx, fresh)
		} else {
			h.tell(nil) // they read for themselves, and report the trouble
		}
		select {
		case <-ctx.Done():
		case <-changed:
			sleep(ctx, breath)
		case <-time.After(newsAtLeast):
		}
	}
}

func (h *hub) read(ctx context.Context) (news, error) {
	recent, err1 := h.Client.Recent(ctx, mostRecent)
	destinations, err2 := h.Client.Destinations(ctx)
	feeds, err3 := h.Client.FeedStatus(ctx)
	quotas, err4 := h.Client.Quotas(ctx)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return news{}, err
	}
	var n news
	n.recent, err1 = json.Marshal(append([]action.Action{}, recent...))
	n.destinations, err2 = json.Marshal(append([]deliver.Status{}, destinations...))
	n.feeds, err3 = json.Marshal(feeds)
	n.quotas, err4 = json.Marshal(slices.DeleteFunc(quotas, func(q quota.Status) bool { return !q.IsOver() }))
	var err5, err6 error
	n.zones, err5 = json.Marshal(h.Peers.Report())
	n.clocks, err6 = json.Marshal(h.Peers.Clocks())
	return n, errors.Join(err1, err2, err3, err4, err5, err6)
}

// watch looks at the health, whatever else waits for Redis meanwhile.
func (h *hub) watch(ctx context.Context) {
	for ctx.Err() == nil {
		now := health{Workers: h.Peers.Workers()}
		if err := h.Redis(ctx); err != nil {
			now.Redis = err.Error()
		}
		if body, err := json.Marshal(now); err == nil {
			h.feel(ctx, body)
		}
		sleep(ctx, pulse)
	}
}

func (h *hub) feel(ctx context.Context, health []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() != nil || bytes.Equal(health, h.health) {
		return
	}
	h.health = health
	for r := range h.readers {
		wink(r.wake)
	}
}

func (h *hub) publish(ctx context.Context, n news) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() != nil || reflect.DeepEqual(n, h.news) {
		return
	}
	h.news = n
	for r := range h.readers {
		wink(r.wake)
	}
}

func (h *hub) latest() news {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := h.news
	n.health = h.health
	return n
}

// wink wakes the reader of a channel of one, once, however often it is called.
func wink(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
