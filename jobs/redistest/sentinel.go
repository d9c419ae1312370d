package redistest

import "testing"

// MasterName is the name of a Sentinel's master.
const MasterName = "main"

// StartSentinel starts a Sentinel that watches a server.
func StartSentinel(t testing.TB, master *Server) *Server {
	t.Helper()
	return start(t, &Server{watched: master})
}
