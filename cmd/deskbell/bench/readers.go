package bench

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

// ReaderFigures are the results of Readers.
type ReaderFigures struct {
	StatesPerSecond float64 `json:"states_per_second"`
	Readers         int     `json:"readers"` // held until the end
	OpenSeconds     float64 `json:"open_seconds"`
	ServerRSS       int64   `json:"server_rss_bytes"` // of deskbell web, the most at once
	FanoutReaders   int     `json:"fanout_readers"`   // of one property
	FanoutP50       float64 `json:"fanout_ms_p50"`    // from when an override is sent to be committed until a reader has it
	FanoutLast      float64 `json:"fanout_ms_last"`   // until the last of them has it, in the worst round
}

// EnoughFiles is an error unless this process may have so many connections. Go has raised the soft limit to the hard one by
// now.
func EnoughFiles(need int) error {
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
	*Bench
	n     int
	pages bool
}

// The property that half of the readers look at, and how often it changes.
const (
	fanoutProperty = "fanout"
	fanoutRounds   = 10
)

// keyedProperties are those of the other half, where each has a publishable key.
const keyedProperties = 50

// Readers holds n streams of widgets' states, and measures how fast states are read, how soon the readers of one property
// have an override, and the memory of the server. pages has them read the stream of web pages, each with a publishable key.
func (b *Bench) Readers(ctx context.Context, n int, pages bool) (ReaderFigures, error) {
	return (&readerBench{Bench: b, n: n, pages: pages}).run(ctx)
}

func (b *readerBench) run(ctx context.Context) (f ReaderFigures, err error) {
	properties, path := 1000, widgetStream
	if b.pages {
		properties = keyedProperties
	}
	if err := b.define(ctx, properties); err != nil {
		return f, err
	}
	if b.pages {
		if path, err = b.publish(ctx, properties); err != nil {
			return f, err
		}
	}
	server, err := startWeb(ctx)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()

	b.progress("reading states")
	if f.StatesPerSecond, err = statesPerSecond(ctx, server.address, properties); err != nil {
		return f, err
	}
	b.progress("opening %d streams", b.n)
	began := time.Now()
	readers, err := openReaders(ctx, server.address, b.n, properties, path)
	defer readers.close()
	if err != nil {
		return f, err
	}
	f.OpenSeconds = time.Since(began).Seconds()
	b.progress("overriding the property of half of them")
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

// define defines properties with hours, and one without.
func (b *readerBench) define(ctx context.Context, properties int) error {
	_, _, err := b.Client.Put(ctx, edit.KindProperty, fanoutProperty, &definition.Property{}, edit.Match{})
	if err != nil {
		return err
	}
	return (&boundaryBench{Bench: b.Bench, n: properties}).define(ctx, b.Now())
}

// publish makes a key for the pages of each property, and gives the paths of their streams.
func (b *readerBench) publish(ctx context.Context, properties int) (path func(property string) string, err error) {
	keys, paths := edit.Keys{Store: b.Store, Now: b.Now}, make(map[string]string)
	list := []string{fanoutProperty}
	for i := range properties {
		list = append(list, propertyID(i))
	}
	for _, p := range list {
		secret, err := keys.Add(ctx, edit.Key{Name: p, Properties: []string{p}, Origins: []string{"http://localhost"}})
		if err != nil {
			return nil, err
		}
		paths[p] = "/v1/page/stream?key=" + secret
	}
	return func(property string) string { return paths[property] }, nil
}

// fanout overrides a property, and gives how long after the commit was sent each of its readers has it, in order.
func (b *readerBench) fanout(ctx context.Context, readers *readerSet, open bool) ([]time.Duration, error) {
	store := &noting{Store: b.Store}
	client := jobs.NewClient(jobs.ClientConfig{
		Store: store, Redis: b.Redis.Client, Partitions: b.Store.Partitions(), Now: b.Now, TimeZone: time.UTC,
	})
	readers.heard.Store(0)
	if _, err := client.SetOverride(ctx, fanoutProperty, &hours.Override{Open: open, From: b.Now()}); err != nil {
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
		took[i] = r.at.Sub(store.sent)
	}
	slices.Sort(took)
	return took, nil
}

// noting is a store that notes when a commit is sent. Its reply says nothing of the order: a reader may have the change before.
type noting struct {
	store.Store
	sent time.Time
}

// Commit implements store.Store.
func (n *noting) Commit(ctx context.Context, changes []store.Change) ([]store.Subject, error) {
	n.sent = time.Now()
	return n.Store.Commit(ctx, changes)
}
