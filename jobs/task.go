package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/engine"
)

// attempt collects the fields of one run of a job. They become one log line: at level
// debug when nothing happened, so that the log of an idle worker stays empty.
type attempt struct {
	fields logrus.Fields
	did    bool
	shared bool   // it was processed together with others: one line stands for many
	result []byte // of its task, for whoever waits for it; nil: none
}

// Did adds a field for something that was done.
func (a *attempt) Did(name string, value any) {
	a.fields[name] = value
	a.did = true
}

// Field adds a field that alone is not worth a line.
func (a *attempt) Field(name string, value any) { a.fields[name] = value }

// handle registers a job. The payload is decoded here and nowhere else. A payload that
// cannot be decoded is archived with its reason, since no retry will mend it.
func handle[A Args](mux *asynq.ServeMux, p *parts, run func(context.Context, A, *attempt) error) {
	var zero A
	mux.HandleFunc(zero.Kind(), func(ctx context.Context, t *asynq.Task) error {
		start := p.now()
		log := &attempt{fields: logrus.Fields{"kind": zero.Kind()}}
		var args A
		err := decodeArgs(t.Payload(), &args)
		if err == nil {
			err = p.settled(ctx)
		} else {
			err = fmt.Errorf("decoding the payload of %s: %w (%w)", zero.Kind(), err, asynq.SkipRetry)
		}
		if err == nil {
			err = run(ctx, args, log)
		}
		if err == nil && log.result != nil {
			_, err = t.ResultWriter().Write(log.result)
		}
		log.fields["took"] = p.now().Sub(start).Round(time.Millisecond).String()
		if err == nil && log.did && log.shared {
			log.did = p.samples.add(zero.Kind(), log.fields, start)
		}
		logAttempt(ctx, p.log, log, err)
		p.observe.ran(zero.Kind(), outcome(ctx, err))
		return err
	})
}

