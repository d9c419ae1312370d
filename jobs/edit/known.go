package edit

import (
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

const (
	// knownFor is how long a property or an agent that was found counts as defined. One that another process removes counts so
	// for a while longer; workers drop its events meanwhile.
	knownFor = 10 * time.Second
	// mostKnown bounds the memory: one more, and all are asked for again.
	mostKnown = 50_000
)

// known remembers properties and agents that were found, and none that was missing: one is known as soon as any process has
// defined it.
type known struct {
	mu    sync.Mutex
	until map[store.Subject]time.Time
}

// missing gives those that are not remembered.
func (k *known) missing(subjects []store.Subject, now time.Time) (rest []store.Subject) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range subjects {
		if left := k.until[s].Sub(now); left <= 0 || left > knownFor { // a clock may be set back
			rest = append(rest, s)
		}
	}
	return rest
}

func (k *known) remember(s store.Subject, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.until == nil || len(k.until) >= mostKnown {
		k.until = make(map[store.Subject]time.Time)
	}
	k.until[s] = now.Add(knownFor)
}

func (k *known) forget(s store.Subject) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.until, s)
}
