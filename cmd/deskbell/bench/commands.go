package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// RedisUse is what Redis did for each unit: an event, a flip, a message.
type RedisUse struct {
	Calls    float64      `json:"calls"`    // of commands; those inside of scripts count by themselves
	Commands []CommandUse `json:"commands"` // those with the most time first
	Slowest  SlowCommand  `json:"slowest"`
}

// CommandUse is what one command took, for each unit. The time of evalsha has that of the commands inside of scripts.
type CommandUse struct {
	Name         string  `json:"command"`
	Calls        float64 `json:"calls"`
	Microseconds float64 `json:"us"` // of Redis' time
}

// SlowCommand is the longest one, for all units that it was for; the zero value where none took slowFrom, or Redis does not say.
type SlowCommand struct {
	Name         string  `json:"command"` // of a script, its name, or its first key where it is none of Deskbell's
	Milliseconds float64 `json:"ms"`
}

// size lets medians choose one of several.
func (u RedisUse) size() float64 { return u.Calls }

// slowFrom is from when on Redis notes that a command took long.
const slowFrom = 100 * time.Microsecond

// slowLog lets Redis note long commands as long as a benchmark runs.
func (b *Bench) slowLog(ctx context.Context) (back func() error, err error) {
	return b.configure(ctx, map[string]string{
		"slowlog-log-slower-than": strconv.FormatInt(slowFrom.Microseconds(), 10), "slowlog-max-len": "10000",
	})
}

// commandStat is how often a command ran, ever, and how long that took.
type commandStat struct {
	calls int64
	took  time.Duration
}

// own are the commands by which benchmarks measure.
func own(name string) bool {
	return name == "info" || strings.HasPrefix(name, "slowlog|") || strings.HasPrefix(name, "config|")
}

// commandStats are those of each command that is not own; of a cluster, of one node.
func (b *Bench) commandStats(ctx context.Context) (map[string]commandStat, error) {
	info, err := b.Redis.Client.Info(ctx, "commandstats").Result()
	if err != nil {
		return nil, fmt.Errorf("counting commands: %w", err)
	}
	stats := make(map[string]commandStat)
	for line := range strings.Lines(info) {
		name, figures, ok := strings.Cut(strings.TrimPrefix(line, "cmdstat_"), ":calls=")
		if !ok || own(name) {
			continue
		}
		var calls, us int64
		if _, err := fmt.Sscanf(figures, "%d,usec=%d", &calls, &us); err != nil {
			return nil, fmt.Errorf("counting commands: %q is not understood: %w", line, err)
		}
		stats[name] = commandStat{calls, time.Duration(us) * time.Microsecond}
	}
	return stats, nil
}

// useOf is what was done between two looks, for each of n units.
func useOf(before, after map[string]commandStat, n int) (u RedisUse) {
	for _, name := range slices.Sorted(maps.Keys(after)) {
		calls, took := after[name].calls-before[name].calls, after[name].took-before[name].took
		if calls <= 0 {
			continue
		}
		one := CommandUse{name, float64(calls) / float64(n), float64(took.Microseconds()) / float64(n)}
		u.Calls += one.Calls
		u.Commands = append(u.Commands, one)
	}
	slices.SortStableFunc(u.Commands, func(x, y CommandUse) int { return cmp.Compare(y.Microseconds, x.Microseconds) })
	return u
}

// slowest is the longest command since SLOWLOG RESET. Not all servers have such a log.
func (b *Bench) slowest(ctx context.Context) (s SlowCommand) {
	slow, err := b.Redis.Client.SlowLogGet(ctx, -1).Result()
	if err != nil {
		b.progress("Redis does not say which command took longest: %v", err)
	}
	for _, one := range slow {
		if ms := milliseconds(one.Duration); ms > s.Milliseconds && !own(strings.ToLower(one.Args[0])) {
			s = SlowCommand{b.commandName(one.Args), ms}
		}
	}
	return s
}

// commandName is the name of a command of the slow log.
func (b *Bench) commandName(args []string) string {
	name := strings.ToLower(args[0])
	if len(args) < 4 || !strings.HasPrefix(name, "eval") {
		return name
	}
	if script, ok := b.Store.ScriptName(args[1]); ok {
		return name + " " + script
	}
	return name + " of " + args[3]
}

// table writes the commands for people, without those that are rare.
func (u RedisUse) table(w io.Writer, of, unit string) error {
	const rare = 0.005
	fmt.Fprintf(w, "\nRedis, for each %s of %s: %.2f commands\n", unit, of, u.Calls)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, c := range u.Commands {
		if c.Calls >= rare || c.Microseconds >= rare {
			fmt.Fprintf(t, "%s\t%.2f calls\t%.2f µs\t\n", c.Name, c.Calls, c.Microseconds)
		}
	}
	if err := t.Flush(); err != nil || u.Slowest.Name == "" {
		return err
	}
	_, err := fmt.Fprintf(w, "the longest: %s, %.1f ms\n", u.Slowest.Name, u.Slowest.Milliseconds)
	return err
}

// Lines writes figures, one a line.
func Lines(w io.Writer, figures any) error {
	body, err := json.Marshal(figures)
	if err != nil {
		return err
	}
	line := strings.NewReplacer("{", "", "}", "", `"`, "", ",", "\n", ":", " ")
	_, err = fmt.Fprintln(w, line.Replace(string(body)))
	return err
}
