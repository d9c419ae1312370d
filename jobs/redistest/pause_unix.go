//go:build unix

package redistest

import (
	"syscall"
	"testing"
	"time"
)

// Pause makes the server hang: connections stay, and nothing is answered.
func (s *Server) Pause(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGSTOP)
	Wait(t, "redis-server hangs", func() bool { return s.ping(50*time.Millisecond) != nil })
}

// Resume ends a Pause; the server answers the commands sent in the meantime.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGCONT)
}
