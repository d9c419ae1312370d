package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/agentpage"
	"github.com/deskbell/deskbell/cmd/deskbell/web/api"
	"github.com/deskbell/deskbell/cmd/deskbell/web/board"
	"github.com/deskbell/deskbell/cmd/deskbell/web/hook"
	"github.com/deskbell/deskbell/cmd/deskbell/web/page"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/monitor"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/view"
)

type webCmd struct {
	Listen string `placeholder:"ADDRESS" help:"Where to listen; default: DESKBELL_LISTEN, else PORT on every address, else 127.0.0.1:8080."`

	profiles
}

func (*webCmd) Help() string {
	return `
Serves, over the Redis of REDIS_URL: the board at /, the HTTP API under /v1 with its documentation at /docs, asynq's
monitor of the tasks at /monitor, and /metrics, /healthz and /readyz. While no key exists, it is for this machine alone:
it listens on 127.0.0.1, and everybody here may change everything. Beyond, deskbell keys add comes first, and a reverse
proxy with TLS in front. Run as many as you like. SIGTERM stops it gracefully.

Examples:

    REDIS_URL=redis://127.0.0.1:6379/0 deskbell web
    deskbell web --listen :8080
`
}

const defaultListen = "127.0.0.1:8080"

// address is where to listen.
func (c *webCmd) address(env config.Env) string {
	port := ""
	if env.Port != 0 {
		port = fmt.Sprint(":", env.Port)
	}
	return cmp.Or(c.Listen, env.Listen, port, defaultListen)
}

func (c *webCmd) Run(ctx context.Context, a *app) (err error) {
	defer func() { err = stopped(ctx, err) }()
	env, log, err := a.daemon(ctx)
	if err != nil {
		return err
	}
	r := jobs.Connect(*env.Redis)
	defer func() { err = errors.Join(err, r.Close()) }()
	shown := newTelemetry(a.peers(env, log, a.keepTime(log), false))
	endProfiles, err := c.profiles.serve(log)
	if err != nil {
		return err
	}
	defer endProfiles()
	endTelling := tellSystemd(ctx, shown.stuck, log)
	defer endTelling()
	s, err := a.attach(ctx, env, r, log)
	if err != nil {
		return err
	}
	address := c.address(env)
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listening on %s: %w; choose another address by --listen or DESKBELL_LISTEN", address, err)
	}
	shown.watchRedis(s, log)
	shown.peers.Meet(ctx, s.store)
	shows, hide := context.WithCancel(ctx)
	var showing sync.WaitGroup
	defer showing.Wait()
	defer hide() // also where serving ends by a fault
	showing.Go(func() { shown.peers.Show(shows, s.store) })
	return a.serve(ctx, service{session: s, shown: shown, log: log}, l)
}

// serve answers on a listener, which it closes, until the context ends.
func (a *app) serve(ctx context.Context, s service, l net.Listener) error {
	defer l.Close()
	keys := a.keys(s.session)
	local := isLoopback(l.Addr())
	if err := a.checkKeys(ctx, keys, l.Addr(), local, s); err != nil {
		return err
	}
	if s.demo {
		key, err := publishDemo(ctx, keys, l.Addr())
		if err != nil {
			return err
		}
		s.demoKey = key
	}
	live, visits := view.NewLive(s.client.Reader), view.NewVisitFeed(s.client.Reader)
	lasts, cancel := context.WithCancel(context.WithoutCancel(ctx)) // longer than the last request
	var wait sync.WaitGroup
	wait.Go(func() { live.Run(lasts) })
	wait.Go(func() { visits.Run(lasts) })
	defer wait.Wait()
	defer cancel()
	c, err := a.surface(s, keys, live, visits)
	if err != nil {
		return err
	}
	c.Loopback = local
	wait.Go(func() { s.redis.WatchWrites(lasts, s.log) })
	wait.Go(func() {
		c.book.Run(lasts, func(err error) { s.log.WithError(err).Log(jobs.LevelOf(err), "counting what quotas refused failed") })
	})
	s.log.Infof("web started: board at %s (documentation of the API at /docs, tasks at /monitor)", boardAt(l.Addr()))
	err = web.Serve(ctx, s.shown.accepts.Watch(l, s.log), web.New(c.Config), s.log, s.env.StopTimeout)
	s.log.Info("web stopped")
	return err
}

// surface is all that is served, and the patterns of handlers that are within others.
type surface struct {
	web.Config
	within map[string][]string // by the pattern of the outer one
	book   *quota.Book         // what it notes is written by its Run
}

