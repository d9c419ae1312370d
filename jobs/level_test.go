package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs"
)

// TestLevelOf wants no warning about what a stop cut off, and none that only repeats that Redis refuses writes.
func TestLevelOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want logrus.Level
	}{
		{errors.New("boom"), logrus.WarnLevel},
		{context.DeadlineExceeded, logrus.WarnLevel},
		{fmt.Errorf("keeping the time zone: %w", context.Canceled), logrus.DebugLevel},
		{errors.Join(context.Canceled, errors.New("boom")), logrus.DebugLevel},
		{fmt.Errorf("reading states: %w", redis.ErrClosed), logrus.DebugLevel},
		{errors.New("OOM command not allowed when used memory > 'maxmemory'."), logrus.DebugLevel}, //nolint:revive // as Redis says it
	} {
		if got := jobs.LevelOf(c.err); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
}
