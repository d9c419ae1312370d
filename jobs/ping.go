package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/store"
)

// PingArgs asks a worker to call a destination once, for somebody who waits for what comes of it. It is a worker's work since the workers have
// the secrets, and the network from which deliveries come.
type PingArgs struct {
	Destination string    `json:"destination"`
	Asked       time.Time `json:"asked"` // later than pingLasts after it, nobody waits any more
}

// Kind implements Args.
func (PingArgs) Kind() string { return "destination:ping" }

// pingLasts is how long a ping may wait for a worker, and how long what came of it is kept.
const pingLasts = time.Minute

// pingJob calls a destination.
type pingJob struct{ *parts }

func (j pingJob) run(ctx context.Context, args PingArgs, log *attempt) error {
	log.Field("destination", args.Destination)
	if j.now().Sub(args.Asked) > pingLasts {
		log.Field("late", true)
		return nil
	}
	pinged, err := j.deliverer.Ping(ctx, args.Destination)
	switch {
	case errors.Is(err, store.ErrNotFound):
		pinged = deliver.Pinged{Destination: args.Destination, At: j.now().UTC(), Error: "it was removed meanwhile"}
	case err != nil:
		return err
	}
	if log.result, err = json.Marshal(pinged); err != nil {
		return fmt.Errorf("encoding what came of a ping: %w", err)
	}
	log.Did("taken", pinged.Taken)
	return nil
}

// Errors of Ping for which no destination is to blame.
var (
	// ErrNoWorker is of a ping that nobody can make.
	ErrNoWorker = errors.New("no worker runs: workers call destinations, so start one (deskbell worker)")
	// ErrNoAnswerYet is of a ping that came to nothing while somebody waited.
	ErrNoAnswerYet = errors.New("no worker has said in time what came of it; are they busy, or is the queue of deliveries paused?")
)

// Ping has a worker call a destination once, and gives what came of it: see deliver.Deliverer.Ping. It waits until then, or until the context
// ends. Those who ask within the same second get the same answer. The error is store.ErrNotFound for a destination that is not defined.
func (d *Deliveries) Ping(ctx context.Context, destination string) (p deliver.Pinged, err error) {
	bodies, err := d.store.GlobalsOf(ctx, store.GlobalDestination, []string{destination})
	if err != nil {
		return p, err
	}
	if bodies[0] == nil {
		return p, &store.MissingError{Kind: "destination", Name: destination}
	}
	live, _, err := d.store.Live(ctx)
	if err != nil {
		return p, err
	}
	if !slices.ContainsFunc(live, func(b store.Beat) bool { return b.Role != store.RoleShows }) {
		return p, ErrNoWorker
	}
	now := d.now()
	id := fmt.Sprintf("ping:%s:%d", destination, now.Unix())
	if err := d.queue.enqueue(ctx, PingArgs{destination, now}, queueDelivery, 0, asynq.TaskID(id), asynq.Retention(pingLasts)); err != nil {
		return p, err
	}
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		if done, err := d.pinged(id, &p); done || err != nil {
			return p, err
		}
		select {
		case <-ctx.Done():
			return p, ErrNoAnswerYet
		case <-look.C:
		}
	}
}

// pinged reads what came of a ping, as soon as it is done.
func (d *Deliveries) pinged(id string, into *deliver.Pinged) (done bool, err error) {
	info, err := d.inspect.GetTaskInfo(d.queue.partition(queueDelivery, 0), id)
	switch {
	case err != nil:
		return false, fmt.Errorf("looking at the task %s: %w", id, err)
	case info.State != asynq.TaskStateCompleted:
		return false, nil
	case len(info.Result) == 0: // a worker came to it too late
		return false, ErrNoAnswerYet
	}
	if err := json.Unmarshal(info.Result, into); err != nil {
		return false, fmt.Errorf("decoding what came of a ping: %w", err)
	}
	return true, nil
}
