package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/clock"
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
	for _, e := range new(crontab).entries() {
		docs = append(docs, e.CronEntry)
	}
	return docs
}

type entry struct {
	CronEntry
	run func(ctx context.Context, nominal time.Time) error
}

// crontab runs a worker's cron entries.
type crontab struct {
	ticker
	pulse  *pulse
	runner *cron.Cron // nil: none runs
}

// entries lists all cron entries. Every worker runs all of them; the tasks that they
// enqueue have ids, by which there is one of each however many workers there are.
//
// Opening hours are never lines here: cron skips a time in a gap of daylight
// saving and repeats one in an overlap. It keeps the beat, and domain/hours
// decides when a schedule opens and closes.
func (c *crontab) entries() []entry {
	return []entry{
		{CronEntry{"boundary", "0 * * * * *", "Asks for a sweep of each shard with something due: the boundaries of this minute."}, c.tick},
		{CronEntry{"overdue", "5-59/5 * * * * *", "The same: what a dead worker held, what is due, what is not delivered yet. Each beat asks ahead for the deadlines of agents before the next."}, c.tick},
		{CronEntry{"reconcile", "0 23 * * * *", "Asks for a reconciliation of each shard, spread over 20 minutes."}, c.reconcileHourly},
		{CronEntry{"calendars", "40 * * * * *", "Asks for the calendars to be fetched whose time has come: each every hour, or ten minutes after a failure."}, c.askCalendars},
		{CronEntry{"tending", "1 * * * * *", "Asks for chat products to be tended: what their webhooks have lost is found, and their hours are written."}, c.askTending},
	}
}

func (c *crontab) reconcileHourly(ctx context.Context, nominal time.Time) error {
	return c.reconcile(ctx, nominal, 20*time.Minute)
}

// start starts the runner. One that runs is stopped first.
func (c *crontab) start(ctx context.Context) error {
	c.stop()
	logger := cronLog{c.log}
	// Recover inside: the other way round one panic disables an entry for ever.
	runner := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	parser := cron.NewParser(cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	for _, e := range c.entries() {
		schedule, err := parser.Parse(e.Spec)
		if err != nil {
			return fmt.Errorf("adding the cron entry %s: %w", e.Name, err)
		}
		var id cron.EntryID
		var missed missCounter
		c.observe.beat(e.Name, c.now(), 0) // at the start, catchUp does the work of all entries
		id = runner.Schedule(corrected{schedule, c.clock}, cron.FuncJob(func() {
			meant := runner.Entry(id).Prev.Add(c.clock.Offset()).Round(time.Second)
			c.run(ctx, e, missed.count(schedule, meant))
		}))
	}
	runner.Start()
	c.runner = runner
	return nil
}

// stop ends the runner, and waits for running entries.
func (c *crontab) stop() {
	if c.runner != nil {
		<-c.runner.Stop().Done()
	}
}

// corrected is a schedule by the corrected clock, for cron, which goes by the machine's own.
type corrected struct {
	cron.Schedule
	clock *clock.Clock
}

// Next implements cron.Schedule.
func (s corrected) Next(t time.Time) time.Time {
	offset := s.clock.Offset()
	return s.Schedule.Next(t.Add(offset)).Add(-offset)
}

// run runs an entry that has missed some of its times.
func (c *crontab) run(ctx context.Context, e entry, missed int) {
	ctx, cancel := context.WithTimeout(ctx, tickTimeout)
	defer cancel()
	now := c.now()
	c.pulse.beat(now)
	c.observe.beat(e.Name, now, missed)
	if !c.clock.Decides() { // others do its work, or the first beat after that
		return
	}
	if missed > 0 {
		c.log.WithFields(logrus.Fields{"entry": e.Name, "missed": missed}).Warn("cron entry missed its time: this run does its work")
	}
	nominal := now.Round(time.Second) // the wall clock may be some milliseconds behind cron's timer
	if err := e.run(ctx, nominal); err != nil && ctx.Err() != context.Canceled {
		c.log.WithFields(logrus.Fields{"entry": e.Name, "nominal": nominal.UTC().Format(time.RFC3339)}).
			WithError(err).Log(LevelOf(err), "cron entry failed: the next beat does its work")
	}
}
