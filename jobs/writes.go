package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/jobs/store"
)

// A Redis that is full, that cannot write to its disk, or that is a replica, answers and takes no writes. No task is at fault
// then. asynq takes none from it, and whatever is under way is done again a moment later, however often that fails: see
// isFailure. One line of the log says so for everything that fails meanwhile, and one that it is over.

const (
	lookForWrites = time.Second     // between two looks whether Redis takes writes again
	calmLooks     = 3               // of these in a row find nothing: then it is over
	refusedFor    = 2 * time.Second // until a task is tried again that Redis has refused
)

// writes watches whether Redis takes the writes of a process.
type writes struct {
	rdb     redis.UniversalClient
	refused chan store.Trouble // of size 1: a write that was refused
	watched atomic.Bool
}

func newWrites(rdb redis.UniversalClient) *writes {
	return &writes{rdb: rdb, refused: make(chan store.Trouble, 1)}
}

// note hears of an answer of Redis.
func (w *writes) note(err error) {
	if err == nil || errors.Is(err, redis.Nil) {
		return
	}
	if t := store.TroubleOf(err); t.Kind == store.RefusesWrites {
		select {
		case w.refused <- t:
		default: // it is known
		}
	}
}

// WatchWrites logs when Redis refuses writes, and when it takes them again, until the context ends. In a process, the first to call it
// does so, and others return at once.
func (r Redis) WatchWrites(ctx context.Context, log logrus.FieldLogger) {
	if r.writes == nil || !r.writes.watched.CompareAndSwap(false, true) {
		return
	}
	defer r.writes.watched.Store(false)
	for {
		select {
		case <-ctx.Done():
			return
		case t := <-r.writes.refused:
			if !r.writes.outlive(ctx, log, t) {
				return
			}
		}
	}
}

// outlive says what is wrong, once for each reason, and waits until it is over; false: the context has ended.
func (w *writes) outlive(ctx context.Context, log logrus.FieldLogger, why store.Trouble) bool {
	say := func() {
		log.WithField("reason", why.Reason).Error("Redis refuses writes: " + why.Remedy + ". This process waits, and goes on by itself when Redis takes them; nothing that was accepted is lost")
	}
	say()
	for calm := 0; calm < calmLooks; calm++ {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(lookForWrites):
		}
		now, good := w.look(ctx)
		if !good {
			calm = -1
		}
		if now.Kind == store.RefusesWrites && now.Reason != why.Reason {
			why = now
			say()
		}
	}
	log.Warn("Redis takes writes again: this process goes on")
	return true
}

// look tells whether Redis takes writes, and has refused none since the last look. Of a cluster, one server alone may refuse them.
func (w *writes) look(ctx context.Context) (t store.Trouble, good bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	err := TakesWrites(ctx, w.rdb)
	t = store.TroubleOf(err)
	select {
	case seen := <-w.refused:
		if t.Kind == 0 {
			t = seen
		}
		return t, false
	default:
		return t, err == nil
	}
}

// TakesWrites asks Redis to replace keys that are never there: some more, and one of any slot. So nothing is written; but a server that
// refuses writes says so. Where no more are given, it asks a cluster for some slots: one of each server, as far as chance has it.
func TakesWrites(ctx context.Context, rdb redis.UniversalClient, more ...string) error {
	slots := 1
	if _, cluster := rdb.(*redis.ClusterClient); cluster && len(more) == 0 {
		slots = 16
	}
	for n := range slots {
		more = append(more, fmt.Sprintf("deskbell:{%d}:writable", n))
	}
	replies, _ := rdb.Pipelined(ctx, func(p redis.Pipeliner) error { // each reply has its own error
		for _, key := range more {
			p.SetArgs(ctx, key, "", redis.SetArgs{Mode: "XX"})
		}
		return nil
	})
	for _, reply := range replies {
		if err := reply.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
	}
	return nil
}

// isRefused tells the error of a task that failed since Redis refuses writes.
func isRefused(err error) bool { return store.TroubleOf(err).Kind == store.RefusesWrites }

// LevelOf is the level of a line about something that failed and is done again: a warning, unless it says only that Redis refuses writes,
// for which WatchWrites has one line, or that nobody waits for it any more: the process stops, or whoever asked has gone. Time that is up
// is another error, and a warning.
func LevelOf(err error) logrus.Level {
	if isRefused(err) || errors.Is(err, context.Canceled) || errors.Is(err, redis.ErrClosed) {
		return logrus.DebugLevel
	}
	return logrus.WarnLevel
}

// refusalHook is a hook on both clients, which hears when Redis refuses a write.
type refusalHook struct{ writes *writes }

var _ redis.Hook = refusalHook{}

// DialHook implements redis.Hook.
func (refusalHook) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (h refusalHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		h.writes.note(err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (h refusalHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		if err != nil {
			for _, cmd := range cmds {
				h.writes.note(cmd.Err())
			}
		}
		return err
	}
}
