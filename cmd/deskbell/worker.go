package main

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/logline"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/destination/redisstream"
	"github.com/deskbell/deskbell/jobs/destination/shout"
	"github.com/deskbell/deskbell/jobs/destination/webhook"
	"github.com/deskbell/deskbell/jobs/embedded"
	"github.com/deskbell/deskbell/jobs/ical"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type workerCmd struct {
	Definitions string `placeholder:"FILE" help:"Apply this deskbell.yaml at start and whenever it changes."`
	Listen      string `placeholder:"ADDR" help:"Answer /metrics, /healthz and /readyz at host:port."`

	AllowOldZones bool `help:"Decide even while another worker has newer time zones."`

	profiles
}

func (*workerCmd) Help() string {
	return `
Flips widgets and agents at each boundary, sends notices, and delivers actions, over the Redis of REDIS_URL. Run as many
as you like: nothing is done twice, and what one leaves undone when it dies, another does. SIGTERM stops it gracefully.

Examples:

    REDIS_URL=redis://127.0.0.1:6379/0 deskbell worker
    deskbell worker --definitions deskbell.yaml
    deskbell worker --listen 127.0.0.1:9090
`
}

func (c *workerCmd) Run(ctx context.Context, a *app) (err error) {
	defer func() { err = stopped(ctx, err) }()
	env, log, err := a.daemon(ctx)
	if err != nil {
		return err
	}
	r := jobs.Connect(*env.Redis)
	defer func() { err = errors.Join(err, r.Close()) }()
	shown := newTelemetry(a.peers(env, log, a.keepTime(log), c.AllowOldZones)).withWorker()
	if addr := cmp.Or(c.Listen, env.WorkerListen); addr != "" {
		stop, err := shown.serve(addr, env.MetricsKey, r.Client, log)
		if err != nil {
			return err
		}
		defer stop()
	}
	endProfiles, err := c.profiles.serve(log)
	if err != nil {
		return err
	}
	defer endProfiles()
	endTelling := tellSystemd(ctx, shown.stuck, log)
	defer endTelling()
	var warnings []string
	s, err := a.attach(ctx, env, r, log, func(ctx context.Context) (err error) {
		warnings, err = redisstore.Check(ctx, r.Client)
		return err
	})
	if err != nil {
		return err
	}
	for _, warning := range warnings {
		log.Warn(warning)
	}
	if s.store.Shards() != env.Shards || s.store.Partitions() != env.Partitions {
		log.WithFields(logrus.Fields{"shards": s.store.Shards(), "partitions": s.store.Partitions()}).
			Info("keeping the layout of the first start")
	}
	a.boundMemory()
	return a.work(ctx, service{session: s, shown: shown, log: log, jobLog: log, byDefault: definition.Destination{Type: redisstream.Type}, file: c.Definitions})
}

// service is a worker to be run.
type service struct {
	*session
	shown     *telemetry
	log       logrus.FieldLogger // for people
	jobLog    logrus.FieldLogger // a line for each job
	byDefault definition.Destination
	prints    bool           // every action is printed, whatever destinations are defined
	loopback  bool           // receivers on this machine are called
	desk      *embedded.Desk // answers other processes of the user with the embedded Redis; nil: there is none
	redisURL  string         // with which commands reach the Redis of deskbell up; empty: there is a desk
	demo      bool           // the sample page is served, with the sample's definitions
	demoKey   string         // with demo: the publishable key of that page
	chats     *fakeDesk      // whose webhooks come to web; nil: there is none
	file      string         // of definitions to which Redis is kept matched; empty: none
}

// keepTimeZone keeps the default time zone, which processes that start later compare with theirs.
func (s service) keepTimeZone(ctx context.Context) {
	if err := s.store.KeepTimeZone(ctx, s.env.TimeZone.String()); err != nil {
		s.log.WithError(err).Log(jobs.LevelOf(err), "the default time zone is not kept: the next start does it")
	}
}

// relaxGC lets the heap grow to some times its live part before it is collected: a
// worker keeps little and throws away much. GOGC, when it is set, has its way.
func (a *app) relaxGC() {
	if a.env("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// boundMemory lets the heap be collected earlier than relaxGC has it once the process comes near 200 MB of memory, of which Go does not count
// all. What is live is bounded elsewhere, and is less. GOMEMLIMIT, when it is set, has its way.
func (a *app) boundMemory() {
	if a.env("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(140 << 20)
	}
}

// work runs a worker until the context ends.
func (a *app) work(ctx context.Context, s service) error {
	a.relaxGC()
	s.keepTimeZone(ctx)
	if s.file != "" {
		stop, err := a.follow(ctx, s)
		if err != nil {
			return err
		}
		defer stop()
	}
	outbound := guard.Guard{Allow: s.env.AllowPrivate, Loopback: s.loopback}
	desks := newJoiner(outbound, a.env, a.now, s.log)
	s.shown.watchRedis(s.session, s.log)
	quotas := s.quotas(a.now)
	c := jobs.Config{
		Store: s.store, Redis: s.redis, Partitions: s.store.Partitions(), Log: s.jobLog, Now: a.now, TimeZone: s.env.TimeZone,
		Concurrency: s.env.Concurrency, Batch: s.env.SweepBatch, StopTimeout: s.env.StopTimeout,
		KeepVisitors: s.env.KeepVisitors, Quotas: quotas.Book,
		Bounds: deliver.Bounds{Actions: s.env.Waiting, Bytes: int64(s.env.WaitingMB) << 20, AllBytes: int64(s.env.WaitingAllMB) << 20},
		OpenDestination: map[string]deliver.OpenDestination{
			logline.Type:     logline.Open(s.log, s.env.TimeZone),
			redisstream.Type: redisstream.Open(s.redis.Client),
			webhook.Type:     webhook.Open(outbound, a.env, a.now, userAgent()),
			chatwootType:     desks.chatwoot,
			restType:         desks.rest,
		},
		Tenders: map[string]jobs.Tender{
			chatwootType: chatwootTender{desks, s.client.PropertyHours, quotas, s.client.SendComplete},
		},
		DefaultDestination: s.byDefault,
		Notifier:           shout.Notifier{Guard: outbound, Now: a.now},
		Pusher:             push.New(outbound, 0),
		Calendars:          ical.NewFetcher(outbound, a.now),
		Metrics:            s.shown.metrics,
		Peers:              s.shown.peers,
	}
	if s.prints {
		s.print(&c)
	}
	worker := jobs.NewWorker(c)
	s.shown.worker.Store(worker)
	return worker.Run(ctx)
}
