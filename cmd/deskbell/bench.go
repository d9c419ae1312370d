package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/redisstore"
)

type benchCmd struct {
	Boundaries benchBoundariesCmd `cmd:"" help:"Let a boundary fall due for many properties; measure."`
	Events     benchEventsCmd     `cmd:"" help:"Take in many events, and measure."`
	Readers    benchReadersCmd    `cmd:"" help:"Let many pages read the states of widgets, and measure."`
	Triggers   benchTriggersCmd   `cmd:"" help:"Let delayed messages to many visitors fall due, and measure."`
}

func (*benchCmd) Help() string {
	return `
Each benchmark says what it measures, and needs a Redis of its own.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench boundaries --properties 100000
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench events
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench readers --readers 10000
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench triggers --messages 10000
`
}

// emptyRedis connects to a Redis that holds nothing: a benchmark fills it, and
// empties it at the end.
func (a *app) emptyRedis(ctx context.Context) (*session, error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return nil, err
	}
	size, err := s.redis.Client.DBSize(ctx).Result()
	if err == nil && size > 0 {
		err = fmt.Errorf("%s holds %d keys: a benchmark needs a Redis of its own, for it ends with FLUSHDB", s.env.RedisName, size)
	}
	if err == nil {
		err = aloneIn(ctx, s)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// aloneIn refuses a server whose other databases hold something: they would be
// measured, too.
func aloneIn(ctx context.Context, s *session) error {
	info, err := s.redis.Client.Info(ctx, "keyspace").Result()
	if err != nil {
		return fmt.Errorf("reading the databases of Redis: %w", err)
	}
	if n := strings.Count(info, ":keys="); n > 0 {
		return fmt.Errorf("%s has other databases in use (%d): a benchmark needs a Redis of its own", s.env.RedisName, n)
	}
	return nil
}

// flush empties the database that emptyRedis found empty.
func flush(ctx context.Context, s *session) error {
	if cluster, ok := s.redis.Client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return node.FlushDB(ctx).Err() })
	}
	return s.redis.Client.FlushDB(ctx).Err()
}

// usedMemory is what Redis itself says that its data takes; of a cluster, one node's.
func usedMemory(ctx context.Context, s *session) (int64, error) {
	info, err := s.redis.Client.Info(ctx, "memory").Result()
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

// printResult prints a benchmark's figures as one JSON object, or a line each.
func (a *app) printResult(result any, asJSON bool) error {
	body, err := json.Marshal(result)
	if err != nil {
		return err
	}
	if asJSON {
		_, err = fmt.Fprintf(a.stdout, "%s\n", body)
		return err
	}
	line := strings.NewReplacer("{", "", "}", "", `"`, "", ",", "\n", ":", " ")
	_, err = fmt.Fprintln(a.stdout, line.Replace(string(body)))
	return err
}