// settled waits for a moment until the machine's clock is compared with that of Redis, which it is at once when it leaps. While it is
// wrong, the work is for another worker.
func (p *parts) settled(ctx context.Context) error {
	const most, pause = 2 * time.Second, 20 * time.Millisecond
	for waited := time.Duration(0); !p.clock.Decides(); waited += pause {
		if waited >= most || p.clock.Report().State == clock.Wrong || p.engine.HandsOver() {
			return engine.ErrStopping
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

// decodeArgs reads a payload. Those with many events have a quick way.
func decodeArgs(payload []byte, into any) error {
	if quick, ok := into.(interface{ Decode(payload []byte) error }); ok {
		return quick.Decode(payload)
	}
	return json.Unmarshal(payload, into)
}

func logAttempt(ctx context.Context, to logrus.FieldLogger, log *attempt, err error) {
	if err == nil && !log.did && !debugs(to) {
		return
	}
	if n, ok := asynq.GetRetryCount(ctx); ok && n > 0 {
		log.fields["retry"] = n
	}
	line := deliver.WithDetail(to.WithFields(log.fields), err)
	switch {
	case errors.Is(err, engine.ErrStopping):
		line.Info("job handed back: the worker stops")
	case errors.Is(err, errGivenUp):
		line.WithError(err).Debug("action archived: a line of its lane counts it")
	case isLater(err):
		line.WithError(err).Debug("job put off: its property has had its turn")
	case errors.Is(err, asynq.SkipRetry):
		line.WithError(err).Error("job archived: no retry will mend it")
	case errors.Is(err, asynq.RevokeTask):
		line.WithError(err).Warn("job dropped: it failed too often; the next beat does its work")
	case err != nil && lastTry(ctx):
		line.WithError(err).Error("job archived: it failed too often")
	case err != nil:
		line.WithError(err).Log(LevelOf(err), "job failed: it will be tried again")
	case log.did:
		line.Info("job done")
	default:
		line.Debug("job done")
	}
}

// debugs tells whether a log may have lines of level debug.
func debugs(log logrus.FieldLogger) bool {
	switch l := log.(type) {
	case *logrus.Logger:
		return l.IsLevelEnabled(logrus.DebugLevel)
	case *logrus.Entry:
		return l.Logger.IsLevelEnabled(logrus.DebugLevel)
	}
	return true
}

// The results of a run of a job, as the metrics count them.
const (
	jobDone     = "done"
	jobFailed   = "failed"
	jobArchived = "archived"
	jobStopped  = "stopped"
	jobPutOff   = "put_off"
)

func outcome(ctx context.Context, err error) string {
	switch {
	case err == nil:
		return jobDone
	case errors.Is(err, engine.ErrStopping):
		return jobStopped
	case isLater(err):
		return jobPutOff
	case errors.Is(err, asynq.RevokeTask):
		return jobFailed
	case errors.Is(err, asynq.SkipRetry) || lastTry(ctx):
		return jobArchived
	}
	return jobFailed
}

func lastTry(ctx context.Context) bool {
	retried, ok := asynq.GetRetryCount(ctx)
	most, ok2 := asynq.GetMaxRetry(ctx)
	return ok && ok2 && retried >= most
}

// wakeUp lets asynq drop a job that is out of tries, where it would archive it. A failure
// that says when to come again has as many tries as its task; others have a few.
func wakeUp[A Args](run func(context.Context, A, *attempt) error) func(context.Context, A, *attempt) error {
	return func(ctx context.Context, args A, log *attempt) error {
		err := run(ctx, args, log)
		if isRefused(err) && lastTry(ctx) {
			return fmt.Errorf("%w (%w)", err, asynq.RevokeTask)
		}
		if !isFailure(err) || errors.Is(err, asynq.SkipRetry) {
			return err
		}
		later := (*deliver.Snooze)(nil)
		if n, ok := asynq.GetRetryCount(ctx); lastTry(ctx) || ok && n >= wakeUpRetries && !errors.As(err, &later) {
			return fmt.Errorf("%w (%w)", err, asynq.RevokeTask)
		}
		return err
	}
}

// isFailure does not count a worker that died or stops, a Redis that refuses writes, and a task that was put off: that is no fault of the task.
func isFailure(err error) bool {
	return err != nil && !errors.Is(err, asynq.ErrLeaseExpired) && !errors.Is(err, engine.ErrStopping) && !isLater(err) && !isRefused(err)
}

func isLater(err error) bool { return errors.As(err, new(*laterError)) }

// atOnce is a delay that is over by the clock of every worker that works.
const atOnce = -2 * clock.MostWrong

// retryIn is retryDelay on the corrected clock: asynq goes by the machine's own.
func (p *parts) retryIn(n int, err error, t *asynq.Task) time.Duration {
	if delay := retryDelay(n, err, t); delay > 0 {
		return delay + p.clock.Offset()
	}
	return atOnce
}

// retryDelay doubles from a second to a minute, unless the error says when. After an
// error that is no failure, the task goes at once, unless Redis has refused its writes.
func retryDelay(n int, err error, _ *asynq.Task) time.Duration {
	if later := (*laterError)(nil); errors.As(err, &later) {
		return later.in
	}
	if isRefused(err) {
		return refusedFor + rand.N(time.Second)
	}
	if !isFailure(err) {
		return 0
	}
	if later := (*deliver.Snooze)(nil); errors.As(err, &later) {
		return max(0, later.In) + time.Second // asynq is up to a second early
	}
	delay := min(time.Second<<min(n, 6), time.Minute)
	return delay + rand.N(time.Second)
}

// holder names the holder of a job's lease by its task, so that a retry finds its own lease.
func holder(ctx context.Context) string {
	if id, ok := asynq.GetTaskID(ctx); ok {
		return id
	}
	return uuid.NewString()
}

// mostEarly is how early a task may come: two seconds as it was asked for, one that asynq cuts off, and two clocks that are as wrong as
// they may be, that of whoever asked and that of the worker.
const mostEarly = 3*time.Second + 2*clock.MostWrong

// await waits for the nominal time of a task that came early. A time that is farther off comes
// from a machine whose clock is wrong. It counts as now, since no hours may be decided on by
// it.
func await(ctx context.Context, clock func() time.Time, nominal time.Time) (time.Time, error) {
	now := clock()
	early := nominal.Sub(now)
	switch {
	case early > mostEarly:
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
