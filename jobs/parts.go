package jobs

import (
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/store"
)

// parts are the parts of a worker that its jobs, its crontab and its timers share. Each of
// these is a small type that embeds them, so that its file can be read without the Worker's.
type parts struct {
	store     store.Store
	now       func() time.Time
	clock     *clock.Clock // by which now is corrected
	log       logrus.FieldLogger
	engine    *engine.Engine
	deliverer *deliver.Deliverer
	queue     queue
	inspect   *asynq.Inspector
	accepted  *accepted
	cut       *noticeCut
	observe   observer
	samples   *sampler // of the log
	batch     int      // subjects decided and committed together
	lanes     int      // of one destination, served at a time
}

// observer counts the work of a worker. Metrics implements it, and a nil Metrics counts nothing.
type observer interface {
	ran(kind, result string)
	swept(subjects int, took time.Duration)
	noticed(result string)
	took(t *engine.Taken, committed time.Time)
	setAside(events int)
	received(by enqueue.Way, events int)
	beat(entry string, at time.Time, missed int)
	calendar(result string)
	calendars(all, failing int)
	lost(states int)
}

// checkShard refuses the task of a shard that the store does not have. No retry will mend it.
func (p *parts) checkShard(doing string, shard int) error {
	if shard < 0 || shard >= p.store.Shards() {
		return fmt.Errorf("%s shard %d: there are %d (%w)", doing, shard, p.store.Shards(), asynq.SkipRetry)
	}
	return nil
}
