package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// cpu is the time that processors have spent for the worker and for Redis, since each began.
type cpu struct{ worker, redis time.Duration }

// meter measures what processors do for this process, in which the worker of a benchmark runs, and for Redis.
type meter struct {
	read   func() (cpu, error)
	before cpu
	err    error
}

func (b *Bench) newMeter(ctx context.Context) *meter {
	return &meter{read: func() (cpu, error) { return b.spent(ctx, os.Getpid()) }}
}

// start begins to measure.
func (m *meter) start() { m.before, m.err = m.read() }

// each gives what was spent since the start for each of n units, in microseconds.
func (m *meter) each(n int) (worker, redis float64, err error) {
	if m.err != nil {
		return 0, 0, m.err
	}
	after, err := m.read()
	each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / float64(n) }
	return each(after.worker - m.before.worker), each(after.redis - m.before.redis), err
}

// spent reads what a process and Redis have spent; of a cluster, one node.
func (b *Bench) spent(ctx context.Context, pid int) (c cpu, err error) {
	if c.worker, err = processCPU(pid); err != nil {
		return c, err
	}
	info, err := b.Redis.Client.Info(ctx, "cpu").Result()
	if err != nil {
		return c, fmt.Errorf("asking Redis for its time: %w", err)
	}
	for _, name := range []string{"used_cpu_sys:", "used_cpu_user:"} {
		seconds, err := strconv.ParseFloat(textAfter(info, name), 64)
		if err != nil {
			return c, fmt.Errorf("reading %s of Redis: %w", name, err)
		}
		c.redis += time.Duration(seconds * float64(time.Second))
	}
	return c, nil
}

// tick is the unit of /proc/PID/stat: Linux shows 100 a second to programs, whatever it counts by itself.
const tick = time.Second / 100

// processCPU is the time of a process, for itself and in the kernel: fields 14 and 15 of its stat. The name before them is in parentheses
// and may have spaces.
func processCPU(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("reading the time of a process: %w", err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("reading the time of a process: %q is not understood", stat)
	}
	var total time.Duration
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading the time of a process: %w", err)
		}
		total += time.Duration(n) * tick
	}
	return total, nil
}
