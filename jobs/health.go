package jobs

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// mostSilence is how long a living worker may go without a beat of its cron. One
// comes every five seconds, whether Redis answers or not.
const mostSilence = 30 * time.Second

// pulse follows the beats of a worker's cron.
type pulse struct {
	last atomic.Pointer[time.Time] // nil: the worker has not started
}

// beat notes that the cron runs.
func (p *pulse) beat(at time.Time) { p.last.Store(&at) }

// health is an error when the cron has been silent for too long. A worker that has not started
// yet, or that stops, is well.
func (p *pulse) health(now time.Time, stopping bool) error {
	last := p.last.Load()
	if last == nil || stopping {
		return nil
	}
	if silence := now.Sub(*last); silence > mostSilence {
		return fmt.Errorf("the worker's cron has not beaten for %s", silence.Round(time.Second))
	}
	return nil
}

// ready is an error while the worker does not work yet, or does no more.
func (p *pulse) ready(stopping bool) error {
	switch {
	case stopping:
		return errors.New("the worker stops")
	case p.last.Load() == nil:
		return errors.New("the worker has not started yet")
	}
	return nil
}
