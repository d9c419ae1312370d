package outage_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/outage"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// TestAClientFindsTheNewMaster kills a master of a cluster, and gives commands to its slot at once.
func TestAClientFindsTheNewMaster(t *testing.T) {
	t.Parallel()
	c := redistest.StartReplicatedCluster(t)
	o := c.Options()
	o.ContextTimeoutEnabled = true
	rdb := outage.Open(o)
	t.Cleanup(func() { _ = rdb.Close() })
	lasts, end := context.WithCancel(t.Context())
	outage.Repeat{Of: func(ctx context.Context, _ redis.Cmder) bool { return outage.IsPatient(ctx) }, Lasts: lasts}.AddTo(rdb)
	const key = "{a}"
	master := c.Master(t, key)
	living := ""
	for n := 0; living == ""; n++ {
		if other := fmt.Sprintf("{%d}", n); c.Master(t, other) != master {
			living = other
		}
	}
	if err := rdb.Incr(t.Context(), key).Err(); err != nil {
		t.Fatal(err)
	}
	master.StopCopied(t)
	patient := outage.Patient(t.Context())

	if err := rdb.Incr(t.Context(), key).Err(); !outage.IsAway(err) {
		t.Errorf("whoever has no patience got %v", err)
	}
	brief, cancel := context.WithTimeout(patient, 100*time.Millisecond)
	defer cancel()
	if err := rdb.Incr(brief, key).Err(); err == nil {
		t.Error("it was answered before the election")
	}
	var replies []redis.Cmder
	var err error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		replies, err = rdb.Pipelined(patient, func(p redis.Pipeliner) error {
			p.Incr(patient, living)
			p.Incr(patient, key)
			p.Get(patient, "{a}none")
			p.Incr(patient, key)
			return nil
		})
	}()
	c.AwaitElection(t, master, key)
	elected := time.Now()
	<-ended
	t.Logf("a patient pipeline was answered %.1f s after the election", time.Since(elected).Seconds())
	var got []string
	for _, reply := range replies {
		got = append(got, reply.String())
	}
	if diff := cmp.Diff([]string{"incr " + living + ": 1", "incr {a}: 2", "get {a}none: redis: nil", "incr {a}: 3"}, got); diff != "" || !errors.Is(err, redis.Nil) {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	redistest.Wait(t, "whoever has no patience is answered", func() bool { return rdb.Incr(t.Context(), key).Err() == nil })
	t.Logf("so was whoever has none, after %.1f s", time.Since(elected).Seconds())

	c.Master(t, key).Stop(t) // no replica is left
	end()
	if err := rdb.Incr(patient, key).Err(); !outage.IsAway(err) {
		t.Errorf("after the client's life: %v", err)
	}
}

// TestASingleRedisKeepsItsOptions: go-redis finds its way there.
func TestASingleRedisKeepsItsOptions(t *testing.T) {
	t.Parallel()
	rdb := outage.Open(redis.UniversalOptions{Addrs: []string{"127.0.0.1:1"}, MaxRetries: 7})
	defer rdb.Close()
	single, ok := rdb.(*redis.Client)
	if !ok || single.Options().MaxRetries != 7 {
		t.Errorf("got %T", rdb)
	}
	cluster, ok := outage.Open(redis.UniversalOptions{Addrs: []string{"127.0.0.1:1"}, IsClusterMode: true, MaxRetries: 7}).(*redis.ClusterClient)
	if !ok {
		t.Fatal("a cluster of one address is a cluster")
	}
	defer cluster.Close()
	if o := cluster.Options(); o.MaxRetries != -1 || o.ClusterStateReloadInterval != time.Second {
		t.Errorf("got %d retries on one node, and the state every %s", o.MaxRetries, o.ClusterStateReloadInterval)
	}
}
