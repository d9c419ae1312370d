//go:build !unix

package redistest

import "testing"

// Pause makes the server hang, which needs a signal that this system does not have.
func (s *Server) Pause(t testing.TB) {
	t.Helper()
	t.Skip("this system cannot stop a process for a while")
}

// Resume ends a Pause.
func (s *Server) Resume(testing.TB) {}
