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

// meter measures what processors do for this process, in which the worker of a benchmark runs, and what Redis does.
type meter struct {
	*Bench
	ctx      context.Context //nolint:containedctx // of the benchmark: start is called from within a store
	before   cpu
	commands map[string]commandStat
	err      error
}

func (b *Bench) newMeter(ctx context.Context) *meter { return &meter{Bench: b, ctx: ctx} }

// start begins to measure.
func (m *meter) start() {
	_ = m.Redis.Client.SlowLogReset(m.ctx).Err() // slowest says where there is none
	if m.commands, m.err = m.commandStats(m.ctx); m.err == nil {
		m.before, m.err = m.spent(m.ctx, os.Getpid())
	}
}

// share is what was spent for each unit: microseconds of processors for the worker and for Redis, and commands.
type share struct {
	worker, redis float64
	use           RedisUse
}

// each gives what was spent since the start for each of n units.
func (m *meter) each(n int) (s share, err error) {
	if m.err != nil {
		return s, m.err
	}
	after, err := m.spent(m.ctx, os.Getpid())
	if err != nil {
		return s, err
	}
	commands, err := m.commandStats(m.ctx)
	if err != nil {
		return s, err
	}
	each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / float64(n) }
	s = share{each(after.worker - m.before.worker), each(after.redis - m.before.redis), useOf(m.commands, commands, n)}
	s.use.Slowest = m.slowest(m.ctx)
	return s, nil
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
