package redistest_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestClock: a server has the clock of the tests, on another day (.ci/future), too.
func TestClock(t *testing.T) {
	t.Parallel()
	server, err := redistest.Start(t).Client(t).Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	if apart := time.Since(server.Round(0)).Abs(); apart > redistest.Patience {
		t.Errorf("the server's clock shows %s, %s from the test's", server, apart)
	}
}
