package redistest

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Cluster is a Redis Cluster of three masters.
type Cluster struct {
	Nodes []*Server
}

// StartCluster starts three masters that share the slots, and waits until each of
// them knows that all slots are served, which takes some two seconds.
func StartCluster(t testing.TB, settings ...Setting) *Cluster {
	t.Helper()
	const size, slots = 3, 16384
	c := new(Cluster)
	for range size {
		c.Nodes = append(c.Nodes, start(t, &Server{cluster: true, settings: settings}))
	}
	first := c.Nodes[0]
	for n, node := range c.Nodes {
		node.do(t, "CLUSTER", "SET-CONFIG-EPOCH", n+1)
		node.do(t, "CLUSTER", "ADDSLOTSRANGE", n*slots/size, (n+1)*slots/size-1)
		if n > 0 {
			node.do(t, "CLUSTER", "MEET", "127.0.0.1", first.port, first.busPort)
		}
	}
	for _, node := range c.Nodes {
		Wait(t, "the cluster is complete", func() bool {
			info := node.do(t, "CLUSTER", "INFO")
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3")
		})
	}
	return c
}

// Options are for a client of this cluster.
func (c *Cluster) Options() redis.UniversalOptions {
	var addresses []string
	for _, node := range c.Nodes {
		addresses = append(addresses, node.Addr())
	}
	return options(addresses...)
}

// Client gives a client, closed at the end of the test.
func (c *Cluster) Client(t testing.TB) redis.UniversalClient { return client(t, c.Options()) }
