package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// WakeArgs asks to decide on a visitor whose time has come.
type WakeArgs struct {
	Subject store.Subject `json:"subject"`
	Due     time.Time     `json:"due"`
}

// Kind implements Args.
func (WakeArgs) Kind() string { return "visitor:wake" }

// wakeJob decides on a visitor at the very instant at which something is due.
type wakeJob struct {
	*parts
	visitors *visitors
}

// run waits for the instant: its task comes early.
func (j wakeJob) run(ctx context.Context, args WakeArgs, log *attempt) error {
	if _, _, ok := args.Subject.Visitor(); !ok {
		return fmt.Errorf("waking %q: it is no visitor (%w)", args.Subject, asynq.SkipRetry)
	}
	log.Field("subject", args.Subject)
	if _, err := await(ctx, j.now, args.Due); err != nil {
		return err
	}
	return j.decide(ctx, args.Subject, log)
}

const (
	heldPause = 20 * time.Millisecond // the first; each is twice as long as the one before
	heldMost  = 250 * time.Millisecond
	heldFor   = 10 * time.Second // then the sweeps see to it, with every beat
)

// decide decides on a visitor, and again as long as something waits for events that were accepted before.
func (j wakeJob) decide(ctx context.Context, visitor store.Subject, log *attempt) error {
	begin := j.now()
	for pause := heldPause; ; pause = min(2*pause, heldMost) {
		r := &request{due: visitor}
		if err := j.visitors.decide(ctx, r, log); err != nil || !r.held {
			return err
		}
		held := j.now().Sub(begin)
		log.Field("held", held.Round(time.Millisecond).String())
		switch {
		case j.engine.HandsOver():
			return engine.ErrStopping
		case held > heldFor:
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
