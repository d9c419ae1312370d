package redistest

import "testing"

// MasterName is by which a Sentinel knows its master.
const MasterName = "main"

// StartSentinel starts a Sentinel that watches a server.
func StartSentinel(t testing.TB, master *Server) *Server {
	t.Helper()
	return start(t, &Server{watched: master})
}
