package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/logline"
	"github.com/deskbell/deskbell/jobs/edit"
)

type upCmd struct {
	AllowOldZones    bool   `help:"Decide even while another worker has newer time zones."`
	WithFakeChatwoot bool   `help:"Beside a Chatwoot in memory, with a page of both sides."`
	Data             string `placeholder:"DIR" help:"Keep what it has in this folder, by the redis-server of this machine."`
}

func (*upCmd) Help() string {
	return `
The first command to try. It takes the definitions of deskbell.yaml (or DESKBELL_DEFINITIONS), and has a sample of its
own when there is none: a page with a chat widget at http://127.0.0.1:8080/demo, and a widget that flips every minute.
Each action is printed, whatever destinations are defined; receivers on this machine are called, too. It serves what
deskbell web does: the board at http://127.0.0.1:8080 (or DESKBELL_LISTEN; another port where that is taken), the
documentation of the HTTP API at /docs, the tasks at /monitor. The embedded Redis keeps nothing; with --data, a redis-server
of its own keeps all in that folder, and ends with it; with REDIS_URL set, that Redis is used. Either way deskbell status, open, close, send and all others find it from another terminal by themselves,
by a socket that only you can use.

With --with-fake-chatwoot it runs beside a Chatwoot that is none: in memory, joined as a real one is, with a page on which
you are visitor and agent. That has a sample of its own, and an embedded Redis.

Examples:

    deskbell up
    deskbell up --with-fake-chatwoot
    deskbell up --data ~/.local/share/deskbell
    deskbell status
    REDIS_URL=redis://127.0.0.1:6379/0 deskbell up
`
}

func (c *upCmd) Run(ctx context.Context, a *app) (err error) {
	defer func() { err = stopped(ctx, err) }()
	env, err := config.FromEnv(a.env)
	if err != nil {
		return err
	}
	log, err := a.logger(env)
	if err != nil {
		return err
	}
	jobLog := log
	if a.env("LOG_LEVEL") == "" { // people watch, who want to see results, and not every step
		if jobLog, err = a.logger(env); err != nil {
			return err
		}
		jobLog.SetLevel(logrus.WarnLevel)
	}
	if env.LogFormat == "auto" {
		log.SetFormatter(plainLines{})
		jobLog.SetFormatter(plainLines{})
	}
	logZones(log, env)
	in, err := c.redis(ctx, a, &env, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.end()) }()
	if in.desk == nil { // an embedded Redis has what waits in this process: a limit below it would only cost time
		a.boundMemory()
	}
	r := jobs.Connect(*env.Redis)
	defer func() { err = errors.Join(err, r.Close()) }()
	clock := a.keepTime(log)
	var chats *fakeDesk
	if c.WithFakeChatwoot {
		own, stop, err := a.startFakeDesk(ctx)
		if err != nil {
			return err
		}
		defer stop()
		chats = own
	}
	s, err := a.attach(ctx, env, r, log)
	if err != nil {
		return err
	}
	file, demo, err := a.prepare(ctx, s, chats, log)
	if err != nil {
		return err
	}
	return a.workAndServe(ctx, service{
		session: s, shown: newTelemetry(a.peers(env, log, clock, c.AllowOldZones)).withWorker(), log: log, jobLog: jobLog, prints: true, desk: in.desk, redisURL: in.url, demo: demo, file: file, chats: chats,
	})
}

// prepare finds the file of definitions; without one it applies the sample (demo), and beside a Chatwoot the sample for that.
func (a *app) prepare(ctx context.Context, s *session, chats *fakeDesk, log logrus.FieldLogger) (file string, demo bool, err error) {
	if chats != nil {
		return "", false, a.applyFakeDesk(ctx, s, chats)
	}
	file = s.env.Definitions
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		return file, false, nil
	}
	if a.env("DESKBELL_DEFINITIONS") != "" {
		return "", false, fmt.Errorf("opening DESKBELL_DEFINITIONS=%s: there is no such file", file)
	}
	return "", true, a.applySample(ctx, s, log)
}

// print lets a worker print each action, once: destinations of type log that are defined print nothing more.
func (s service) print(c *jobs.Config) {
	const own = "(printed)" // no id, so that no definition has this name
	printed, silent := c.OpenDestination[logline.Type], logline.Open(quiet(), s.env.TimeZone)
	c.OpenDestination[logline.Type] = func(name string, def definition.Destination) (deliver.Destination, error) {
		if name == own {
			return printed(name, def)
		}
		return silent(name, def)
	}
	c.OwnDestinations = map[string]definition.Destination{own: {Type: logline.Type}}
}

// workAndServe runs a worker and web; when one of them ends, so does the other.
func (a *app) workAndServe(ctx context.Context, s service) error {
	l, err := a.listenSomewhere(ctx, cmp.Or(s.env.Listen, defaultListen), s.log)
	if err != nil {
		return err
	}
	s.loopback = isLoopback(l.Addr())
	at := boardAt(l.Addr())
	s.log.Infof("board: %s", at)
	if s.demo {
		s.log.Infof("sample page: %s/demo", at)
	}
	if s.chats != nil {
		if err := a.subscribeFakeDesk(ctx, s.chats, at); err != nil {
			return err
		}
		s.log.Infof("a Chatwoot that is not one: %s", s.chats.at)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	hide := a.share(ctx, s, at)
	defer hide()
	served := make(chan error, 1)
	go func() {
		defer cancel()
		served <- a.serve(ctx, s, l)
	}()
	err = a.work(ctx, s)
	cancel()
	return errors.Join(err, <-served)
}

// listenSomewhere takes another port of the same address where the one asked for is
// taken, and says which.
func (a *app) listenSomewhere(ctx context.Context, address string, log logrus.FieldLogger) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		log.Infof("%s is taken by another program: taking a free port", address)
		host, _, _ := net.SplitHostPort(address) // it was checked
		l, err = config.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w; set DESKBELL_LISTEN to another address", address, err)
	}
	return l, nil
}

