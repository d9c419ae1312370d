package outage

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	readEvery = time.Second // how old the state of a cluster may be
	redirects = 8           // tries of a command, beyond the first: together they take two seconds or so
	pauseMost = 300 * time.Millisecond
	dialMost  = 2 * time.Second // for a node whose machine is gone: it says nothing, not even no
)

// Timed are the options with how long a client waits for an answer.
func Timed(o redis.UniversalOptions) redis.UniversalOptions {
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled} // only Redis Enterprise has them
	o.ReadTimeout, o.WriteTimeout = 3*time.Second, 3*time.Second
	return o
}

// Open makes a client from one set of options: single, Sentinel or Cluster. It does not dial. Options about retries are for a single Redis
// and a Sentinel; of a cluster, they are those of this package.
func Open(o redis.UniversalOptions) redis.UniversalClient {
	if o.MasterName != "" || len(o.Addrs) < 2 && !o.IsClusterMode {
		return redis.NewUniversalClient(&o)
	}
	c := o.Cluster()
	c.ClusterStateReloadInterval = readEvery
	c.MaxRedirects, c.MinRetryBackoff, c.MaxRetryBackoff = redirects, 20*time.Millisecond, pauseMost
	c.MaxRetries, c.DialerRetries = -1, 1 // on one node: it may have died, and the next try may go to another
	c.DialTimeout = dialMost
	rdb := redis.NewClusterClient(c)
	rdb.AddHook(rereads{rdb})
	return rdb
}

// rereads is a hook on the client of a cluster. It has the state of the cluster read when a command fails since some node is away.
type rereads struct{ rdb *redis.ClusterClient }

var _ redis.Hook = rereads{}

// DialHook implements redis.Hook.
func (rereads) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (h rereads) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return h.note(ctx, next(ctx, cmd)) }
}

// ProcessPipelineHook implements redis.Hook.
func (h rereads) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { return h.note(ctx, next(ctx, cmds)) }
}

func (h rereads) note(ctx context.Context, err error) error {
	if IsAway(err) {
		h.rdb.ReloadState(ctx)
	}
	return err
}
