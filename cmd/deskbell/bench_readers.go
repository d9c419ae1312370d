package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

type benchReadersCmd struct {
	Readers int  `default:"10000" help:"How many streams to hold."`
	JSON    bool `name:"json" help:"Print one JSON object."`
}

func (*benchReadersCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, starts deskbell web over it on a free port of this machine, and measures:
how many states it answers to 16 clients; how long it takes until the readers of one property's stream have an override,
and what memory the process takes with all readers. Half of the readers are of that one property, and the others of a
thousand. Redis, the server and the readers share this machine. It empties that Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench readers --readers 10000
`
}

// readerFigures is what the benchmark measures.
type readerFigures struct {
	StatesPerSecond float64 `json:"states_per_second"`
	Readers         int     `json:"readers"` // held until the end
	OpenSeconds     float64 `json:"open_seconds"`
	ServerRSS       int64   `json:"server_rss_bytes"` // of deskbell web, the most at once
	FanoutReaders   int     `json:"fanout_readers"`   // of one property
	FanoutP50       float64 `json:"fanout_ms_p50"`    // from the reply to the commit of an override until a reader has it
	FanoutLast      float64 `json:"fanout_ms_last"`   // until the last of them has it, in the worst round
}

const mostBenchReaders = 20_000 // as many as one process takes

func (c *benchReadersCmd) Run(ctx context.Context, a *app) (err error) {
	if c.Readers < 2 || c.Readers > mostBenchReaders {
		return usagef("--readers=%d; 2 to %d are allowed", c.Readers, mostBenchReaders)
	}
	if err := enoughFiles(c.Readers + 200); err != nil {
		return err
	}
	s, err := a.emptyRedis(ctx)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, flush(context.WithoutCancel(ctx), s), s.close())
	}()
	figures, err := (&readerBench{app: a, s: s, n: c.Readers}).run(ctx)
	if err != nil {
		return err
	}
	return a.printResult(figures, c.JSON)
}

// enoughFiles tells whether a process may have as many connections. Go has raised the
// soft limit to the hard one by now.
func enoughFiles(need int) error {
	limits, err := os.ReadFile("/proc/self/limits")
	if err != nil {
		return fmt.Errorf("reading the limit of open files: %w", err)
	}
	allowed, err := numberAfter(string(limits), "Max open files")
	if err == nil && allowed < int64(need) { // "unlimited" is no number
		return fmt.Errorf("this process may open %d files, and needs %d: raise the limit by ulimit -Hn %d, or ask for fewer --readers", allowed, need, need)
	}
	return nil
}

type readerBench struct {
	*app
	s *session
	n int
}

// The property that half of the readers look at, and how often it changes.
const (
	fanoutProperty = "fanout"
	fanoutRounds   = 10
)

func (b *readerBench) run(ctx context.Context) (f readerFigures, err error) {
	const properties = 1000
	if err := b.define(ctx, properties); err != nil {
		return f, err
	}
	server, err := startWeb(ctx)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()

	fmt.Fprintln(b.stderr, "reading states")
	if f.StatesPerSecond, err = statesPerSecond(ctx, server.address, properties); err != nil {
		return f, err
	}
	fmt.Fprintf(b.stderr, "opening %d streams\n", b.n)
	began := time.Now()
	readers, err := openReaders(ctx, server.address, b.n, properties)
	defer readers.close()
	if err != nil {
		return f, err
	}
	f.OpenSeconds = time.Since(began).Seconds()
	fmt.Fprintln(b.stderr, "overriding the property of half of them")
	f.FanoutReaders = len(readers.fanout)
	var all []time.Duration
	for round := range fanoutRounds {
		took, err := b.fanout(ctx, readers, round%2 == 1)
		if err != nil {
			return f, err
		}
		f.FanoutLast = max(f.FanoutLast, milliseconds(took[len(took)-1]))
		all = append(all, took...)
	}
	slices.Sort(all)
	f.FanoutP50 = milliseconds(all[len(all)/2])
	f.Readers = b.n - int(readers.lost.Load())
	f.ServerRSS, err = peakMemory(server.cmd.Process.Pid)
	return f, err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// define defines a thousand properties with hours, and one without.
func (b *readerBench) define(ctx context.Context, properties int) error {
	_, _, err := b.s.client.Put(ctx, edit.KindProperty, fanoutProperty, &definition.Property{}, edit.Match{})
	if err != nil {
		return err
	}
	return (&boundaryBench{app: b.app, s: b.s, n: properties}).define(ctx, b.now())
}

// fanout overrides a property, and gives how long after the commit each of its readers
// has heard of it, in order.
func (b *readerBench) fanout(ctx context.Context, readers *readerSet, open bool) ([]time.Duration, error) {
	store := &noting{Store: b.s.store}
	client := jobs.NewClient(jobs.ClientConfig{
		Store: store, Redis: b.s.redis.Client, Partitions: b.s.store.Partitions(), Now: b.now, TimeZone: time.UTC,
	})
	readers.heard.Store(0)
	if _, err := client.SetOverride(ctx, fanoutProperty, &hours.Override{Open: open, From: b.now()}); err != nil {
		return nil, err
	}
	select {
	case <-readers.everyone:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(30 * time.Second):
		return nil, fmt.Errorf("waiting for the readers: %d of %d have the change after 30 seconds", readers.heard.Load(), len(readers.fanout))
	}
	took := make([]time.Duration, len(readers.fanout))
	for i, r := range readers.fanout {
		took[i] = r.at.Sub(store.committed)
	}
	slices.Sort(took)
	return took, nil
}

// noting is a store that notes when the reply to a commit has come.
type noting struct {
	store.Store
	committed time.Time
}

// Commit implements jobs.Store.
func (n *noting) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	lost, err := n.Store.Commit(ctx, changes)
	n.committed = time.Now()
	return lost, err
}
