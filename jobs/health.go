package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// mostSilence is how long a living worker may go without a beat of its cron. One
// comes every five seconds, whether Redis answers or not.
const mostSilence = 30 * time.Second

// beats notes that the cron does.
func (w *Worker) beats(at time.Time) { w.beat.Store(&at) }

// Health says why the worker is as good as dead, and is better started anew. One
// that has not started yet, or that stops, is not. It asks nothing of Redis: for
// one that is away, no restart is a cure.
func (w *Worker) Health(context.Context) error {
	beat := w.beat.Load()
	if beat == nil || w.engine.IsStopping() {
		return nil
	}
	if silence := w.Now().Sub(*beat); silence > mostSilence {
		return fmt.Errorf("the worker's cron has not beaten for %s", silence.Round(time.Second))
	}
	return nil
}

// Ready says why the worker does not work yet, or does no more.
func (w *Worker) Ready(context.Context) error {
	switch {
	case w.engine.IsStopping():
		return errors.New("the worker stops")
	case w.beat.Load() == nil:
		return errors.New("the worker has not started yet")
	}
	return nil
}
