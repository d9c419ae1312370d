package outage

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// patientMost bounds the patience with one command. asynq takes a task from a worker whose signs of life have not come through for so long.
const patientMost = 30 * time.Second

// patientKey is of contexts.
type patientKey struct{}

// Patient gives a context of work that nobody waits for. While a master of the cluster is away, its commands are tried again, by clients
// with a Repeat, until it ends or half a minute has passed.
func Patient(ctx context.Context) context.Context { return context.WithValue(ctx, patientKey{}, true) }

// IsPatient tells whether a context is, or comes from, one of Patient's.
func IsPatient(ctx context.Context) bool { return ctx.Value(patientKey{}) != nil }

// Repeat is a hook on the client of a cluster, which repeats some of its commands.
type Repeat struct {
	Of    func(context.Context, redis.Cmder) bool // which commands are repeated: a pipeline by its first
	Lasts context.Context                         // when it ends, nothing is repeated any more

	rdb *redis.ClusterClient
}

var _ redis.Hook = Repeat{}

// AddTo adds the hook to a client, if it is that of a cluster: others repeat by themselves.
func (h Repeat) AddTo(rdb redis.UniversalClient) {
	if c, cluster := rdb.(*redis.ClusterClient); cluster {
		h.rdb = c
		rdb.AddHook(h)
	}
}

// DialHook implements redis.Hook.
func (Repeat) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (h Repeat) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !h.Of(ctx, cmd) {
			return next(ctx, cmd)
		}
		return h.repeat(ctx, func(again bool) error {
			cmd.SetErr(nil)
			err := next(ctx, cmd)
			if again && isDone(err) {
				cmd.SetErr(nil)
				return nil
			}
			return err
		})
	}
}

// ProcessPipelineHook implements redis.Hook. Commands that were answered are not repeated.
func (h Repeat) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if len(cmds) == 0 || !h.Of(ctx, cmds[0]) {
			return next(ctx, cmds)
		}
		left := cmds
		if err := h.repeat(ctx, func(bool) error {
			for _, cmd := range left {
				cmd.SetErr(nil)
			}
			err := next(ctx, left)
			left = slices.DeleteFunc(slices.Clone(left), func(cmd redis.Cmder) bool { return !IsAway(cmd.Err()) })
			if len(left) == 0 && IsAway(err) {
				return nil
			}
			return err
		}); IsAway(err) {
			return err
		}
		return firstOf(cmds)
	}
}

func firstOf(cmds []redis.Cmder) error {
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil {
			return err
		}
	}
	return nil
}

// repeat tries until the error is no longer that Redis is away.
func (h Repeat) repeat(ctx context.Context, try func(again bool) error) error {
	most := time.NewTimer(patientMost)
	defer most.Stop()
	err := try(false)
	for pause := 50 * time.Millisecond; IsAway(err) && ctx.Err() == nil; pause = min(2*pause, pauseMost) {
		h.rdb.ReloadState(ctx)
		next := time.NewTimer(pause)
		select {
		case <-next.C:
		case <-most.C:
			return err
		case <-ctx.Done():
			return err
		case <-h.Lasts.Done():
			return err
		}
		err = try(true)
	}
	return err
}

// NotFound is the answer of asynq's scripts that end a task, for one that is not under way.
const NotFound = "NOT FOUND"

// isDone tells whether a repeated command finds that the try before it did its work, whose answer was lost. asynq would try on for
// half a minute.
func isDone(err error) bool {
	var answer redis.Error
	return errors.As(err, &answer) && strings.Contains(answer.Error(), NotFound)
}
