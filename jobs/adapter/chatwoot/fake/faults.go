package fake

import (
	"sync"
	"time"
)

// Faults are what goes wrong. The zero value: nothing.
type Faults struct {
	LoseEvery  int // every n-th webhook is not sent; 0: none, 1: all
	TwiceEvery int // every n-th webhook is sent twice, under two delivery ids; 0: none

	// Status is what the API answers, such as 500, 422 or 429; 0: as it should. Until ends that, by the clock; zero: nothing does.
	Status int
	Until  time.Time
	// Done lets requests take effect before Status is answered, as when an answer is lost.
	Done bool

	// Slow is how long, in real time, each answer of the API takes.
	Slow time.Duration
}

// troubles are the faults of now. They may be used by several goroutines.
type troubles struct {
	mu     sync.Mutex
	faults Faults
	sent   int // webhooks so far
}

func (t *troubles) set(f Faults) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = f
}

// ofAPI are the faults of an answer: Status is 0 once Until has come.
func (t *troubles) ofAPI(now time.Time) Faults {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.faults
	if !f.Until.IsZero() && !now.Before(f.Until) {
		f.Status = 0
	}
	return f
}

// times is how often the next webhook is sent: not at all, once or twice.
func (t *troubles) times() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent++
	every := func(n int) bool { return n > 0 && t.sent%n == 0 }
	switch {
	case every(t.faults.LoseEvery):
		return 0
	case every(t.faults.TwiceEvery):
		return 2
	}
	return 1
}
