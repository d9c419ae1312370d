package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Check gives warnings for an operator: settings of a Redis that may lose data or not
// work, and the remedies. It skips settings that a managed Redis hides, and the
// embedded Redis. An error means that Redis could not be asked.
func Check(ctx context.Context, rdb redis.UniversalClient) ([]string, error) {
	cluster, ok := rdb.(*redis.ClusterClient)
	if !ok {
		return checkServer(ctx, rdb)
	}
	var mu sync.Mutex
	var all []string
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		warnings, err := checkServer(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		for _, w := range warnings {
			all = append(all, node.Options().Addr+": "+w)
		}
		return err
	})
	slices.Sort(all)
	return all, err
}

func checkServer(ctx context.Context, rdb redis.Cmdable) ([]string, error) {
	info, err := rdb.Info(ctx).Result()
	if err := unlessRefused(err); err != nil {
		return nil, fmt.Errorf("asking Redis for its version: %w", err)
	}
	settings := infoFields(info)
	for _, name := range []string{"appendonly", "appendfsync", "maxmemory-policy"} {
		values, err := rdb.ConfigGet(ctx, name).Result()
		if err := unlessRefused(err); err != nil {
			return nil, fmt.Errorf("asking Redis for its settings: %w", err)
		}
		if v, ok := values[name]; ok {
			settings[name] = v
		}
	}
	return warnings(settings), nil
}

// warnings judges the settings that are known; one with an empty value is not.
func warnings(settings map[string]string) []string {
	var list []string
	if v := settings["redis_version"]; v != "" && major(v) < 7 {
		list = append(list, fmt.Sprintf("Redis is version %s: Deskbell needs 7.0 or newer; upgrade it", v))
	}
	switch appendonly, fsync := settings["appendonly"], settings["appendfsync"]; {
	case appendonly == "no":
		list = append(list, "Redis keeps no append-only file: when it ends, definitions, states and actions since its last snapshot are lost; "+
			"set appendonly yes and appendfsync everysec")
	case appendonly == "yes" && fsync != "" && fsync != "everysec" && fsync != "always":
		list = append(list, fmt.Sprintf("Redis leaves it to the system when to write its append-only file (appendfsync %s): a power cut loses half a minute of work; "+
			"set appendfsync everysec", fsync))
	}
	policy := settings["maxmemory-policy"]
	if policy == "" {
		policy = settings["maxmemory_policy"] // of INFO, where CONFIG is forbidden
	}
	if policy != "" && policy != "noeviction" {
		list = append(list, fmt.Sprintf("Redis drops keys when its memory is full (maxmemory-policy %s): definitions and tasks vanish without a trace; "+
			"set maxmemory-policy noeviction", policy))
	}
	return list
}

// major is the first number of a version; one that cannot be read is not too old.
func major(version string) int {
	first, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(first)
	if err != nil {
		return 7
	}
	return n
}

// unlessRefused takes away an error that is the server's answer: it knows no such
// command, or forbids it.
func unlessRefused(err error) error {
	var answer redis.Error
	if errors.As(err, &answer) {
		return nil
	}
	return err
}

func infoFields(info string) map[string]string {
	fields := make(map[string]string)
	for line := range strings.Lines(info) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[name] = value
		}
	}
	return fields
}
