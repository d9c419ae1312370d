package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// SweepArgs asks to decide on all subjects of a shard that are due.
type SweepArgs struct {
	Shard   int       `json:"shard"`
	Nominal time.Time `json:"nominal"` // when the work was due; decisions are as of no earlier instant
}

// Kind implements Args.
func (SweepArgs) Kind() string { return "boundary:sweep" }

// enqueueSweep asks for a sweep. Those of a tick bear its time in their id, so
// that any number of workers ask once, and a task that stays behind in the archive
// is in nobody's way at the next. An edit has no such time: its sweep has an id of
// its own.
func (q queue) enqueueSweep(ctx context.Context, shard int, nominal time.Time, tick bool) error {
	id := asynq.TaskID("sweep:" + uuid.NewString())
	if tick {
		id = asynq.TaskID(fmt.Sprintf("sweep:%d:%d", shard, nominal.Unix()))
	}
	return q.enqueue(ctx, SweepArgs{Shard: shard, Nominal: nominal}, queueBoundary, shard, id)
}

// enqueueSweepIn asks for a sweep at an odd second, such as the end of an override.
// asynq is up to a second early or late: the task comes early, and waits.
func (q queue) enqueueSweepIn(ctx context.Context, shard int, wait time.Duration, nominal time.Time) error {
	return q.enqueue(ctx, SweepArgs{Shard: shard, Nominal: nominal}, queueBoundary, shard,
		asynq.TaskID("sweep:"+uuid.NewString()), asynq.ProcessIn(max(0, wait-time.Second)))
}

// holder is who holds the lease of a job: its task, so that a retry finds its own.
func holder(ctx context.Context) string {
	if id, ok := asynq.GetTaskID(ctx); ok {
		return id
	}
	return uuid.NewString()
}

// sweep takes the due subjects of a shard in batches: claim, decide, commit, until
// none is left. Then it passes on what the shard has for others: requests to wake
// them, notices, actions.
func (w *Worker) sweep(ctx context.Context, args SweepArgs, log *attempt) error {
	if args.Shard < 0 || args.Shard >= w.Store.Shards() {
		return fmt.Errorf("sweeping shard %d: there are %d (%w)", args.Shard, w.Store.Shards(), asynq.SkipRetry)
	}
	log.Field("shard", args.Shard)
	log.Field("nominal", args.Nominal.UTC().Format(time.RFC3339))
	nominal, err := w.await(ctx, args.Nominal)
	if err != nil {
		return err
	}
	s := engine.SweepRun{Engine: w.engine, Shard: args.Shard, Lease: store.Lease{Holder: holder(ctx), For: engine.SweepLease}}
	start := w.Now()
	err = s.Run(ctx, nominal)
	reportSweep(&s, log)
	w.Metrics.swept(s.Decided, w.Now().Sub(start))
	woken, passing := w.engine.PassOn(ctx, args.Shard)
	if woken > 0 {
		log.Did("woken", woken)
	}
	err = errors.Join(err, passing, w.sendNotices(ctx, args.Shard, log))
	if s.Actions > 0 {
		err = errors.Join(err, w.deliverer.AskFor(ctx, args.Shard, w.Now()))
	}
	return err
}

// await waits for the nominal time of a task that came early. A time that is far
// off is that of a machine whose clock is wrong: it counts as now, for nobody's
// hours are to be decided on by it.
func (w *Worker) await(ctx context.Context, nominal time.Time) (time.Time, error) {
	const most = 4 * time.Second
	now := w.Now()
	early := nominal.Sub(now)
	switch {
	case early > most:
		return now, nil
	case early <= 0:
		return nominal, nil
	}
	timer := time.NewTimer(early)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nominal, nil
	case <-ctx.Done():
		return now, ctx.Err()
	}
}

// reportSweep tells what a sweep did.
func reportSweep(s *engine.SweepRun, log *attempt) {
	if s.Busy {
		log.Field("busy", true) // its holder will see to it, or the next tick
	}
	if s.Claimed {
		log.Did("lag", s.Lag.Round(time.Millisecond).String())
	}
	log.Field("decided", s.Decided) // nothing done yet: a reconciliation decides on all
	for name, n := range map[string]int{"flipped": s.Flips.Total(), "notices": s.Notices, "lost": s.Lost, "broken": s.Broken} {
		if n > 0 {
			log.Did(name, n)
		}
	}
}
