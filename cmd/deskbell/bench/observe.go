package bench

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// observed is a store that notes the ends of commits.
type observed struct {
	store.Store
	now      func() time.Time
	due      time.Time
	expected int // flips
	done     chan struct{}
	began    func() // is called at the first claim; nil: nobody is

	mu          sync.Mutex
	first, last time.Time
	flips       int
	commits     []commit
}

type commit struct {
	lag   time.Duration
	flips int
}

func (o *observed) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.first.IsZero() || o.now().Before(o.due) { // a worker that starts looks at every property once
		return
	}
	if o.began != nil {
		o.began()
	}
	o.first = o.now()
}

// Claim implements store.Store.
func (o *observed) Claim(ctx context.Context, shard int, l store.Lease, at time.Time, limit int) (store.Claim, error) {
	if limit > 0 {
		o.begin()
	}
	return o.Store.Claim(ctx, shard, l, at, limit)
}

// Commit implements store.Store.
func (o *observed) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	lost, err := o.Store.Commit(ctx, changes)
	if err != nil {
		return lost, err
	}
	flips := 0
	for _, c := range changes {
		if len(c.Actions) > 0 && !slices.Contains(lost, c.Subject) {
			flips++
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = o.now()
	o.commits = append(o.commits, commit{o.last.Sub(o.due), flips})
	before := o.flips
	if o.flips += flips; before < o.expected && o.flips >= o.expected {
		close(o.done)
	}
	return lost, nil
}

func (o *observed) rate() float64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return float64(o.flips) / o.last.Sub(o.first).Seconds()
}

// lag is a quantile over the properties, in milliseconds.
func (o *observed) lag(q float64) float64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	slices.SortFunc(o.commits, func(a, b commit) int { return int(a.lag - b.lag) })
	rank, seen := int(q*float64(o.flips)), 0
	for _, c := range o.commits {
		if seen += c.flips; seen >= rank {
			return float64(c.lag.Microseconds()) / 1000
		}
	}
	return 0
}
