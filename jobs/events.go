package jobs

import (
	"context"

	"github.com/deskbell/deskbell/jobs/client"
)

// takeEvents takes in the events of one task, together with those of others.
func (w *Worker) takeEvents(ctx context.Context, args client.EventsArgs, log *attempt) error {
	log.Field("events", len(args.Events))
	if len(args.Events) == 0 {
		return nil
	}
	return w.submit(ctx, &request{events: args.Events}, log)
}