// surface joins the handlers. The caller says who reaches them.
func (a *app) surface(s service, keys edit.Keys, live *view.Live, visits *view.VisitFeed) (surface, error) {
	monitor, err := monitorOf(s.redis.Client)
	if err != nil {
		return surface{}, err
	}
	answers := web.RedisAnswers(s.redis.Client, s.slots)
	watched := board.New(board.Config{Client: s.client, Peers: s.shown.peers, Redis: answers, Now: a.now, Log: s.log, Source: s.file})
	within := map[string][]string{"/board/": watched.Patterns}
	private := map[string]http.Handler{
		"/monitor": monitor, "/monitor/": monitor,
		"GET /metrics": web.Metrics(s.shown.registry),
	}
	if s.demo {
		demo, err := page.Demo(s.demoKey)
		if err != nil {
			return surface{}, err
		}
		private["GET /demo"], private["GET /demo/"], within["GET /demo/"] = demo, demo, demo.Patterns
	}
	received, refused, answered := web.NewEventMetrics(), web.NewRefusedMetrics(), web.NewAnswerMetrics()
	s.shown.registry.MustRegister(received, refused, answered)
	quotas := s.quotas(a.now)
	s.session = s.receiving()
	tokens := page.NewTokens(edit.PageSecret{Store: s.store}, s.store, a.now)
	served := api.New(api.Config{Client: s.client, Eraser: s.eraser(a), Token: tokens.Make, TestNotice: a.trial(s.session, s.loopback).Try, Now: a.now, Log: s.log, Events: received, Quotas: quotas})
	within["/v1/"] = served.Patterns
	script, err := page.NewScript()
	if err != nil {
		return surface{}, err
	}
	public, misses, streams := agentpage.Public(), web.NewMisses(a.now), web.NewStreams(s.env.AddressStreams)
	s.shown.registry.MustRegister(streams.Metrics())
	maps.Copy(public, script.Handlers())
	maps.Copy(public, map[string]http.Handler{
		"/v1/properties/{id}/widget":        page.WidgetState(live, misses, a.now),
		"/v1/properties/{id}/widget/stream": page.WidgetStream(live, misses, streams),
		"GET /healthz":                      web.Health(s.shown.alive),
		"GET /readyz":                       web.Ready(s.shown.readiness, s.shown.working, answers, degraded(unpaused(s.redis.Client))),
	})
	hooked := func(from *senders) web.Hook {
		return hook.New(hook.Config{Find: from.find, Take: served.Take, Now: a.now, Log: s.log})
	}
	return surface{web.Config{
		API: served.Handlers, Docs: served.Docs, Linked: served.Linked, Links: edit.Links{Store: s.store, Now: a.now}, Keys: keys, Now: a.now, Log: s.log, Rate: s.env.KeyRate, Edits: s.env.KeyEdits, Refused: refused, Answers: answered,
		Public: public, Agent: a.agentPage(s), Private: private,
		Board: map[string]http.Handler{"GET /{$}": watched, "/board/": watched},
		Pages: map[string]http.Handler{
			"POST /v1/page/events": page.Events(page.EventsConfig{Tokens: tokens, Intake: s.client.Intake, Take: served.Take, Signers: keys.Signers, Send: s.client.SendComplete, Log: s.log}),
			"GET /v1/page/stream":  page.Stream(page.StreamConfig{Tokens: tokens, Live: live, Visits: visits, Streams: streams, Now: a.now, Log: s.log}),
		},
		Hooks: map[string]web.Hook{
			"POST /v1/chatwoot/{name}": hooked(a.senders(s, chatwootType, chatwootSender)),
			"POST /v1/rest/{name}":     hooked(a.senders(s, restType, restSender)),
		},
		Visitors: map[string]http.Handler{
			"/v1/visits/{visit}/stream": page.VisitStream(visits, live, misses, streams, s.client.Intake(), tokens),
		},
	}, within, quotas.Book}, nil
}

// slots are those that all of the work needs.
func (s *session) slots() []string { return jobs.Slots(s.store.Shards(), s.store.Partitions()) }

// receiving is the session with a client whose events came by HTTP.
func (s *session) receiving() *session {
	other, c := *s, *s.client
	c.Client = c.Client.CameBy(enqueue.ByHTTP)
	other.client = &c
	return &other
}

// book has the quotas of properties, by default those of the process's configuration.
func (s *session) book(now func() time.Time) *quota.Book {
	return quota.NewBook(s.store, now, quota.Limits{Events: s.env.EventRate, NewVisitors: s.env.NewVisitors, Waiting: s.env.Messages})
}

// quotas are those of the process's configuration.
func (s *session) quotas(now func() time.Time) *quota.Intake {
	return &quota.Intake{Store: s.store, Now: now, Keyed: s.env.KeyEventRate, Book: s.book(now)}
}

// agentPage serves the page of an agent.
func (a *app) agentPage(s service) map[string]http.Handler {
	sender := push.New(guard.Guard{Allow: s.env.AllowPrivate, Loopback: s.loopback}, 0)
	return agentpage.New(agentpage.Config{
		Client: s.client, Subscriptions: edit.Subscriptions{Store: s.store, Now: a.now}, Pusher: sender,
		Trial: jobs.NoticeTrial{Store: s.store, Pusher: sender, Now: a.now}.Try, Now: a.now, Log: s.log,
	})
}

// monitorOf shows no buttons to keys that may only read.
func monitorOf(rdb redis.UniversalClient) (http.Handler, error) {
	const root = "/monitor"
	all, err := monitor.New(rdb, root, false)
	if err != nil {
		return nil, err
	}
	readers, err := monitor.New(rdb, root, true)
	return web.ForReaders(readers, all), err
}

// checkKeys refuses to listen to other machines while no key exists.
func (a *app) checkKeys(ctx context.Context, keys edit.Keys, address net.Addr, local bool, s service) error {
	ring, err := keys.Load(ctx)
	switch {
	case err != nil:
		return err
	case ring.HasServers():
		return errors.Join(keys.Note(ctx), keys.Complete(ctx))
	case !local && len(ring) > 0: // pages alone are let in
		return nil
	case !local:
		return fmt.Errorf("listening on %s: other machines may reach it, and there is no key: run deskbell keys add NAME first, on the same REDIS_URL, or listen on 127.0.0.1", address)
	}
	add := "deskbell keys add NAME"
	once, err := keys.Once(ctx, false)
	if err != nil {
		return err
	}
	if once {
		s.log.Warnf("there were keys, and there is none now: nobody is let in until there is one (%s), or until deskbell keys open --yes", add)
		return nil
	}
	if s.desk == nil {
		add += ", on the same REDIS_URL,"
	}
	s.log.Infof("there is no key: this machine alone is answered, and everybody on it may see and change everything; %s ends that", add)
	return nil
}

func isLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
