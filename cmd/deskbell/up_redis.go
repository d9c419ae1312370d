package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/kept"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs/embedded"
	"github.com/deskbell/deskbell/jobs/redisurl"
)

// upRedis is the Redis of a deskbell up.
type upRedis struct {
	url  string         // for commands, as REDIS_URL; empty: the desk answers them
	desk *embedded.Desk // nil: the Redis is in another process
	end  func() error   // for when the clients are closed
}

// redis gives an environment the Redis of REDIS_URL, that of --data, or an embedded one.
func (c *upCmd) redis(ctx context.Context, a *app, env *config.Env, log logrus.FieldLogger) (upRedis, error) {
	switch {
	case c.WithFakeChatwoot && (env.Redis != nil || c.Data != ""):
		return upRedis{}, usagef("--with-fake-chatwoot is for a first try, with an embedded Redis: leave REDIS_URL and --data unset")
	case env.Redis != nil && c.Data != "":
		return upRedis{}, usagef("--data is for a Redis of its own, and REDIS_URL names another: leave one of them unset")
	case env.Redis != nil:
		return upRedis{url: strings.TrimSpace(a.env("REDIS_URL")), end: func() error { return nil }}, nil
	case c.Data != "":
		server, err := kept.Start(ctx, c.Data)
		if err == nil {
			return keptIn(server, c.Data, env, log)
		}
		if !errors.Is(err, kept.ErrNoProgram) {
			return upRedis{}, err
		}
		log.Warnf("nothing is kept in %s: %v; install one (apt-get install redis-server, dnf install redis, brew install redis), and start this again", c.Data, err)
	}
	own, err := embedded.New(a.now, time.Second)
	if err != nil {
		return upRedis{}, err
	}
	options := own.Options()
	env.Redis, env.RedisName = &options, "embedded"
	log.Info("using an embedded Redis: it keeps nothing when this ends, and is for some thousand properties at most")
	return upRedis{desk: own.Desk, end: func() error { own.Close(); return nil }}, nil
}

// keptIn gives an environment a redis-server of its own, and says when that ends by itself.
func keptIn(server *kept.Server, dir string, env *config.Env, log logrus.FieldLogger) (upRedis, error) {
	options, err := redisurl.Parse(server.URL())
	if err != nil {
		return upRedis{}, errors.Join(err, server.Close())
	}
	env.Redis, env.RedisName = options, "the redis-server of "+dir
	log.Infof("all is kept in %s, by a redis-server that ends with this", dir)
	ending, told := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		select {
		case <-ending:
		case <-server.Exited():
			log.Errorf("the redis-server has ended, and nothing goes on: see %s, and start this again", server.Log())
		}
	}()
	return upRedis{url: server.URL(), end: func() error {
		close(ending)
		<-told
		return server.Close()
	}}, nil
}
