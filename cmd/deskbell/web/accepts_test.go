package web_test

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

// scarce is a listener that fails as often as it is told.
type scarce struct {
	net.Listener
	fails bool
}

func (s *scarce) Accept() (net.Conn, error) {
	if s.fails {
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	conn, _ := net.Pipe()
	return conn, nil
}

func TestConnectionsThatCannotBeTakenInAreTold(t *testing.T) {
	t.Parallel()
	log, lines := logtest.NewNullLogger()
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	a, l := web.NewAccepts(func() time.Time { return now }), new(scarce)
	watched := a.Watch(l, log)
	for _, step := range []struct {
		fails       bool
		later       time.Duration
		ready       bool
		lines       int
		last        string
		failures    float64
		description string
	}{
		{false, 0, true, 0, "", 0, "all is well"},
		{true, time.Second, false, 1, "ulimit -n", 1, "the first failure is told"},
		{true, time.Second, false, 1, "ulimit -n", 2, "the second is counted"},
		{false, time.Second, false, 1, "ulimit -n", 2, "one is taken in between"},
		{true, time.Second, false, 1, "ulimit -n", 3, "and fails again"},
		{false, 6 * time.Second, true, 2, "taken in again", 3, "it is over"},
		{false, time.Second, true, 2, "taken in again", 3, "which is told once"},
		{true, 10 * time.Second, false, 2, "taken in again", 4, "no second line within a minute"},
		{true, time.Minute, false, 3, "ulimit -n", 5, "and one after it"},
	} {
		now, l.fails = now.Add(step.later), step.fails
		conn, err := watched.Accept()
		if err == nil {
			conn.Close()
		}
		ready := a.Check(t.Context()) == nil
		said := lines.AllEntries()
		if (err != nil) != step.fails || ready != step.ready || len(said) != step.lines || testutil.ToFloat64(a) != step.failures ||
			len(said) > 0 && !strings.Contains(said[len(said)-1].Message, step.last) {
			t.Errorf("%s: %v, ready %t, %d lines, %v failures", step.description, err, ready, len(said), testutil.ToFloat64(a))
		}
	}
}
