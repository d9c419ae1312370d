package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

// session is a connection to the Redis of Deskbell.
type session struct {
	env    config.Env
	redis  jobs.Redis
	store  *redisstore.Store
	client *jobs.Client
	local  bool // it is that of the deskbell up that runs here, which may reach receivers on this machine
}

var errNoRedis = errors.New("REDIS_URL is not set: say where the Redis of the workers is, for example REDIS_URL=redis://127.0.0.1:6379/0; or start deskbell up in another terminal, and it is found from here")

// answerWithin is how long a tool waits for Redis. A worker waits for ever.
const answerWithin = 5 * time.Second

// openStore is redisstore.Open, or redisstore.Peek for commands that only read.
type openStore func(context.Context, redis.UniversalClient, redisstore.Layout) (*redisstore.Store, error)

// connect opens the Redis of REDIS_URL, or that of the deskbell up that runs here, for a tool. Close the session.
func (a *app) connect(ctx context.Context, open openStore) (*session, error) {
	env, err := config.FromEnv(a.env)
	if err != nil {
		return nil, err
	}
	found, err := a.locate(ctx, &env)
	if err != nil {
		return nil, err
	}
	if found != nil && env.Listen == "" {
		env.Listen = strings.TrimPrefix(found.Board, "http://")
	}
	r := jobs.Connect(*env.Redis)
	waiting, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if err := r.AwaitSoon(waiting); err != nil {
		if unusable := (*jobs.UnusableError)(nil); errors.As(err, &unusable) {
			err = fmt.Errorf("connecting to %s: %w", env.RedisName, err)
		} else {
			err = fmt.Errorf("connecting to %s: no answer within %s (%w); is it up, and REDIS_URL right?", env.RedisName, answerWithin, err)
		}
		return nil, errors.Join(err, r.Close())
	}
	kept := a.keepTime(quiet())
	s, err := a.open(ctx, env, r, open)
	if err == nil {
		err = kept.Beat(func() (at time.Time, err error) {
			_, at, err = s.store.Live(ctx)
			return at, err
		})
	}
	if err != nil {
		return nil, errors.Join(jobs.Unusable(err), r.Close())
	}
	s.local = found != nil
	if words := s.otherZone(); words != "" {
		fmt.Fprintf(a.stderr, "deskbell: %s\n", words)
	}
	if r := kept.Report(); r.State != clock.Right {
		fmt.Fprintf(a.stderr, "deskbell: the clock of this machine is %s: this goes by that of Redis\n", r.Difference())
	}
	return s, nil
}

// daemon is the first steps of a process that lasts.
func (a *app) daemon(ctx context.Context) (config.Env, *logrus.Logger, error) {
	env, err := config.FromEnv(a.env)
	if err != nil {
		return env, nil, err
	}
	log, err := a.logger(env)
	if err != nil {
		return env, nil, err
	}
	if err := a.locateForLong(ctx, &env, log); err != nil {
		return env, nil, err
	}
	logZones(log, env)
	log.WithField("redis", env.RedisName).Info("connecting")
	return env, log, nil
}

// keepTime lets a process go by the clock of Redis, from its first comparison on. An embedded Redis has the machine's clock: by it, the
// process notices that the machine's clock is set.
func (a *app) keepTime(log logrus.FieldLogger) *clock.Clock {
	if a.redisNow == nil {
		return clock.Free(a.now)
	}
	a.clock = clock.New(clock.Config{Now: a.now, Ran: a.ran, Redis: a.redisNow, Log: log})
	a.now = a.clock.Now
	return a.clock
}

// peers tells others of a process that lasts, and it of them.
func (a *app) peers(env config.Env, log logrus.FieldLogger, kept *clock.Clock, allowOld bool) *jobs.Peers {
	c := jobs.PeersConfig{Version: zones.Version(), From: env.Zoneinfo, AllowOld: allowOld, Clock: kept, Log: log}
	c.About = store.Beat{Name: processName(), Program: programVersion(), TimeZone: env.TimeZone.String()}
	content, err := zones.InUse().Content()
	if err != nil {
		log.WithError(err).Warn("the time zones cannot be compared with those of others of the same version")
	}
	c.Content = content
	if env.Zoneinfo != "" {
		c.Now = (&config.ZoneinfoWatch{Dir: env.Zoneinfo, Version: c.Version, Content: content}).Now
	}
	return jobs.NewPeers(c)
}

