package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/edit"
)

// starters are the processes, each to be measured alone.
func starters() map[string]func(context.Context, ...string) (*process, error) {
	return map[string]func(context.Context, ...string) (*process, error){"worker": startWorker, "web": startWeb}
}

// idleCommands counts the commands of Redis of an idle worker, and of an idle web server, each alone over one property: those inside of
// scripts, too. A window is a second, and has the command by which it is counted taken away.
func idleCommands(ctx context.Context, b *Bench, samples int) (rows []LatencyRow, err error) {
	if _, _, err := b.Client.Put(ctx, edit.KindProperty, "idle", &definition.Property{}, edit.Match{}); err != nil {
		return nil, err
	}
	for _, c := range []struct {
		of, process string
		pages       bool
	}{{"an idle worker", "worker", false}, {"an idle web", "web", false}, {"a web with two pages open", "web", true}} {
		b.progress("counting the commands of %s", c.of)
		each, err := b.idle(ctx, c.process, c.pages, max(1, samples/5))
		if err != nil {
			return nil, err
		}
		rows = append(rows, rowOf("commands of "+c.of, "commands/s", each))
	}
	return rows, nil
}

// settles is how long a process that has started may still do what is not idle: a worker reconciles all shards within half a minute.
const settles = 40 * time.Second

// idle counts the commands of one process in each of some windows. With pages, one reads the state of the property, and one a visit.
func (b *Bench) idle(ctx context.Context, name string, pages bool, windows int) (each []float64, err error) {
	p, err := starters()[name](ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if pages {
		r := &rig{Bench: b, web: p, http: new(http.Client)}
		state, err := r.reads(ctx, "idle", newStopwatch())
		if err != nil {
			return nil, err
		}
		defer state.close()
		visit, err := r.listens(ctx, "idle", "visitor", newStopwatch())
		if err != nil {
			return nil, err
		}
		defer visit.close()
	}
	if err := pauseFor(ctx, settles); err != nil {
		return nil, err
	}
	first, err := b.commandStats(ctx)
	if err != nil {
		return nil, err
	}
	began := b.Now()
	before, at := first, began
	for range windows {
		if err := pauseFor(ctx, time.Second); err != nil {
			return nil, err
		}
		after, err := b.commandStats(ctx)
		if err != nil {
			return nil, err
		}
		now := b.Now()
		each = append(each, perSecondOf(before, after, now.Sub(at)))
		before, at = after, now
	}
	b.progress("%s", busiest(first, before, at.Sub(began)))
	slices.Sort(each)
	return each, nil
}

func perSecondOf(before, after map[string]commandStat, took time.Duration) float64 {
	return useOf(before, after, 1).Calls / took.Seconds()
}

// busiest names the commands that ran, the most frequent first.
func busiest(before, after map[string]commandStat, took time.Duration) string {
	commands := useOf(before, after, 1).Commands
	slices.SortFunc(commands, func(x, y CommandUse) int { return int(y.Calls - x.Calls) })
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = fmt.Sprintf("%s %.1f", c.Name, c.Calls/took.Seconds())
	}
	return "a second: " + strings.Join(names, ", ")
}

// stopTimes measures how long an idle process takes from SIGTERM until it has ended.
func stopTimes(ctx context.Context, b *Bench, samples int) (rows []LatencyRow, err error) {
	for _, name := range []string{"worker", "web"} {
		b.progress("stopping an idle %s", name)
		var took []time.Duration
		for range max(1, samples/20) {
			one, err := b.stopTime(ctx, name)
			if err != nil {
				return nil, err
			}
			took = append(took, one)
		}
		slices.Sort(took)
		rows = append(rows, row("SIGTERM → an idle "+name+" has ended", took))
	}
	return rows, nil
}

func (b *Bench) stopTime(ctx context.Context, name string) (time.Duration, error) {
	p, err := starters()[name](ctx)
	if err != nil {
		return 0, err
	}
	if err := pauseFor(ctx, time.Second); err != nil {
		return 0, errors.Join(err, p.stop())
	}
	began := b.Now()
	err = p.stop()
	return b.Now().Sub(began), err
}
