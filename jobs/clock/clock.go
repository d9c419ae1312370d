package clock

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
)

const (
	// burst is how many comparisons in a row make up for those of before.
	burst = 5
	// mostKept is how many samples an estimate is made of.
	mostKept = 5
	// mostLeap is how far the machine's clock and the monotonic one may come apart between two beats: more than clocks that are
	// slewed ever do, and less than what is warned about.
	mostLeap = 250 * time.Millisecond
)

// Config has the clocks of a process.
type Config struct {
	Now func() time.Time // the machine's clock

	// Ran is for how long the process has run, by a clock that nobody sets. Nil: by the monotonic reading of Now.
	Ran func() time.Duration
	// Redis is the time for which a time in an answer of Redis stands. Nil: that time. Tests that move the machine's clock move
	// it, too.
	Redis func(answer time.Time) time.Time

	Log logrus.FieldLogger
}

// Clock hands out corrected times. One is for one process. It may be used by several goroutines.
type Clock struct {
	machine Config
	free    bool // it is never compared
	base    atomic.Pointer[base]
	wake    chan struct{} // has room for one: the clock leapt

	mu      sync.Mutex
	samples []Sample // the last ones
	bursts  bool     // the comparisons of this beat replace those before
	leaps   int
	report  Report
	said    State // in the log, the last time
}

// base is what the clocks showed at one moment, and what the machine's clock is corrected by from then on.
type base struct {
	now    time.Time
	ran    time.Duration
	offset time.Duration
}

// New makes a clock that waits for its first comparison, and shows the machine's time until then.
func New(c Config) *Clock {
	k := &Clock{machine: c, wake: make(chan struct{}, 1), report: Report{State: Unknown}, said: Right}
	if k.machine.Redis == nil {
		k.machine.Redis = func(answer time.Time) time.Time { return answer }
	}
	k.rebase(c.Now(), 0)
	return k
}

// Free makes a clock that is right by itself, and is never compared: that of a process that has its Redis within, or
// of a test.
func Free(now func() time.Time) *Clock {
	return &Clock{machine: Config{Now: now}, free: true, report: Report{State: Right}}
}

// Now is the corrected time. It has no monotonic reading: what is corrected later may not be measured by it.
func (c *Clock) Now() time.Time {
	now := c.machine.Now()
	if c.free {
		return now
	}
	at := c.base.Load()
	leap := c.leap(at, now)
	if leap != 0 {
		c.leapt()
	}
	return now.Round(0).Add(at.offset - leap)
}

// Offset is what has to be added to the machine's own clock.
func (c *Clock) Offset() time.Duration {
	if c.free {
		return 0
	}
	at := c.base.Load()
	return at.offset - c.leap(at, c.machine.Now())
}

// Report tells how the clock did at the last comparison.
func (c *Clock) Report() Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.report
}

// Leaps is how often the machine's clock was set.
func (c *Clock) Leaps() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leaps
}

// Health is an error while the machine's clock is wrong. Everybody may read its text.
func (c *Clock) Health() error {
	r := c.Report()
	if r.State != Wrong {
		return nil
	}
	return fmt.Errorf("the machine's clock is %s: no worker decides by it until it is right", r.Difference())
}

// Decides tells whether the process may decide by this clock just now.
func (c *Clock) Decides() bool {
	if c.free {
		return true
	}
	if c.leap(c.base.Load(), c.machine.Now()) != 0 {
		c.leapt()
		return false
	}
	return c.Report().Decides()
}

// leap is how far the machine's clock has come apart from the monotonic one since the base; 0: not worth a word.
func (c *Clock) leap(at *base, now time.Time) time.Duration {
	ran := now.Sub(at.now) // by the monotonic readings, where both have one
	if c.machine.Ran != nil {
		ran = c.machine.Ran() - at.ran
	}
	if leap := now.Round(0).Sub(at.now.Round(0)) - ran; leap.Abs() >= mostLeap {
		return leap
	}
	return 0
}

// leapt wakes whoever beats.
func (c *Clock) leapt() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// rebase goes by what the clocks show now. What they came apart by since the base before, slowly, is believed.
func (c *Clock) rebase(now time.Time, offset time.Duration) {
	at := &base{now: now, offset: offset}
	if c.machine.Ran != nil {
		at.ran = c.machine.Ran()
	}
	c.base.Store(at)
}
