package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/reach"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/embedded"
	"github.com/deskbell/deskbell/jobs/redisurl"
)

// running is how a deskbell up describes itself to the commands of its user.
type running struct {
	PID      int    `json:"pid"`
	Board    string `json:"board"`           // a URL
	Redis    string `json:"redis,omitempty"` // REDIS_URL, with its secrets; empty: it has a Redis of its own
	TimeZone string `json:"time_zone"`       // of schedules that name none
}

// is names it in messages.
func (r running) is() string { return fmt.Sprintf("deskbell up (process %d, %s)", r.PID, r.Board) }

// share lets the commands of this user find this deskbell up, until the context ends: then it still finishes its work, and
// another may take its place. Where that cannot be, it says why: all else works. stop ends the connections, too.
func (a *app) share(ctx context.Context, s service, board string) (stop func()) {
	mine := running{PID: os.Getpid(), Board: board, TimeZone: s.env.TimeZone.String()}
	desk, end := s.desk, func() {}
	if desk == nil {
		desk = embedded.NewDesk()
		mine.Redis, end = s.redisURL, desk.Close
	}
	err := describe(desk, mine)
	var taken *reach.Taken
	if err == nil {
		taken, err = reach.Take(a.env)
	}
	if err != nil {
		s.log.Warnf("deskbell status, close, send and others will not find this from another terminal: %v", err)
		return end
	}
	taken.Serve(desk.Serve)
	leave := sync.OnceFunc(func() {
		if err := taken.Close(); err != nil {
			s.log.WithError(err).Debug("giving the place of commands back failed")
		}
	})
	context.AfterFunc(ctx, leave)
	if other := firstOf(ctx, taken.Before); other != nil && (other.Redis == "" || other.Redis != mine.Redis) {
		s.log.Info(afterAnother(taken, *other, mine))
	} else {
		s.log.Info("from another terminal, deskbell status, close, send and others find this by themselves")
	}
	return func() {
		leave()
		end()
	}
}

func describe(desk *embedded.Desk, r running) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return desk.Describe(string(text))
}

// afterAnother is the line of a deskbell up that found another one running.
func afterAnother(taken *reach.Taken, first, mine running) string {
	text := fmt.Sprintf("there is another %s: deskbell status, close, send and others reach that one as long as it runs", first.is())
	switch socket := taken.Socket(); {
	case mine.Redis != "":
		text += "; for this one, give them the same REDIS_URL"
	case socket != "":
		text += "; for this one, give them REDIS_URL=unix://" + socket
	}
	return text
}

// firstOf is the first that answers; nil: none does.
func firstOf(ctx context.Context, places []reach.Place) *running {
	ctx, cancel := context.WithTimeout(ctx, time.Second) // one that is stopped holds up nobody
	defer cancel()
	for _, p := range places {
		if r, err := ask(ctx, p); err == nil {
			return &r
		}
	}
	return nil
}

var errSilent = errors.New("it does not answer")

// ask asks the one at a place how it is to be reached. Its error is errSilent where there is one that does not answer.
func ask(ctx context.Context, p reach.Place) (running, error) {
	var r running
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	conn, err := p.Dial(ctx)
	if err != nil {
		return r, err
	}
	defer conn.Close()
	text, err := embedded.Ask(ctx, conn)
	if err == nil {
		err = json.Unmarshal([]byte(text), &r)
	}
	if err != nil {
		return r, errSilent // nothing of its answer is shown: there may be a secret in it
	}
	return r, nil
}

// locate completes an environment without a REDIS_URL by the Redis of the deskbell up that runs here, and gives that; nil: it
// was not needed. Its error is errNoRedis where none runs.
func (a *app) locate(ctx context.Context, env *config.Env) (*running, error) {
	if env.Redis != nil {
		return nil, nil
	}
	places, err := reach.Places(a.env)
	if err != nil {
		return nil, fmt.Errorf("%w (looking for it: %w)", errNoRedis, err)
	}
	silent := false
	for _, p := range places {
		r, err := ask(ctx, p)
		if err == nil {
			return &r, a.use(env, p, r)
		}
		silent = silent || errors.Is(err, errSilent)
	}
	if silent {
		return nil, fmt.Errorf("%w (one runs, and does not answer: is it stopped?)", errNoRedis)
	}
	return nil, errNoRedis
}

// use lets an environment have the Redis of a deskbell up, and its time zone unless it has its own.
func (a *app) use(env *config.Env, p reach.Place, r running) error {
	if zone, err := zones.Load(r.TimeZone); err == nil && strings.TrimSpace(a.env(config.TimeZoneVariable)) == "" {
		env.TimeZone, env.Warning = zone, ""
	}
	if r.Redis == "" {
		env.Redis = &redis.UniversalOptions{
			Addrs:  []string{"up"},
			Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) { return p.Dial(ctx) },
		}
		env.RedisName = "the Redis within " + r.is()
		return nil
	}
	options, err := redisurl.Parse(r.Redis)
	if err != nil {
		return fmt.Errorf("reading the REDIS_URL of %s: it %w", r.is(), err)
	}
	env.Redis, env.RedisName = options, redisurl.Redact(r.Redis)+" of "+r.is()
	return nil
}

// locateForLong is locate for a process that lasts, and logs whose Redis it uses.
func (a *app) locateForLong(ctx context.Context, env *config.Env, log logrus.FieldLogger) error {
	r, err := a.locate(ctx, env)
	if err == nil && r != nil {
		log.Warnf("REDIS_URL is not set: using %s, for as long as that runs", env.RedisName)
	}
	return err
}

// boardAt is the URL of the board at an address.
func boardAt(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() { // every address of this machine
		addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}
	}
	return "http://" + addr.String()
}
