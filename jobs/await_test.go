package jobs_test

import (
	"context"
	"errors"
	"testing"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestFirstStepsAreTakenAgainWhenRedisGoesAway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	r := jobs.Connect(server.Options())
	t.Cleanup(func() { _ = r.Close() })
	log, _ := logtest.NewNullLogger()
	tries := 0
	err := r.Await(t.Context(), log, func(ctx context.Context) error {
		if tries++; tries == 1 {
			server.Stop(t)
			defer server.Restart(t)
		}
		return r.Client.Set(ctx, "step", tries, 0).Err()
	})
	if err != nil || tries != 2 {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestAFirstStepThatCannotSucceedEndsTheWait(t *testing.T) {
	t.Parallel()
	r := jobs.Connect(redistest.Start(t).Options())
	t.Cleanup(func() { _ = r.Close() })
	log, _ := logtest.NewNullLogger()
	fault := errors.New("a fault in a file")
	if err := r.Await(t.Context(), log, func(context.Context) error { return fault }); !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
}
