package redistest

import (
	"strings"
	"testing"
)

// MasterName is the name of a Sentinel's master.
const MasterName = "main"

// StartSentinel starts a Sentinel that watches a server, and waits until it knows the server's replicas.
func StartSentinel(t testing.TB, master *Server, replicas ...*Server) *Server {
	t.Helper()
	s := start(t, &Server{watched: master})
	Wait(t, "the Sentinel knows the replicas", func() bool {
		return strings.Count(s.do(t, "SENTINEL", "REPLICAS", MasterName), "runid") == len(replicas)
	})
	return s
}
