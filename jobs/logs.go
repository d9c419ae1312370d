package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/robfig/cron/v3"
	"github.com/sirupsen/logrus"
)

var (
	_ asynq.Logger = asynqLog{}
	_ cron.Logger  = cronLog{}
)

// asynqLog gives asynq's log to logrus.
type asynqLog struct{ log logrus.FieldLogger }

func (l asynqLog) Debug(args ...any) { l.log.Debug(prefixed("asynq: ", args)...) }
func (l asynqLog) Info(args ...any)  { l.log.Debug(prefixed("asynq: ", args)...) }
func (l asynqLog) Warn(args ...any)  { l.say(l.log.Warn, args) }
func (l asynqLog) Error(args ...any) { l.say(l.log.Error, args) }

// say leaves to level debug what WatchWrites says for all.
func (l asynqLog) say(write func(...any), args []any) {
	if isRefused(errors.New(fmt.Sprint(args...))) {
		write = l.log.Debug
	}
	write(prefixed("asynq: ", args)...)
}

// Fatal never ends the process: that is for cmd to decide.
func (l asynqLog) Fatal(args ...any) { l.log.Error(prefixed("asynq: ", args)...) }

func prefixed(prefix string, args []any) []any { return append([]any{prefix}, args...) }

// RedisLog gives go-redis' log to logrus, at most one line in some seconds: while
// Redis is away, go-redis would write several a second. Give it to redis.SetLogger.
type RedisLog struct {
	Log logrus.FieldLogger
	Now func() time.Time

	mu   sync.Mutex
	last time.Time
}

// Printf implements the logger of go-redis.
func (l *RedisLog) Printf(_ context.Context, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.Now(); now.Sub(l.last) >= 5*time.Second {
		l.last = now
		l.Log.Warnf("redis: "+format, args...)
	}
}

var _ interface {
	Printf(ctx context.Context, format string, v ...any)
} = (*RedisLog)(nil)

// cronLog gives cron's log to logrus: its chatter at level debug.
type cronLog struct{ log logrus.FieldLogger }

func (l cronLog) Info(msg string, keysAndValues ...any) {
	l.log.WithFields(pairs(keysAndValues)).Debug("cron: " + msg)
}

func (l cronLog) Error(err error, msg string, keysAndValues ...any) {
	l.log.WithFields(pairs(keysAndValues)).WithError(err).Error("cron: " + msg)
}

func pairs(keysAndValues []any) logrus.Fields {
	fields := make(logrus.Fields, len(keysAndValues)/2)
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		fields[fmt.Sprint(keysAndValues[i])] = keysAndValues[i+1]
	}
	return fields
}
