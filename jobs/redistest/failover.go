package redistest

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// DeadAfter is how long a master must be silent before the others take it for dead, in a replicated cluster and for a Sentinel. Then they
// elect a replica, which takes a second or two.
const DeadAfter = 3 * time.Second

// StartReplicatedCluster starts a cluster in which each of the three masters has a replica, and waits until these have copied them.
func StartReplicatedCluster(t testing.TB) *Cluster {
	t.Helper()
	settings := []Setting{Setting(fmt.Sprint("cluster-node-timeout ", DeadAfter.Milliseconds())), "repl-diskless-sync-delay 0"}
	c := StartCluster(t, settings...)
	first := c.Nodes[0]
	for _, master := range slices.Clone(c.Nodes) {
		id, replica := master.do(t, "CLUSTER", "MYID"), start(t, &Server{cluster: true, settings: settings})
		replica.do(t, "CLUSTER", "MEET", "127.0.0.1", first.port, first.busPort)
		Wait(t, "the replica knows its master", func() bool { return strings.Contains(replica.do(t, "CLUSTER", "NODES"), id) })
		replica.do(t, "CLUSTER", "REPLICATE", id)
		c.Nodes = append(c.Nodes, replica)
	}
	for _, node := range c.Nodes {
		Wait(t, "each node knows three replicas", func() bool { return strings.Count(node.do(t, "CLUSTER", "NODES"), "slave ") == len(c.Nodes)/2 })
		node.awaitCopy(t)
	}
	return c
}

// awaitCopy waits until a replica has all that its master has, and the master knows it.
func (s *Server) awaitCopy(t testing.TB) {
	t.Helper()
	Wait(t, "the replica has copied its master", func() bool {
		info := s.do(t, "INFO", "replication")
		return strings.Contains(info, "master_link_status:up") || strings.Contains(info, "role:master") && strings.Contains(info, "state=online")
	})
}

// StopCopied kills a master once its replica has all that the master has answered. Writes that come meanwhile get no answer. Redis itself
// answers without waiting for replicas: what it has not sent to them when it dies is lost, which is no fault of its clients.
func (s *Server) StopCopied(t testing.TB) {
	t.Helper()
	s.do(t, "CLIENT", "PAUSE", Patience.Milliseconds(), "WRITE")
	offset := func(field string) (n int64) {
		_, rest, _ := strings.Cut(s.do(t, "INFO", "replication"), field)
		_, _ = fmt.Sscan(rest[:max(0, strings.IndexAny(rest, ",\r"))], &n)
		return n
	}
	now := offset("master_repl_offset:")
	Wait(t, "the replica has all", func() bool { return offset(",offset=") >= now })
	s.Stop(t)
}

// URL is a value for REDIS_URL.
func (c *Cluster) URL() string { return "redis-cluster://" + strings.Join(c.Options().Addrs, ",") }

// Master gives the node that has the slot of a key, as another node sees it; nil: that is none which runs.
func (c *Cluster) Master(t testing.TB, key string) *Server {
	t.Helper()
	for _, node := range c.Nodes {
		if node.process == nil {
			continue
		}
		slot, _ := strconv.Atoi(node.do(t, "CLUSTER", "KEYSLOT", key))
		ranges, err := node.alone(t).ClusterSlots(t.Context()).Result() //nolint:staticcheck // CLUSTER SHARDS also gives masters that have failed
		if err != nil {
			t.Fatalf("asking for the slots of the cluster: %v", err)
		}
		for _, r := range ranges {
			if r.Start <= slot && slot <= r.End {
				at := slices.IndexFunc(c.Nodes, func(n *Server) bool { return n.Addr() == r.Nodes[0].Addr })
				return c.Nodes[at]
			}
		}
	}
	return nil
}

// AwaitElection waits until another node than a dead one has the slot of a key, and all nodes take commands again.
func (c *Cluster) AwaitElection(t testing.TB, dead *Server, key string) {
	t.Helper()
	for _, node := range c.Nodes {
		if node != dead {
			Wait(t, "a replica is elected", func() bool {
				return c.Master(t, key) != dead && strings.Contains(node.do(t, "CLUSTER", "INFO"), "cluster_state:ok")
			})
		}
	}
}

// Reshard moves slots from the node that has a key to another master, while both work.
func (c *Cluster) Reshard(t testing.TB, key string, slots int) {
	t.Helper()
	from := c.Master(t, key)
	to := c.Nodes[(slices.Index(c.Nodes, from)+1)%3]
	out, err := exec.CommandContext(t.Context(), Program(t, "redis-cli"), "--cluster", "reshard", from.Addr(), "--cluster-from", from.do(t, "CLUSTER", "MYID"),
		"--cluster-to", to.do(t, "CLUSTER", "MYID"), "--cluster-slots", strconv.Itoa(slots), "--cluster-yes").CombinedOutput()
	if err != nil {
		t.Fatalf("moving slots: %v: %s", err, out[max(0, len(out)-1000):])
	}
}

// do sends a command to one node, whichever slots it has.
func (s *Server) do(t testing.TB, args ...any) string {
	t.Helper()
	o := s.Options()
	rdb := redis.NewClient(o.Simple())
	defer func() { _ = rdb.Close() }()
	cmd := rdb.Do(context.Background(), args...)
	if err := cmd.Err(); err != nil {
		t.Fatalf("asking a node of the cluster: %v: %v", args, err)
	}
	return fmt.Sprint(cmd.Val())
}

// alone is a client of one node, whichever slots it has.
func (s *Server) alone(t testing.TB) *redis.Client {
	t.Helper()
	o := s.Options()
	rdb := redis.NewClient(o.Simple())
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// StartReplica starts a server that copies another one, and waits until it has.
func StartReplica(t testing.TB, of *Server) *Server {
	t.Helper()
	s := Start(t, Setting(fmt.Sprint("replicaof 127.0.0.1 ", of.port)))
	s.awaitCopy(t)
	of.awaitCopy(t)
	return s
}

// MasterBySentinel is the address of the master by what a Sentinel says.
func (s *Server) MasterBySentinel(t testing.TB) string {
	t.Helper()
	o := s.Options()
	sentinel := redis.NewSentinelClient(o.Simple())
	defer func() { _ = sentinel.Close() }()
	at, err := sentinel.GetMasterAddrByName(context.Background(), MasterName).Result()
	if err != nil {
		t.Fatalf("asking a Sentinel for its master: %v", err)
	}
	return strings.Join(at, ":")
}