// processName is the machine and the number of this process.
func processName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// logZones says which time zone rules this process has.
func logZones(log logrus.FieldLogger, env config.Env) {
	log.WithFields(logrus.Fields{"version": zones.Version(), "from": cmp.Or(env.Zoneinfo, "built in"), "default": env.TimeZone.String()}).Info("time zones")
	if env.Warning != "" {
		log.Warn(env.Warning)
	}
}

// otherZone says that workers had another default time zone than this process; empty: they had none, or the same.
func (s *session) otherZone() string {
	mine, theirs := s.env.TimeZone.String(), s.store.TimeZone()
	if theirs == "" || zones.InUse().Link(theirs) == zones.InUse().Link(mine) {
		return ""
	}
	return fmt.Sprintf("DESKBELL_TIME_ZONE is %s here, and was %s for the worker that started last: schedules that name none follow it; give all processes the same", mine, theirs)
}

// attach opens Redis for a process that waits for it, after some first steps.
func (a *app) attach(ctx context.Context, env config.Env, r jobs.Redis, log logrus.FieldLogger, first ...func(context.Context) error) (*session, error) {
	var s *session
	err := r.Await(ctx, log, append(first, func(ctx context.Context) (err error) {
		s, err = a.open(ctx, env, r, redisstore.Open)
		return err
	})...)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // not the last error of Redis: the process waits for it no more
	}
	if unusable := (*jobs.UnusableError)(nil); errors.As(err, &unusable) {
		err = fmt.Errorf("connecting to %s: %w", env.RedisName, err)
	}
	if err == nil && s.otherZone() != "" {
		log.Warn(s.otherZone())
	}
	return s, err
}

// stopped leaves out of an error the failures that only mean that the process is to stop. A process that lasts may have to
// stop while it still starts.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok { // errors.Join
		var left []error
		for _, one := range several.Unwrap() {
			left = append(left, stopped(ctx, one))
		}
		return errors.Join(left...)
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// open reads the layout of a Redis that answers.
func (a *app) open(ctx context.Context, env config.Env, r jobs.Redis, open openStore) (*session, error) {
	store, err := open(ctx, r.Client, redisstore.Layout{Shards: env.Shards, Partitions: env.Partitions})
	if err != nil {
		return nil, err
	}
	client := jobs.NewClient(jobs.ClientConfig{
		Store: store, Redis: r.Client, Partitions: store.Partitions(), Now: a.now, Clock: a.clock, TimeZone: env.TimeZone,
	})
	return &session{env: env, redis: r, store: store, client: client}, nil
}

func (s *session) close() error {
	s.client.Wait()
	return s.redis.Close()
}

// end closes it after an error or none, and adds to the error of a name that is not defined which one was probably meant: whoever
// has the Redis may see all names.
func (s *session) end(ctx context.Context, err error) error {
	var missing *store.MissingError
	if errors.As(err, &missing) {
		hint, wrong := s.client.Suggest(ctx, edit.Kind(missing.Kind), missing.Name)
		if wrong == nil { // without a hint, the error stands for itself
			err = fmt.Errorf("%w%s", err, hint)
		}
	}
	return errors.Join(err, s.close())
}

func quiet() logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}

// logger writes as LOG_LEVEL and LOG_FORMAT say.
func (a *app) logger(env config.Env) (*logrus.Logger, error) {
	log := logrus.New()
	log.SetOutput(a.stderr)
	level, err := logrus.ParseLevel(env.LogLevel)
	if err != nil {
		return nil, fmt.Errorf("reading LOG_LEVEL: %w", err)
	}
	log.SetLevel(level)
	if env.LogFormat == "json" || env.LogFormat == "auto" && !draw.IsTerminal(a.stderr) {
		log.SetFormatter(&logrus.JSONFormatter{TimestampFormat: time.RFC3339Nano})
	} else {
		log.SetFormatter(&logrus.TextFormatter{FullTimestamp: true, TimestampFormat: "15:04:05.000", ForceColors: a.terminal().Colour(a.stderr), DisableColors: !a.terminal().Colour(a.stderr)})
	}
	redis.SetLogger(&jobs.RedisLog{Log: log, Now: a.now})
	return log, nil
}
