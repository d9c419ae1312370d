package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/nudge"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// mute is a hook that swallows every nudge.
type mute struct{}

func (mute) DialHook(next redis.DialHook) redis.DialHook { return next }

func (mute) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (mute) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if args := cmd.Args(); cmd.Name() == "publish" && args[1] == nudge.Channel {
			return nil
		}
		return next(ctx, cmd)
	}
}

// TestEverythingHappensWithoutNudges: what other processes ask for is found within a second, though no nudge gets through.
func TestEverythingHappensWithoutNudges(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{mute: true, clock: morning(10, 0)})
	b.define(greeting)
	b.worker()
	b.becomes("acme", "online")
	b.quiet()
	b.must(b.rdb.Do(t.Context(), "CLIENT", "KILL", "TYPE", "pubsub").Err())
	b.send(arrived("ann"), requested("ann", "c1"))
	redistest.Wait(t, "the visitor is greeted", func() bool { return len(b.messages()) > 0 })
	until := b.clock.now().Add(time.Hour) // so far that a machine which takes seconds to find the edit still sees the state
	b.overrides("acme", &hours.Override{From: b.clock.now(), Until: until})
	b.becomes("acme", "offline")
	b.clock.due(until)
	b.becomes("acme", "online")
	b.quiet()
}
