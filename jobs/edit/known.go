package edit

import (
	"sync"
	"time"
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
