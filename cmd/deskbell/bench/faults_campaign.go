package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

// campaign is the processes of a plan: a Redis, a web, two workers of which the first has a proxy before its Redis, and a receiver.
type campaign struct {
	FaultPlan
	dir     string
	redis   *redisServer
	proxies [2]*proxy
	hook    *webhook
	web     *process
	workers [2]*process
	webAt   string
	load    *faultLoad
	asks    jobs.Redis
	store   *redisstore.Store
	past    []pastFault
}

func (p FaultPlan) open() (c *campaign, err error) {
	c = &campaign{FaultPlan: p}
	if c.dir, err = os.MkdirTemp("", "deskbell-faults-"); err != nil {
		return nil, err
	}
	fail := func(err error) (*campaign, error) {
		for _, p := range c.proxies {
			if p != nil {
				p.close()
			}
		}
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	if c.redis, err = newRedisServer(c.dir); err != nil {
		return fail(err)
	}
	port, err := freePort()
	if err != nil {
		return fail(err)
	}
	c.webAt = fmt.Sprint("127.0.0.1:", port)
	for n := range c.proxies {
		if c.proxies[n], err = newProxy(c.redis.address()); err != nil {
			return fail(err)
		}
	}
	c.hook, c.load = newWebhook(p.Now), newFaultLoad(c.webAt, p.Now)
	c.asks = jobs.Connect(redis.UniversalOptions{Addrs: []string{c.redis.address()}})
	return c, nil
}

// close ends everything, at once.
func (c *campaign) close() error {
	c.load.enough.Store(true)
	for _, p := range []*process{c.web, c.workers[0], c.workers[1]} {
		if p != nil {
			p.kill()
		}
	}
	c.redis.kill()
	for _, p := range c.proxies {
		p.close()
	}
	c.hook.CloseClientConnections()
	c.hook.Close()
	c.load.http.CloseIdleConnections()
	return errors.Join(c.asks.Close(), c.redis.asks.Close(), os.RemoveAll(c.dir))
}

// start starts all of it, and waits until the first states have come.
func (c *campaign) start(ctx context.Context) error {
	if err := c.redis.start(ctx); err != nil {
		return err
	}
	var err error
	if c.store, err = redisstore.Open(ctx, c.asks.Client, redisstore.Layout{Shards: 64, Partitions: 1}); err != nil {
		return err
	}
	if err := errors.Join(c.startWeb(ctx), c.startWorker(ctx, 0), c.startWorker(ctx, 1)); err != nil {
		return err
	}
	if err := c.load.define(ctx, c.hook.URL, c.Length); err != nil {
		return err
	}
	return c.await(ctx, "the first states", func() (bool, error) {
		states := 0
		c.hook.look(func(a *arrivals) { states = len(a.list) })
		return states >= faultShops+faultDesks+faultDoors+faultClocks, c.living()
	})
}

// await waits for a fact.
func (c *campaign) await(ctx context.Context, what string, fact func() (bool, error)) error {
	for end := c.Now().Add(arrives); c.Now().Before(end); {
		if is, err := fact(); is || err != nil {
			return err
		}
		if err := pauseFor(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("waiting for %s: %w within %s", what, errInVain, arrives)
}

var errInVain = errors.New("they have not come")

func (c *campaign) env(redisAt string) []string {
	return []string{"REDIS_URL=redis://" + redisAt + "/0", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32", "LOG_LEVEL=warn", benchSecret}
}

func (c *campaign) startWeb(ctx context.Context) (err error) {
	c.web, err = launch(ctx, noAddress, c.env(c.redis.address()), "web", "--listen", c.webAt)
	return err
}

func (c *campaign) startWorker(ctx context.Context, n int) (err error) {
	c.workers[n], err = launch(ctx, noAddress, c.env(c.proxies[n].address()), "worker")
	return err
}

// living is an error where a process has ended that nobody has killed.
func (c *campaign) living() error {
	return errors.Join(c.web.runs(), c.workers[0].runs(), c.workers[1].runs(), c.load.fault(context.Background()))
}

func (c *campaign) killWorkers(ctx context.Context, which ...int) error {
	for _, n := range which {
		c.workers[n].kill()
	}
	for _, n := range which {
		if err := c.startWorker(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (c *campaign) killWeb(ctx context.Context) error {
	c.web.kill()
	return c.startWeb(ctx)
}

func (c *campaign) killRedis(ctx context.Context) error {
	c.redis.kill()
	return c.redis.start(ctx)
}

func (c *campaign) fillRedis(ctx context.Context, lasts time.Duration) error {
	err := c.redis.fill(ctx)
	return errors.Join(err, pauseFor(ctx, lasts), c.redis.unfill(context.WithoutCancel(ctx)))
}

func (c *campaign) cutOff(ctx context.Context, f fault) error {
	c.proxies[f.which].cut(f.how)
	defer c.proxies[f.which].mend()
	return pauseFor(ctx, f.lasts)
}

// signalled is a process.
type signalled interface{ Signal(s os.Signal) error }

// stall stops processes for a while.
func stall(ctx context.Context, lasts time.Duration, all ...signalled) (err error) {
	signal := func(s syscall.Signal) (err error) {
		for _, p := range all {
			err = errors.Join(err, p.Signal(s))
		}
		return err
	}
	return errors.Join(signal(hang), pauseFor(ctx, lasts), signal(goOn))
}

// progressEvery is how often it says how far it is.
const progressEvery = 10 * time.Second

// inflictAll does what is planned, one after the other: a fault whose moment comes while another lasts comes right after that.
func (c *campaign) inflictAll(ctx context.Context, f *FaultFigures) error {
	fmt.Fprintf(c.Log, "seed %d\n", c.Seed)
	began := c.Now()
	said := began
	until := func(at time.Duration) error {
		for {
			if now := c.Now(); now.Sub(said) >= progressEvery {
				said = now
				fmt.Fprintf(c.Log, "%s of %s: %s\n", now.Sub(began).Round(time.Second), c.Length, c.progress(f))
			}
			left := at - c.Now().Sub(began)
			if left <= 0 {
				return nil
			}
			if err := errors.Join(pauseFor(ctx, min(left, time.Second)), c.living()); err != nil {
				return err
			}
		}
	}
	for _, planned := range c.faults() {
		if err := until(planned.at); err != nil {
			return err
		}
		from := c.Now()
		if err := planned.inflict(ctx, c, planned); err != nil {
			return fmt.Errorf("%s: %w", planned.name, err)
		}
		past := pastFault{name: planned.name, from: from, over: from}
		if planned.ends {
			past.over = c.Now()
		}
		c.past = append(c.past, past)
		f.Kills += planned.kills
		if planned.kills == 0 {
			f.Others++
		}
	}
	return until(c.Length)
}

func (c *campaign) progress(f *FaultFigures) string {
	came := 0
	c.hook.look(func(a *arrivals) { came = len(a.list) })
	return fmt.Sprintf("%d of %d kills and %d other faults; %d events and edits accepted, %d actions came", f.Kills, c.Kills, f.Others, c.load.accepted.Load(), came)
}

func (c *campaign) machine(ctx context.Context) (Machine, error) {
	m, err := (&Bench{Redis: c.asks, Log: c.Log}).machine(ctx)
	m.AOF = "appendfsync " + m.AOF
	return m, err
}

// judge lets everything come to an end, and looks at what came of it.
func (c *campaign) judge(ctx context.Context, f *FaultFigures) error {
	if err := c.load.end(ctx); err != nil {
		return err
	}
	fmt.Fprintln(c.Log, "waiting for what is left")
	if err := c.await(ctx, "what is left", c.quiet); err != nil && !errors.Is(err, errInVain) { // what is missing is counted
		return err
	}
	if err := pauseFor(ctx, rescueDelay+time.Second); err != nil { // for what must not come
		return err
	}
	stream, err := readStream(ctx, c.asks.Client, faultStream)
	if err != nil {
		return err
	}
	shows, err := c.committed(ctx)
	if err != nil {
		return err
	}
	c.hook.look(func(a *arrivals) {
		if err = c.hook.fault; err != nil {
			return
		}
		f.Accepted, f.Actions, f.Again = int(c.load.accepted.Load()), len(a.list), a.again
		f.Guarantees = (&evidence{load: c.load, hook: a, stream: stream, shows: shows}).judge()
		f.Recovery = recoveries(c.past, c.load, a)
	})
	return err
}

// quiet says whether all has come that must, and nothing waits for a worker.
func (c *campaign) quiet() (bool, error) {
	if err := c.living(); err != nil {
		return false, err
	}
	missing := 0
	c.hook.look(func(a *arrivals) { missing = (&evidence{load: c.load, hook: a}).lost().Broken })
	if missing > 0 {
		return false, nil
	}
	pending, err := c.store.Pending(context.Background(), c.Now())
	for _, p := range pending {
		if (p != store.Pending{}) {
			return false, err
		}
	}
	return true, err
}
