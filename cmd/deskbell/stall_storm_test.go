package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// signal sends a signal, such as those that stop a process for a while. A process that is to stop has, on Linux: until then, what it is
// sent may still reach it.
func (p *proc) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
	if s == hang {
		redistest.Wait(p.t, "the process stands still", func() bool {
			threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.cmd.Process.Pid))
			return !slices.ContainsFunc(threads, func(path string) bool {
				stat, err := os.ReadFile(path)
				return err == nil && !bytes.Contains(stat, []byte(") T "))
			})
		})
	}
}

// TestAStalledWorkerHoldsALaneForFiveSeconds stops a worker in the middle of its calls, and says how long the actions of its lanes waited
// for another. When it goes on, what it brings is lost: nothing comes out of order, and nothing comes again but the calls themselves.
func TestAStalledWorkerHoldsALaneForFiveSeconds(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	p := startProduct(t, server.URL(), server.Options())
	stalls, lives := p.workers[0], p.workers[1]
	lives.signal(hang) // until the other one stalls: all lanes are that one's
	p.load()
	letGo := p.got.hold()
	redistest.Wait(t, "the worker holds lanes", func() bool { return p.got.holds.Load() >= 4 })
	stalls.signal(hang)
	stalled := time.Now()
	held, before := p.got.holds.Load(), p.got.again()
	letGo()
	lives.signal(goOn)
	redistest.Wait(t, "another worker takes a lane over", func() bool { return p.got.again() > before })
	t.Logf("the first of %d lanes went on %.1f s after its worker had stalled", held, time.Since(stalled).Seconds())
	redistest.Wait(t, "another worker takes all lanes over", func() bool { return p.got.again() >= before+int(held) })
	t.Logf("the last of them went on %.1f s after it", time.Since(stalled).Seconds())
	p.goesOn("the other has taken over")
	stalls.signal(goOn)
	p.goesOn("the one that stalled works again")
	p.check()
}

// TestAStalledWorkerHoldsAShardForFiveSeconds stops a worker in the middle of its sweeps, and says how long the flips of its shards waited
// for another. When it goes on, what it brings is lost: each flip comes once.
func TestAStalledWorkerHoldsAShardForFiveSeconds(t *testing.T) {
	t.Parallel()
	boundary, err := time.Parse(time.RFC3339, stormBoundary)
	if err != nil {
		t.Fatal(err)
	}
	size := flips{properties: 2_000, agents: 400, batch: "1"} // few, since the other worker has to do them beside
	s := newStage(t, size.definitions(), boundary)
	begin := time.Now().Truncate(5 * time.Second).Add(15 * time.Second) // a beat of the workers' cron
	offset := boundary.Sub(begin)
	stalls, lives := s.worker(offset, size.batch), s.worker(offset, size.batch)
	redistest.Wait(t, "both work", func() bool { return s.rdb.HLen(t.Context(), "deskbell:{all}:beats").Val() == 2 })
	pause(time.Until(begin.Add(-time.Second)))
	lives.signal(hang)
	var held map[int]int64
	redistest.Wait(t, "the worker stalls in the middle of a sweep", func() bool {
		stalls.signal(hang)
		if held = s.swept(boundary); len(held) > 0 {
			return true
		}
		stalls.signal(goOn)
		return false
	})
	stalled := time.Now()
	lives.signal(goOn)
	for n, shard := range slices.Sorted(maps.Keys(held)) {
		redistest.Wait(t, "another worker sweeps on", func() bool { return s.dueIn(shard, boundary) < held[shard] })
		t.Logf("shard %d of the %d that it held, with %d flips due, went on %.1f s after its worker had stalled",
			n+1, len(held), held[shard], time.Since(stalled).Seconds())
	}
	stalls.signal(goOn)
	s.awaitQuiet(func() time.Time { return boundary })
	for _, w := range []*proc{stalls, lives} {
		w.stop()
	}
	actions := s.actions()
	if want := size.properties + 2*size.agents; len(actions) != want {
		t.Errorf("%d different actions at the boundary; want %d", len(actions), want)
	}
	for id, n := range actions {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
}

// swept are the shards that a worker sweeps and has not done with, with the number of subjects that are due there.
func (s *stage) swept(at time.Time) map[int]int64 {
	s.t.Helper()
	held := make(map[int]int64)
	for shard := range s.store.Shards() {
		if s.rdb.Exists(s.t.Context(), fmt.Sprintf("deskbell:{%d}:lease:sweep", shard)).Val() == 0 {
			continue
		}
		if due := s.dueIn(shard, at); due > 0 {
			held[shard] = due
		}
	}
	return held
}

// TestStalledWorkersCommitNothingStale stops workers at random points of a storm of flips, for longer than their leases last, and lets them
// go on. The contents of Redis in the end are those that a calm worker leaves.
func TestStalledWorkersCommitNothingStale(t *testing.T) {
	t.Parallel()
	boundary, err := time.Parse(time.RFC3339, stormBoundary)
	if err != nil {
		t.Fatal(err)
	}
	size := redistest.Storm(t, flips{8_000, 2_000, "20", 0, 6}, flips{2_000, 400, "1", 0, 3})
	calm := newStage(t, size.definitions(), boundary)
	storm := calm.copy()
	begin := time.Now().Truncate(5 * time.Second).Add(10 * time.Second) // a beat of the workers' cron
	offset := boundary.Sub(begin)
	workers := []*proc{storm.worker(offset, size.batch), storm.worker(offset, size.batch)}
	pause(time.Until(begin))
	stalls := 0
	for range size.enough {
		pause(rand.N(300 * time.Millisecond))
		worker := workers[rand.IntN(len(workers))]
		worker.signal(hang)
		if storm.due(boundary) > 0 {
			stalls++
		}
		pause(3500 * time.Millisecond)
		worker.signal(goOn)
	}
	t.Logf("%d of %d stalls hit the storm", stalls, size.enough)
	if stalls == 0 {
		t.Error("no stall hit the storm: it was over too soon to show anything")
	}
	storm.endsLike(calm, boundary, workers)
}
