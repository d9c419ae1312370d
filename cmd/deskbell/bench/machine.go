package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine is where figures were measured. They say little without it.
type Machine struct {
	CPU        string  `json:"cpu"` // its name; empty where the system does not say
	Cores      int     `json:"cores"`
	LoadBefore float64 `json:"load_before"` // the load average of a minute; 0 where the system does not say
	LoadAfter  float64 `json:"load_after"`
	Redis      string  `json:"redis"` // its version
	AOF        string  `json:"aof"`   // "no", or when Redis writes its append-only file to the disk: "everysec"
}

// String is a line for people.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, load %.2f before and %.2f after; Redis %s, append-only file: %s", m.CPU, m.Cores, m.LoadBefore, m.LoadAfter, m.Redis, m.AOF)
}

// machine looks at where it runs. The load at the end is left to the caller.
func (b *Bench) machine(ctx context.Context) (Machine, error) {
	m := Machine{CPU: cpuName(), Cores: runtime.NumCPU(), LoadBefore: loadAverage(), AOF: "no"}
	info, err := b.Redis.Client.Info(ctx, "server", "persistence").Result()
	if err != nil {
		return m, fmt.Errorf("asking Redis for its version: %w", err)
	}
	m.Redis = textAfter(info, "redis_version:")
	if textAfter(info, "aof_enabled:") == "1" {
		m.AOF = "yes"
		if policy, err := b.Redis.Client.ConfigGet(ctx, "appendfsync").Result(); err == nil { // some servers do not say
			m.AOF = policy["appendfsync"]
		}
	}
	return m, nil
}

// cpuName is that of the first processor.
func cpuName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	return strings.TrimLeft(textAfter(string(text), "model name"), "\t :")
}

// loadAverage is the load average of the last minute.
func loadAverage() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	n, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return n
}

// textAfter is the rest of the line after a name.
func textAfter(text, name string) string {
	_, rest, _ := strings.Cut(text, name)
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// configure gives Redis settings, and the way back to what it had. A Redis whose settings cannot be changed from here keeps its own; the
// figures say how it writes its append-only file.
func (b *Bench) configure(ctx context.Context, settings map[string]string) (back func() error, err error) {
	before := make(map[string]string)
	for name, value := range settings {
		had, err := b.Redis.Client.ConfigGet(ctx, name).Result()
		if err == nil {
			err = b.Redis.Client.ConfigSet(ctx, name, value).Err()
		}
		if err != nil {
			b.progress("Redis keeps its %s: %v", name, err)
			continue
		}
		before[name] = had[name]
	}
	return func() (err error) {
		for name, value := range before {
			err = errors.Join(err, b.Redis.Client.ConfigSet(context.WithoutCancel(ctx), name, value).Err())
		}
		return err
	}, ctx.Err()
}
