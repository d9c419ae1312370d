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

// enqueueSweep asks for a sweep. A sweep of a tick bears its time in its id, so
// that any number of workers ask once, and a task that stays behind in the archive
// is in nobody's way at the next. An edit has no such time: its sweep has an id of
// its own.
func enqueueSweep(ctx context.Context, q queue, shard int, nominal time.Time, tick bool) error {
	id := asynq.TaskID("sweep:" + uuid.NewString())
	if tick {
		id = asynq.TaskID(fmt.Sprintf("sweep:%d:%d", shard, nominal.Unix()))
	}
	return q.enqueue(ctx, SweepArgs{Shard: shard, Nominal: nominal}, queueBoundary, shard, id)
}

// enqueueSweepIn asks for a sweep at an odd second, such as the end of an override. asynq is up to a second early or
// late: the task comes early, and waits among those of timers, where a wait is in nobody's way.
func enqueueSweepIn(ctx context.Context, q queue, shard int, wait time.Duration, nominal time.Time) error {
	return q.enqueue(ctx, SweepArgs{Shard: shard, Nominal: nominal}, queueTimer, shard,
		asynq.TaskID("sweep:"+uuid.NewString()), q.in(max(0, wait-2*time.Second)))
}

// beat is how often the cron looks for work that is due.
const beat = 5 * time.Second

// aheadOf is how far ahead the cron, and whoever decides on an agent, looks for deadlines: up to the next beat, and as long
// as a task comes early.
const aheadOf = beat + 2*time.Second

// enqueueSweepAt asks for a sweep at an instant that is near. Its task waits among those of timers, where a wait is in nobody's way.
// It is asked for once, however many subjects are due then, and never for a beat of the cron, which comes anyway.
func enqueueSweepAt(ctx context.Context, q queue, shard int, due, now time.Time) error {
	if due.After(now) && due.Equal(due.Truncate(beat)) {
		return nil
	}
	return q.enqueue(ctx, SweepArgs{Shard: shard, Nominal: due}, queueTimer, shard,
		asynq.TaskID(fmt.Sprintf("deadline:%d:%d", shard, due.UnixMilli())), q.in(max(0, due.Sub(now)-2*time.Second)))
}

// sweepJob decides on the subjects of a shard that are due.
type sweepJob struct {
	*parts
	notices noticer
}

// run takes the due subjects in batches: claim, decide, commit, until none is left. Then
// it passes on what the shard has for others: wishes to wake them, notices, actions.
func (j sweepJob) run(ctx context.Context, args SweepArgs, log *attempt) error {
	if err := j.checkShard("sweeping", args.Shard); err != nil {
		return err
	}
	log.Field("shard", args.Shard)
	log.Field("nominal", args.Nominal.UTC().Format(time.RFC3339))
	nominal, err := await(ctx, j.now, args.Nominal)
	if err != nil {
		return err
	}
	lease := store.Lease{Holder: holder(ctx), Run: uuid.NewString(), For: store.LeaseFor}
	s := engine.SweepRun{Engine: j.engine, Shard: args.Shard, Lease: lease}
	start := j.now()
	end := store.Keep(ctx, j.store, store.Lane{Shard: args.Shard}, lease)
	err = runFree(ctx, &s, nominal)
	end()
	if s.Busy && err == nil {
		err = enqueueSweepAt(ctx, j.queue, args.Shard, j.now().Truncate(time.Second).Add(time.Second), j.now())
	}
	reportSweep(&s, log)
	j.observe.swept(s.Decided, j.now().Sub(start))
	woken, passing := j.engine.PassOn(ctx, args.Shard)
	if woken > 0 {
		log.Did("woken", woken)
	}
	err = errors.Join(err, passing, j.notices.send(ctx, args.Shard, log))
	delete(s.Notifies, args.Shard)
	for shard := range s.Notifies { // of agents who are told of chats here
		err = errors.Join(err, j.notices.send(ctx, shard, log))
	}
	for shard := range s.Delivers {
		err = errors.Join(err, j.deliverer.AskFor(ctx, shard, j.now()))
	}
	return err
}

// runFree runs a sweep. Where another one holds the lease of the shard, it tries again some moments later: the other may have
// looked for the last time just before this one's instant.
func runFree(ctx context.Context, s *engine.SweepRun, nominal time.Time) error {
	for pause := 2 * time.Millisecond; ; pause *= 2 {
		s.Busy = false
		if err := s.Run(ctx, nominal); err != nil || !s.Busy || pause > 100*time.Millisecond {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// reportSweep adds the work of a sweep to its line of the log.
func reportSweep(s *engine.SweepRun, log *attempt) {
	if s.Busy {
		log.Field("busy", true) // its holder will see to it; or it has stalled: then the sweep of the next second, or the next tick
	}
	if s.Claimed {
		log.Did("lag", s.Lag.Round(time.Millisecond).String())
	}
	log.Field("decided", s.Decided) // alone, it is no deed: a reconciliation decides on all
	for name, n := range map[string]int{"flipped": s.Flips.Total(), "notices": s.Notices, "lost": s.Lost, "broken": s.Broken} {
		if n > 0 {
			log.Did(name, n)
		}
	}
}
