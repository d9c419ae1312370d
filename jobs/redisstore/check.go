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
	settings, err := Inspect(ctx, rdb)
	var warnings []string
	for _, s := range settings {
		if s.Fault == "" {
			continue
		}
		text := s.Fault + "; " + s.Remedy
		if s.Node != "" {
			text = s.Node + ": " + text
		}
		warnings = append(warnings, text)
	}
	return warnings, err
}

// Setting is a setting of a Redis on which it depends whether data are lost.
type Setting struct {
	Node   string // of a cluster: its address; empty: Redis is one server
	Name   string // for people: "version", "append-only file", "eviction"
	Value  string // as Redis gives it
	Fault  string // what happens by it; empty: it is right
	Remedy string // of the fault
}

// Inspect gives the settings that Check judges: those that are known, of each node, in a fixed order.
func Inspect(ctx context.Context, rdb redis.UniversalClient) ([]Setting, error) {
	cluster, ok := rdb.(*redis.ClusterClient)
	if !ok {
		return inspectServer(ctx, rdb)
	}
	var mu sync.Mutex
	var all []Setting
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		settings, err := inspectServer(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		for _, s := range settings {
			s.Node = node.Options().Addr
			all = append(all, s)
		}
		return err
	})
	slices.SortStableFunc(all, func(a, b Setting) int { return strings.Compare(a.Node, b.Node) })
	return all, err
}

func inspectServer(ctx context.Context, rdb redis.Cmdable) ([]Setting, error) {
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
	return judge(settings), nil
}

// judge judges the settings that are known; one with an empty value is not.
func judge(settings map[string]string) []Setting {
	var list []Setting
	if v := settings["redis_version"]; v != "" {
		s := Setting{Name: "version", Value: v}
		if major(v) < 7 {
			s.Fault, s.Remedy = fmt.Sprintf("Redis is version %s: Deskbell needs 7.0 or newer", v), "upgrade it"
		}
		list = append(list, s)
	}
	if appendonly, fsync := settings["appendonly"], settings["appendfsync"]; appendonly != "" {
		s := Setting{Name: "append-only file", Value: fsync}
		switch {
		case appendonly == "no":
			s.Fault, s.Remedy = "Redis keeps no append-only file: when it ends, definitions, states and actions since its last snapshot are lost", "set appendonly yes and appendfsync everysec"
		case fsync != "" && fsync != "everysec" && fsync != "always":
			s.Fault = fmt.Sprintf("Redis leaves it to the system when to write its append-only file (appendfsync %s): a power cut loses half a minute of work", fsync)
			s.Remedy = "set appendfsync everysec"
		}
		list = append(list, s)
	}
	policy := settings["maxmemory-policy"]
	if policy == "" {
		policy = settings["maxmemory_policy"] // of INFO, where CONFIG is forbidden
	}
	if policy != "" {
		s := Setting{Name: "eviction", Value: policy}
		if policy != "noeviction" {
			s.Fault = fmt.Sprintf("Redis drops keys when its memory is full (maxmemory-policy %s): definitions and tasks vanish without a trace", policy)
			s.Remedy = "set maxmemory-policy noeviction"
		}
		list = append(list, s)
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
