package clock

import (
	"time"

	"github.com/sirupsen/logrus"
)

// Beat compares the clock with that of Redis, which ask gives: once, as a rule, and some times where those of before count no more.
// Its error is that of ask: all is as before then. ask is called once for a clock that is free.
func (c *Clock) Beat(ask func() (time.Time, error)) error {
	if c.free {
		_, err := ask()
		return err
	}
	defer c.end()
	for left := c.begin(); left > 0; left-- {
		asked := c.machine.Now()
		answer, err := ask()
		if err != nil {
			return err
		}
		if c.compared(asked, answer) {
			left = burst
		}
	}
	return nil
}

// begin gives how many comparisons there are to be.
func (c *Clock) begin() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, now := c.base.Load(), c.machine.Now()
	leap := c.leap(at, now)
	c.rebase(now, at.offset-leap)
	if leap != 0 {
		c.samples = nil
		c.leaps++
		c.report.State = Unknown
		c.machine.Log.WithField("leap", leap.Round(time.Millisecond).String()).Warn("the machine's clock was set, or the machine slept: nothing is decided until the clock is compared with that of Redis")
	}
	if c.bursts = c.report.State == Unknown; c.bursts {
		return burst
	}
	return 1
}

// compared takes a comparison in: what the clock showed before the question, and Redis' answer. It tells whether more are to follow
// at once, since this one contradicts those before.
func (c *Clock) compared(asked, answer time.Time) (more bool) {
	theirs, answered := c.machine.Redis(answer), c.machine.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.base.Load()
	if c.leap(at, answered) != 0 || answered.Before(asked) { // it was set just now: the next beat sees to it
		c.leapt()
		return false
	}
	s := Compare(asked, answered, theirs)
	if more = !c.bursts && (s.Offset-at.offset).Abs() > s.Doubt+mostLeap; more {
		c.bursts, c.samples = true, nil
	}
	c.samples = append(c.samples, s)
	c.samples = c.samples[max(0, len(c.samples)-mostKept):]
	return more
}

// end estimates anew, and says what is otherwise than before.
func (c *Clock) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.samples) == 0 { // Redis has not answered: all is as before
		return
	}
	at := c.base.Load()
	s := Estimate(at.offset, c.samples)
	c.base.Store(&base{now: at.now, ran: at.ran, offset: s.Offset})
	c.report = report(s)
	c.speak()
}

// speak logs what is otherwise than it was said last.
func (c *Clock) speak() {
	now := c.report
	if now.State == c.said {
		return
	}
	c.said = now.State
	log := c.machine.Log.WithFields(logrus.Fields{"ahead_seconds": now.Ahead})
	const remedy = "set the machine's clock by NTP (timedatectl, chronyc tracking), or that of Redis' machine"
	switch now.State {
	case Wrong:
		log.Error("the machine's clock is more than " + MostWrong.String() + " from that of Redis: nothing is decided until it is right; " + remedy)
	case Off:
		log.Warn("the machine's clock is more than " + MostOff.String() + " from that of Redis: times are corrected by it; " + remedy)
	default:
		log.Info("the machine's clock is right again")
	}
}
