package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/outage"
	"github.com/deskbell/deskbell/jobs/store"
)

// Await waits until Redis answers, and says so while it does not. Then it takes the
// first steps. When Redis goes away in the middle of them, or takes no writes, it repeats them. It returns
// the error of a step when that is of another kind, and at once that of a Redis which cannot be used as it is named. Otherwise it gives up with the
// context only, and returns the last error that says more than that time was up.
func (r Redis) Await(ctx context.Context, log logrus.FieldLogger, steps ...func(context.Context) error) error {
	const pause, repeat = time.Second, 60 // tries between two lines that say the same
	var why error
	said := ""
	for try := 0; ; try++ {
		err := r.ping(ctx)
		if hopeless(err) {
			return Unusable(err)
		}
		if err == nil {
			if err = inTurn(ctx, steps); !isAway(err) {
				if err == nil && said != "" {
					log.Info("Redis answers: starting")
				}
				return err
			}
		}
		if says := awaits(err); ctx.Err() == nil && (says != said || try%repeat == 0) {
			log.WithError(err).Warn(says)
			said = says
		}
		if why == nil || !errors.Is(err, context.DeadlineExceeded) {
			why = err
		}
		select {
		case <-ctx.Done():
			return why
		case <-time.After(pause):
		}
	}
}

// AwaitSoon is Await for a tool that somebody waits for: it gives up a host that nobody knows at once, and all else with the context.
func (r Redis) AwaitSoon(ctx context.Context) error {
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	if err := r.ping(ctx); store.TroubleOf(err).Kind == store.UnknownHost {
		return Unusable(err)
	}
	return r.Await(ctx, quiet)
}

// awaits says what a process waits for after an error.
func awaits(err error) string {
	switch t := store.TroubleOf(err); {
	case t.Kind == store.RefusesWrites:
		return "Redis refuses writes: " + t.Remedy + "; waiting until it takes them"
	case t.Kind == store.UnknownHost || t.Kind == store.Away && errors.As(err, new(redis.Error)):
		return "Redis cannot be used yet: " + t.Remedy + "; waiting for it"
	}
	return "Redis does not answer: waiting for it; is REDIS_URL right, and the server up?"
}

// UnusableError is of a Redis that cannot be used as REDIS_URL names it.
type UnusableError struct {
	Remedy string // what is wrong and what to do
	Err    error
}

// Unusable makes an UnusableError of the error of a Redis that is in trouble, and leaves others as they are.
func Unusable(err error) error {
	if t := store.TroubleOf(err); t.Remedy != "" && !errors.As(err, new(*UnusableError)) {
		return &UnusableError{t.Remedy, err}
	}
	return err
}

// Error implements error.
func (e *UnusableError) Error() string { return fmt.Sprintf("%s (%v)", e.Remedy, e.Err) }

// Unwrap gives the error of Redis.
func (e *UnusableError) Unwrap() error { return e.Err }

// hopeless tells whether no wait helps.
func hopeless(err error) bool { return store.TroubleOf(err).Kind == store.WrongSettings }

func inTurn(ctx context.Context, steps []func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// isAway tells errors of a Redis that cannot be reached, is not ready yet or takes no writes from all others. Those of Redis alone go by
// their text: a file of definitions may have any.
func isAway(err error) bool {
	kind := store.TroubleOf(err).Kind
	return outage.IsAway(err) || errors.As(err, new(redis.Error)) && kind != 0 && kind != store.WrongSettings
}

func (r Redis) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return r.Client.Ping(ctx).Err()
}
