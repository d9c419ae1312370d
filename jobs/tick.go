package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/engine"
)

// Opening hours are schedules in cron's sense, too.
var _ cron.Schedule = (*hours.Schedule)(nil)

// CronEntry documents one line of the workers' crontab.
type CronEntry struct {
	Name string
	Spec string // with seconds, in UTC
	Doc  string
}

// CronEntries are all lines of the workers' crontab.
func CronEntries() []CronEntry {
	var docs []CronEntry
	for _, e := range new(Worker).crontab() {
		docs = append(docs, e.CronEntry)
	}
	return docs
}

type entry struct {
	CronEntry
	run func(ctx context.Context, nominal time.Time) error
}

// crontab lists all cron entries. Every worker runs all of them; what they enqueue
// has ids that make it one task however many workers there are.
//
// Opening hours are never lines here: cron skips a time in a gap of daylight
// saving and repeats one in an overlap. It keeps the beat, and domain/hours says
// what is due.
func (w *Worker) crontab() []entry {
	return []entry{
		{CronEntry{"boundary", "0 * * * * *", "Asks for a sweep of each shard with something due: the boundaries of this minute."}, w.tick},
		{CronEntry{"overdue", "5-59/5 * * * * *", "The same: what a dead worker held, what is due at an odd second, what is not delivered yet."}, w.tick},
		{CronEntry{"reconcile", "0 23 * * * *", "Asks for a reconciliation of each shard, spread over 20 minutes."}, w.reconcileAll},
	}
}

func (w *Worker) reconcileAll(ctx context.Context, nominal time.Time) error {
	return w.enqueueReconcile(ctx, nominal, 20*time.Minute)
}

// tick looks at all shards and asks for what they have waiting. It ends with the
// first error: when Redis is slow or away, the next beat does the rest.
func (w *Worker) tick(ctx context.Context, nominal time.Time) error {
	pending, err := w.Store.Pending(ctx, engine.Later(nominal, w.Now()))
	if err != nil {
		return err
	}
	for shard, p := range pending {
		if p.Due || p.Wakes || p.Notices {
			if err := w.queue.enqueueSweep(ctx, shard, nominal, true); err != nil {
				return err
			}
		}
	}
	edited, err := w.Store.Edited(ctx)
	if err != nil {
		return err
	}
	for _, schedule := range edited {
		if err := w.queue.enqueueSpread(ctx, schedule, nominal); err != nil {
			return err
		}
	}
	return errors.Join(w.adoptOrphans(ctx), w.deliverer.Tick(ctx, pending, nominal))
}

// tickTimeout bounds one run of an entry: the next beat does the same work.
const tickTimeout = 4 * time.Second

// startCron starts the runner. stop waits for running entries.
func (w *Worker) startCron(ctx context.Context) (stop func(), err error) {
	logger := cronLogger{w.Log}
	// Recover inside: the other way round one panic disables an entry for ever.
	c := cron.New(cron.WithSeconds(), cron.WithLocation(time.UTC), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	for _, e := range w.crontab() {
		var id cron.EntryID
		var r rhythm
		w.Metrics.beat(e.Name, w.Now(), 0) // at the start, catchUp does the work of all entries
		id, err := c.AddFunc(e.Spec, func() {
			entry := c.Entry(id)
			w.runEntry(ctx, e, r.missed(entry.Schedule, entry.Prev))
		})
		if err != nil {
			return nil, fmt.Errorf("adding the cron entry %s: %w", e.Name, err)
		}
	}
	c.Start()
	return func() { <-c.Stop().Done() }, nil
}

// runEntry runs an entry that has missed some of its times.
func (w *Worker) runEntry(ctx context.Context, e entry, missed int) {
	ctx, cancel := context.WithTimeout(ctx, tickTimeout)
	defer cancel()
	now := w.Now()
	w.beats(now)
	w.Metrics.beat(e.Name, now, missed)
	if missed > 0 {
		w.Log.WithFields(logrus.Fields{"entry": e.Name, "missed": missed}).Warn("cron entry missed its time: this run does its work")
	}
	nominal := now.Round(time.Second) // the wall clock may be a breath behind cron's timer
	if err := e.run(ctx, nominal); err != nil && ctx.Err() != context.Canceled {
		w.Log.WithFields(logrus.Fields{"entry": e.Name, "nominal": nominal.UTC().Format(time.RFC3339)}).
			WithError(err).Warn("cron entry failed: the next beat does its work")
	}
}

// cronLogger gives cron's log to logrus: its chatter at level debug.
type cronLogger struct{ log logrus.FieldLogger }

func (l cronLogger) Info(msg string, keysAndValues ...any) {
	l.log.WithFields(pairs(keysAndValues)).Debug("cron: " + msg)
}

func (l cronLogger) Error(err error, msg string, keysAndValues ...any) {
	l.log.WithFields(pairs(keysAndValues)).WithError(err).Error("cron: " + msg)
}

func pairs(keysAndValues []any) logrus.Fields {
	fields := make(logrus.Fields, len(keysAndValues)/2)
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		fields[fmt.Sprint(keysAndValues[i])] = keysAndValues[i+1]
	}
	return fields
}
