package jobs

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs/outage"
)

// Redis is the pair of clients that a worker needs. They are closed after the
// worker has stopped, and not before: asynq's servers panic on a closed client.
type Redis struct {
	// Client is for definitions, states and enqueueing.
	Client redis.UniversalClient
	// Server is for asynq's servers alone: it never gives up a write because the task's
	// own time is over; see retryHook.
	Server redis.UniversalClient

	giveUp func()  // ends the retries of Server for good
	room   *room   // for tasks with events that Server takes; nil: without bounds
	writes *writes // watches whether Redis takes them; nil: nobody does
}

// Connect makes the clients from one set of options: single, Sentinel or Cluster.
// It does not dial; see Await.
func Connect(o redis.UniversalOptions) Redis {
	o = outage.Timed(o)

	client := o
	client.ContextTimeoutEnabled = true // else a deadline does not end a wait for a hung Redis
	client.MaxRetries = 3

	server := o
	server.MaxRetries = 10
	server.MinRetryBackoff, server.MaxRetryBackoff = 100*time.Millisecond, 2*time.Second
	lasts, giveUp := context.WithCancel(context.Background())
	r := Redis{Client: outage.Open(client), Server: outage.Open(server), giveUp: giveUp, room: new(room)}
	outage.Repeat{Of: func(ctx context.Context, _ redis.Cmder) bool { return outage.IsPatient(ctx) }, Lasts: lasts}.AddTo(r.Client)
	r.writes = newWrites(r.Client)
	r.Client.AddHook(refusalHook{r.writes})
	r.Server.AddHook(refusalHook{r.writes})
	r.Server.AddHook(retryHook{lasts: lasts})
	outage.Repeat{Of: isEndOfTask, Lasts: lasts}.AddTo(r.Server)
	r.Server.AddHook(leaseHook{})
	r.Server.AddHook(roomHook{room: r.room})
	return r
}

// Close closes both clients.
func (r Redis) Close() error {
	if r.giveUp != nil {
		r.giveUp()
	}
	return errors.Join(r.Client.Close(), r.Server.Close())
}

// retryHook is a hook on the client of asynq's servers. It cures two faults that
// asynq has when Redis is away for a moment:
//
// asynq writes a handler's success with the context of the task. That is cancelled when
// the handler has returned, and so no retry of that write can ever succeed: the task
// would run again a minute later. The hook takes the cancellation away, and leaves the
// deadline.
//
// asynq repeats a dequeue that fails at once, twenty thousand times a second. The hook
// sleeps before it returns an error.
//
// The retries have an end when a worker stops while Redis is away: without it, a stop
// takes minutes.
type retryHook struct {
	onlyCommands
	lasts context.Context
}

var _ redis.Hook = retryHook{}

// isEndOfTask tells whether a command is the script by which asynq takes a task out of the active list: as done, to be tried again,
// archived, or handed back. In a cluster it is repeated until the task's lease ends: go-redis itself does not stay with a node that has died.
func isEndOfTask(_ context.Context, cmd redis.Cmder) bool {
	_, _, _, ends := endsTask(cmd.Args())
	return ends
}

// errorPause is how long the hook sleeps before it returns an error.
const errorPause = 250 * time.Millisecond

// ProcessHook implements redis.Hook.
func (h retryHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if errors.Is(ctx.Err(), context.Canceled) {
			deadline, ok := ctx.Deadline()
			ctx = context.WithoutCancel(ctx)
			if ok {
				var cancel context.CancelFunc
				ctx, cancel = context.WithDeadline(ctx, deadline)
				defer cancel()
			}
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stop := context.AfterFunc(h.lasts, cancel) //nolint:contextcheck // it ends the other one
		defer stop()
		err := next(ctx, cmd)
		if isOutage(err) {
			time.Sleep(errorPause)
		}
		return err
	}
}

// isOutage tells an error of the connection or of the server from an answer.
func isOutage(err error) bool {
	return err != nil && !errors.Is(err, redis.Nil) && !redis.HasErrorPrefix(err, "NOSCRIPT") &&
		!strings.Contains(err.Error(), notFound)
}

// onlyCommands is the part of a hook that concerns neither connections nor pipelines.
type onlyCommands struct{}

// DialHook implements redis.Hook.
func (onlyCommands) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook implements redis.Hook.
func (onlyCommands) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
