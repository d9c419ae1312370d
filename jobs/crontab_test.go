package jobs

import (
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/jobs/clock"
)

// cron sleeps by the machine's clock, and its entries are for instants by that of Redis.
func TestCronIsCorrected(t *testing.T) {
	t.Parallel()
	minutely, err := cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse("0 * * * * *")
	if err != nil {
		t.Fatal(err)
	}
	machine := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ ahead, next time.Duration }{ // after nine by the machine's clock
		{0, time.Minute},
		{1500 * time.Millisecond, 1500 * time.Millisecond},
		{-1500 * time.Millisecond, 58500 * time.Millisecond},
		{61 * time.Second, time.Second},
	} {
		log, _ := logtest.NewNullLogger()
		k := clock.New(clock.Config{Now: func() time.Time { return machine }, Log: log})
		if err := k.Beat(func() (time.Time, error) { return machine.Add(-c.ahead), nil }); err != nil {
			t.Fatal(err)
		}
		if got := (corrected{minutely, k}).Next(machine); !got.Equal(machine.Add(c.next)) {
			t.Errorf("a machine that is %s ahead: the next minute begins at %s", c.ahead, got.Format("15:04:05.0"))
		}
	}
}
