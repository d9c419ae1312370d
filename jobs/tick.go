package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// ticker asks for the work that waits in Redis.
type ticker struct {
	*parts
	orphans *orphans
	tenders map[string]Tender // by type of destination
}

// tick looks at all shards and asks for the work that waits in them. It ends with the
// first error: when Redis is slow or away, the next beat does the rest.
func (t ticker) tick(ctx context.Context, nominal time.Time) error {
	pending, err := t.store.Pending(ctx, hours.Later(nominal, t.now()))
	if err != nil {
		return err
	}
	for shard, p := range pending {
		if p.Due || p.Wakes || p.Notices {
			if err := enqueueSweep(ctx, t.queue, shard, nominal, true); err != nil {
				return err
			}
		}
	}
	if err := t.lookAhead(ctx); err != nil {
		return err
	}
	edited, err := t.store.Edited(ctx)
	if err != nil {
		return err
	}
	for _, mark := range edited {
		if err := enqueueSpread(ctx, t.queue, mark, nominal); err != nil {
			return err
		}
	}
	return errors.Join(t.orphans.adoptAll(ctx), t.deliverer.Tick(ctx, pending, nominal))
}

// lookAhead asks for sweeps at the instants before the next beat at which agents, or properties, are due.
func (t ticker) lookAhead(ctx context.Context) error {
	now := t.now()
	soon, err := t.store.Soon(ctx, now, now.Add(aheadOf))
	if err != nil {
		return err
	}
	for shard, instants := range soon {
		for _, due := range instants {
			if err := enqueueSweepAt(ctx, t.queue, shard, due, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// reconcile asks for a reconciliation of all shards within a span.
func (t ticker) reconcile(ctx context.Context, slot time.Time, span time.Duration) error {
	return enqueueReconcile(ctx, t.queue, t.store.Shards(), slot, span)
}

// tickTimeout bounds one run of an entry, and the first work. It is longer than the time between two runs, of which cron leaves out what
// comes while one goes on: on a machine with much else to do, asking for all shards takes seconds, and runs that were all cut off at
// the same place would never come to what is behind it.
const tickTimeout = 30 * time.Second

// catchUp asks for the work that fell due while no worker ran, and for a reconciliation. A
// failure is no reason not to start: the next beat does the same. It ends with ctx, when the worker is told to stop.
func (t ticker) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, tickTimeout)
	defer cancel()
	now := t.now()
	err := errors.Join(t.tick(ctx, now.Truncate(time.Second)), t.reconcile(ctx, now.Truncate(time.Minute), 30*time.Second), t.askCalendars(ctx, now.Truncate(time.Minute)), t.askTending(ctx, now))
	if err != nil {
		t.log.WithError(err).Log(LevelOf(err), "catching up failed: the next beat does its work")
	}
}
