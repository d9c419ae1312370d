package main

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// signal sends a signal, such as those that stop a process for a while.
func (p *proc) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// TestAStalledWorkerHoldsALaneForFiveSeconds stops a worker in the middle of its calls, and says how long the actions of its lanes waited
// for another. When it goes on, what it brings is lost: nothing comes out of order, and nothing comes again but the calls themselves.
func TestAStalledWorkerHoldsALaneForFiveSeconds(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	p := startProduct(t, server.URL(), server.Options())
	p.load()
	stalls, lives := p.workers[0], p.workers[1]
	lives.signal(hang)
	letGo := p.got.hold()
	redistest.Wait(t, "the worker holds lanes", func() bool { return p.got.holds.Load() >= 4 })
	stalls.signal(hang)
	stalled := time.Now()
	lives.signal(goOn)
	letGo()
	held, before := p.got.holds.Load(), p.got.again()
	redistest.Wait(t, "another worker takes a lane over", func() bool { return p.got.again() > before })
	t.Logf("the first of %d lanes went on %.1f s after its worker had stalled", held, time.Since(stalled).Seconds())
	redistest.Wait(t, "another worker takes all lanes over", func() bool { return p.got.again() >= before+int(held) })
	t.Logf("the last of them went on %.1f s after it", time.Since(stalled).Seconds())
	p.goesOn("the other has taken over")
	stalls.signal(goOn)
	p.goesOn("the one that stalled works again")
	p.check()
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
