package jobs

import (
	"errors"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/engine"
)

// asynq adds the delay to the machine's clock, and any worker takes the task by its own: one that is to go at once goes so wherever that is.
func TestRetriesGoByTheClockOfRedis(t *testing.T) {
	t.Parallel()
	machine := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, ahead := range []time.Duration{0, 4 * time.Second, -4 * time.Second} {
		log, _ := logtest.NewNullLogger()
		k := clock.New(clock.Config{Now: func() time.Time { return machine }, Log: log})
		if err := k.Beat(func() (time.Time, error) { return machine.Add(-ahead), nil }); err != nil {
			t.Fatal(err)
		}
		p := &parts{clock: k}
		if in := p.retryIn(1, &laterError{in: 11 * time.Second}, nil); in != 11*time.Second-ahead {
			t.Errorf("a machine that is %s ahead puts off by %s", ahead, in)
		}
		for _, err := range []error{engine.ErrStopping, asynq.ErrLeaseExpired} {
			at := machine.Add(p.retryIn(1, err, nil)) // as asynq has it
			if behind := machine.Add(-ahead - clock.MostWrong); at.After(behind) {
				t.Errorf("after %q, a worker whose clock shows %s waits until %s", err, behind, at)
			}
		}
		if in := p.retryIn(0, errors.New("a fault"), nil); in < time.Second-ahead || in > 2*time.Second-ahead {
			t.Errorf("after a fault a machine that is %s ahead waits for %s", ahead, in)
		}
	}
}
