package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/layout"
	"github.com/deskbell/deskbell/jobs/outage"
	"github.com/deskbell/deskbell/jobs/redisurl"
	"github.com/deskbell/deskbell/jobs/store"
)

// Dial connects to the Redis of the workers by its URL, in any form that REDIS_URL may have: redis://, rediss:// (TLS), unix://,
// redis-sentinel:// or redis-cluster://. The error is ErrNoDeskbell where no worker has started on it yet; none shows the password.
// Close the client.
//
// Whoever reaches that Redis is trusted: there is no key, and no quota of events. Events of properties that are not defined are dropped by
// the workers, who log that.
func Dial(ctx context.Context, url string) (*Client, error) {
	o, err := redisurl.Parse(url)
	if err != nil {
		return nil, fmt.Errorf("reading the URL of a Redis: it %w", err)
	}
	return DialOptions(ctx, *o)
}

// DialOptions is Dial for a Redis that options describe. Their time-outs are replaced.
func DialOptions(ctx context.Context, o redis.UniversalOptions) (*Client, error) {
	o = outage.Timed(o)
	o.ContextTimeoutEnabled = true // else a deadline does not end a wait for a hung Redis
	rdb := outage.Open(o)
	l, err := layout.Read(ctx, rdb)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("dialling Deskbell: %w", err), rdb.Close())
	}
	sender := enqueue.New(enqueue.Config{Redis: rdb, Shard: l.Shard, Partitions: l.Partitions, Now: clock})
	return &Client{via: &dialled{rdb: rdb, layout: l, sender: sender}, now: clock}, nil
}

// dialled is the way by Redis.
type dialled struct {
	rdb    redis.UniversalClient
	layout layout.Layout
	sender *enqueue.Client
}

func (d *dialled) send(ctx context.Context, complete []event.Event) error {
	return d.sender.SendComplete(ctx, complete...)
}

func (d *dialled) widget(ctx context.Context, property string) (Widget, error) {
	var state struct {
		Widget Widget `json:"widget"` // beside overrides and others, as in engine.PropertyState
	}
	err := d.read(ctx, store.PropertySubject(property), &state)
	return state.Widget, err
}

func (d *dialled) agent(ctx context.Context, id string) (a Agent, err error) {
	return a, d.read(ctx, store.AgentSubject(id), &a)
}

// read reads a state into a zero value, which stays zero where no worker has decided yet.
func (d *dialled) read(ctx context.Context, s store.Subject, into any) error {
	value, err := d.rdb.HGet(ctx, layout.StateKey(d.layout.Shard(s)), string(s)).Result()
	switch rev, _, state := layout.SplitState(value); {
	case err != nil && !errors.Is(err, redis.Nil):
		return err
	case rev == 0:
		return ErrNotFound
	case state == nil:
		return nil
	default:
		return json.Unmarshal(state, into)
	}
}

func (d *dialled) close() error {
	d.sender.Wait()
	return d.rdb.Close()
}
