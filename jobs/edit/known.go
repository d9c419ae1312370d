package edit

import (
	"context"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

const (
	// knownFor is how long a property that was found counts as defined. One that another process removes counts so for a while
	// longer; workers drop its events meanwhile.
	knownFor = 10 * time.Second
	// mostKnown bounds the memory: one more, and all are asked for again.
	mostKnown = 50_000
)

// known remembers properties that were found, and none that was missing: a property is known as soon as any process has
// defined it.
type known struct {
	mu    sync.Mutex
	until map[string]time.Time // by id
}

// missing gives those that are not remembered.
func (k *known) missing(ids []string, now time.Time) (rest []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, id := range ids {
		if left := k.until[id].Sub(now); left <= 0 || left > knownFor { // a clock may be set back
			rest = append(rest, id)
		}
	}
	return rest
}

func (k *known) remember(id string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.until == nil || len(k.until) >= mostKnown {
		k.until = make(map[string]time.Time)
	}
	k.until[id] = now.Add(knownFor)
}

func (k *known) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.until, id)
}

// Undefined tells which of some properties are not defined. It asks Redis for those alone that it has not found in the last ten
// seconds. A property that is defined is known at once; one that another process removes may count as defined for ten seconds.
func (r *records) Undefined(ctx context.Context, properties []string) (map[string]bool, error) {
	now := r.now()
	rest := r.known.missing(properties, now)
	if len(rest) == 0 {
		return nil, nil
	}
	subjects := make([]store.Subject, len(rest))
	for i, id := range rest {
		subjects[i] = store.PropertySubject(id)
	}
	found, err := r.store.Load(ctx, subjects)
	if err != nil {
		return nil, err
	}
	undefined := make(map[string]bool)
	for i, record := range found {
		if record.Rev == 0 {
			undefined[rest[i]] = true
		} else {
			r.known.remember(rest[i], now)
		}
	}
	return undefined, nil
}