// applySample applies the sample, and describes it in the log.
func (a *app) applySample(ctx context.Context, s *session, log logrus.FieldLogger) error {
	now := a.now().In(s.env.TimeZone)
	defs, err := config.ReadDefinitions("the sample", []byte(sample(now)))
	if err != nil {
		return err
	}
	steps, err := s.client.Plan(ctx, defs)
	if err != nil {
		return err
	}
	for _, step := range steps {
		mine := step.Op == edit.Update && slices.Contains([]string{"demo", "robin", "kiosk", "lea"}, step.Name) // of a sample before
		if step.Op != edit.Add && !mine {
			return fmt.Errorf("there is no %s, and the sample would replace what %s holds: name a file by DESKBELL_DEFINITIONS, or run deskbell worker", s.env.Definitions, s.env.RedisName)
		}
	}
	if err := s.client.Apply(ctx, steps, nil); err != nil {
		return err
	}
	log.Infof("no %s here: using a sample with the properties \"demo\" and \"kiosk\"", s.env.Definitions)
	log.Infof("from %s on, every three minutes: kiosk opens and lea starts; a minute later lea leaves; then kiosk closes", nextMinute(now).Format("15:04"))
	log.Infof("next: write your own %s (the README shows one; deskbell validate checks it), and start this again", s.env.Definitions)
	return nil
}

func nextMinute(t time.Time) time.Time { return t.Truncate(time.Minute).Add(time.Minute) }

// sample is a deskbell.yaml with a shop whose triggers speak within seconds, and a kiosk with
// boundaries in the next minutes: a cycle of three, for two hours. Their zone is the one
// of now. In a night in which its clocks are turned it is UTC: some minutes come twice there, and
// a window opens in the first of them alone.
func sample(now time.Time) string {
	var kiosk, lea []string
	now, zone := zoneWithoutTurn(now)
	for t := nextMinute(now); len(kiosk) < 40; t = t.Add(3 * time.Minute) {
		kiosk = append(kiosk, window(t, 2*time.Minute))
		lea = append(lea, window(t, time.Minute))
	}
	return fmt.Sprintf(sampleText, zone, strings.Join(kiosk, ", "), zone, strings.Join(lea, ", "))
}

// zoneWithoutTurn is an instant in a zone whose clocks are not turned about then: its own, or UTC, with the key that says so.
func zoneWithoutTurn(now time.Time) (at time.Time, key string) {
	_, before := now.Add(-3 * time.Hour).Zone()
	if _, after := now.Add(3 * time.Hour).Zone(); after != before {
		return now.UTC(), "time_zone: UTC, "
	}
	return now, ""
}

const sampleText = `properties:
  demo:
    name: Demo shop
    schedule: 24/7
    agents: [robin]
    auto_replies: {outside: "We are closed, and have your message. Back {{next_open|soon}}."}
    rescue:
      - {after: 10s, send_message: "Thanks for waiting, we are nearly with you."}
      - {after: 30s, send_message: "It takes longer than we like. Shall we write to you instead?"}
      - {after: 50s, show_form: offline_form}
    triggers:
      - {name: Welcome message, type: site, delay: 3s, frequency: once_per_visit,
         message: "Welcome to the {{property.name}}! Is there anything that you are looking for?",
         sender: {name: Robin}, suggested: [A chair for my desk, Just looking]}
      - {name: Pricing help, type: page, url: {contains: "#/pricing"}, delay: 4s, frequency: once_per_visit,
         message: "From six chairs on there is a better price. Shall I work it out?", sender: {name: Robin}, suggested: ["Yes, please"]}
  kiosk:
    name: Kiosk
    schedule: {%sweekly: {daily: %q}}
    agents: [lea]
agents:
  robin: {name: Robin}
  lea:
    name: Léa
    schedule: {%sweekly: {daily: %q}}
    notify: {on: [hours_started, hours_ended]}
`

func window(from time.Time, length time.Duration) string {
	return from.Format("15:04") + "-" + from.Add(length).Format("15:04")
}

// plainLines writes a log for people to watch: the time, the message, and its fields. Visitors write some of that: no line of
// theirs looks as one of its own.
type plainLines struct{}

// Format implements logrus.Formatter.
func (plainLines) Format(e *logrus.Entry) ([]byte, error) {
	line := e.Time.Format("15:04:05") + "  "
	indent := "\n" + strings.Repeat(" ", len(line))
	if e.Level <= logrus.WarnLevel {
		line += e.Level.String() + ": "
	}
	for i, text := range strings.Split(e.Message, "\n") {
		if i > 0 {
			line += indent
		}
		line += table.OneLine(text)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Data)) {
		line += table.OneLine(fmt.Sprintf("  %s=%v", name, e.Data[name]))
	}
	return []byte(line + "\n"), nil
}
