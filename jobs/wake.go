package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

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
	return j.visitors.decide(ctx, &request{due: args.Subject}, log)
}
