package web

import (
	"context"
	"sync"
	"time"
)

const (
	// keptFaultFor is how long a failure to read holds: requests do not queue up for a Redis that hangs.
	keptFaultFor = time.Second
	// keptReadWithin is how long a read may take.
	keptReadWithin = 2 * time.Second
)

// Kept is what each request would read, and is kept in memory for a while instead. Requests that come meanwhile wait for one read.
type Kept[T any] struct {
	Now  func() time.Time
	For  time.Duration // longer than a failure holds
	Read func(ctx context.Context) (T, error)

	mu    sync.Mutex
	last  T
	fault error
	until time.Time // last, or fault, is good
}

// Get gives what was read last, or reads it. The error is that of the read.
func (k *Kept[T]) Get(ctx context.Context) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.Now()
	if left := k.until.Sub(now); left > 0 && left <= k.For { // a clock may be set back
		return k.last, k.fault
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keptReadWithin) // others wait for it, too
	defer cancel()
	if k.last, k.fault = k.Read(ctx); k.fault != nil {
		k.until = k.Now().Add(keptFaultFor)
	} else {
		k.until = now.Add(k.For)
	}
	return k.last, k.fault
}
