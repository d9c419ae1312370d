package jobs

import (
	"context"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/quota"
)

// waitQuotas are the quotas of messages that wait, as an engine asks for them.
type waitQuotas struct{ *quota.Book }

// RefusedMessages implements engine.Quotas.
func (q waitQuotas) RefusedMessages(property string, n int) { q.Refused(property, quota.Waiting, n) }

// quotasOf are those of a book; nil: there is none.
func quotasOf(b *quota.Book) engine.Quotas {
	if b == nil {
		return nil
	}
	return waitQuotas{b}
}

// noteRefused writes what quotas refuse until its result is called.
func (w *Worker) noteRefused(ctx context.Context) (stop func()) {
	if w.Quotas == nil {
		return func() {}
	}
	return untilEnded(ctx, func(ctx context.Context) {
		w.Quotas.Run(ctx, func(err error) { w.Log.WithError(err).Log(LevelOf(err), "counting what quotas refused failed") })
	})
}
