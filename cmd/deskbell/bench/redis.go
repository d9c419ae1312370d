// Package bench measures Deskbell on a Redis of its own: boundaries that fall due, events that come in, readers of streams,
// delayed messages. Where there is a plainer design on asynq, bench measures it beside.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

// Bench measures on a Redis, which must be empty.
type Bench struct {
	Env     config.Env
	Redis   jobs.Redis
	Store   *redisstore.Store
	Client  *jobs.Client
	Now     func() time.Time
	Log     io.Writer // gets the log of workers, and how far the benchmark is
	RelaxGC func()    // sets up garbage collection as for a worker

	what      string // of which a benchmark has so many parts, and has done some
	all, done int
}

// counts says of how many parts a benchmark is made; counted, that one more is done.
func (b *Bench) counts(what string, all int) { b.what, b.all, b.done = what, all, 0 }
func (b *Bench) counted()                    { b.done++ }

// Done says how far a benchmark has come, for when it is stopped.
func (b *Bench) Done() string {
	if b.what == "" {
		return "nothing was measured"
	}
	return fmt.Sprintf("%d of %d %ss were done", b.done, b.all, b.what)
}

func (b *Bench) progress(format string, args ...any) {
	fmt.Fprintf(b.Log, format+"\n", args...)
}

// CheckEmpty refuses a Redis that holds something: a benchmark fills it, and Flush empties it at the end.
func (b *Bench) CheckEmpty(ctx context.Context) error {
	size, err := b.Redis.Client.DBSize(ctx).Result()
	switch {
	case err != nil:
		return err
	case size > 0:
		return fmt.Errorf("%s holds %d keys: a benchmark needs a Redis of its own, for it ends with FLUSHDB", b.Env.RedisName, size)
	}
	return b.checkAlone(ctx)
}

// checkAlone refuses a server whose other databases hold something: they would be
// measured, too.
func (b *Bench) checkAlone(ctx context.Context) error {
	info, err := b.Redis.Client.Info(ctx, "keyspace").Result()
	if err != nil {
		return fmt.Errorf("reading the databases of Redis: %w", err)
	}
	if n := strings.Count(info, ":keys="); n > 0 {
		return fmt.Errorf("%s has other databases in use (%d): a benchmark needs a Redis of its own", b.Env.RedisName, n)
	}
	return nil
}

// Flush empties the database that CheckEmpty found empty.
func (b *Bench) Flush(ctx context.Context) error {
	if cluster, ok := b.Redis.Client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return node.FlushDB(ctx).Err() })
	}
	return b.Redis.Client.FlushDB(ctx).Err()
}

// usedMemory is the memory of the data as Redis reports it; of a cluster, the memory of one node.
func (b *Bench) usedMemory(ctx context.Context) (int64, error) {
	info, err := b.Redis.Client.Info(ctx, "memory").Result()
	if err != nil {
		return 0, fmt.Errorf("reading Redis' memory: %w", err)
	}
	return numberAfter(info, "used_memory:")
}

// peakMemory is the most memory that a process has held at once.
func peakMemory(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("reading the memory of a process: %w", err)
	}
	kilobytes, err := numberAfter(string(status), "VmHWM:")
	return kilobytes << 10, err
}

func numberAfter(text, name string) (int64, error) {
	_, rest, ok := strings.Cut(text, name)
	fields := strings.Fields(rest)
	if !ok || len(fields) == 0 {
		return 0, fmt.Errorf("finding %q: it is not there", name)
	}
	return strconv.ParseInt(fields[0], 10, 64)
}
