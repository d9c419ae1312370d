package jobs

import (
	"context"

	"github.com/deskbell/deskbell/jobs/enqueue"
)

// eventsJob takes in the events of one task, together with those of others.
type eventsJob struct{ visitors *visitors }

func (j eventsJob) run(ctx context.Context, args enqueue.EventsArgs, log *attempt) error {
	log.Field("events", len(args.Events))
	if len(args.Events) == 0 {
		return nil
	}
	err := j.visitors.decide(ctx, &request{events: args.Events, noted: args.Events, task: originalTask(ctx), accepted: args.Accepted}, log)
	if err == nil {
		j.visitors.observe.received(args.By, len(args.Events))
	}
	return err
}
