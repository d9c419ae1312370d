package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"
)

// FaultPlan is a campaign: all of Deskbell at work, and so many kills at random moments, beside other faults.
type FaultPlan struct {
	Length time.Duration
	Kills  int
	Seed   uint64 // the same one gives the same faults at the same moments
	Now    func() time.Time
	Log    io.Writer // gets how far it is
}

// faultKind is something that goes wrong.
type faultKind struct {
	name    string
	kills   int                                                   // processes that it kills
	ends    bool                                                  // nobody can work meanwhile: the recovery counts from its end, else from its beginning
	inflict func(ctx context.Context, c *campaign, f fault) error // returns when it is over
}

// fault is one that is planned.
type fault struct {
	faultKind
	at    time.Duration // after the beginning
	lasts time.Duration // of a kind that lasts
	which int           // of the workers
	how   cut
}

// kills are by kill -9, and each process is started again at once. Of ten kills, five are of a worker, two of both at once, two of Redis and
// one of web.
func kills() []faultKind {
	worker := faultKind{name: "a worker is killed", kills: 1, inflict: func(ctx context.Context, c *campaign, f fault) error { return c.killWorkers(ctx, f.which) }}
	web := faultKind{name: "web is killed", kills: 1, inflict: func(ctx context.Context, c *campaign, _ fault) error { return c.killWeb(ctx) }}
	redis := faultKind{name: "Redis is killed", kills: 1, inflict: func(ctx context.Context, c *campaign, _ fault) error { return c.killRedis(ctx) }}
	both := faultKind{name: "both workers are killed", kills: 2, inflict: func(ctx context.Context, c *campaign, _ fault) error { return c.killWorkers(ctx, 0, 1) }}
	return []faultKind{worker, redis, worker, web, both, worker, redis, worker, worker}
}

// others last for some seconds each.
func others() []faultKind {
	stall := func(name string, ends bool, who func(c *campaign, f fault) []signalled) faultKind {
		return faultKind{name: name, ends: ends, inflict: func(ctx context.Context, c *campaign, f fault) error { return stall(ctx, f.lasts, who(c, f)...) }}
	}
	all := []faultKind{
		stall("a worker stalls", false, func(c *campaign, f fault) []signalled { return []signalled{c.workers[f.which].cmd.Process} }),
		{name: "a worker is cut off from Redis", inflict: func(ctx context.Context, c *campaign, f fault) error { return c.cutOff(ctx, f) }},
		stall("both workers stall", true, func(c *campaign, _ fault) []signalled {
			return []signalled{c.workers[0].cmd.Process, c.workers[1].cmd.Process}
		}),
		{name: "Redis is full", ends: true, inflict: func(ctx context.Context, c *campaign, f fault) error { return c.fillRedis(ctx, f.lasts) }},
		stall("Redis stalls", true, func(c *campaign, _ fault) []signalled { return []signalled{c.redis.cmd.Process} }),
	}
	if !canHang {
		all = []faultKind{all[1], all[3]}
	}
	return all
}

const (
	killsPerOther             = 3
	leastOfFault, mostOfFault = time.Second, 8 * time.Second
)

// faults are those of the plan, in the order of their moments.
func (p FaultPlan) faults() (planned []fault) {
	random := rand.New(rand.NewPCG(p.Seed, 0))
	add := func(kind faultKind, most time.Duration) {
		planned = append(planned, fault{
			faultKind: kind, at: time.Duration(random.Int64N(int64(p.Length))), lasts: most/2 + time.Duration(random.Int64N(int64(most/2))),
			which: random.IntN(2), how: []cut{silent, refused}[random.IntN(2)],
		})
	}
	lasting := max(1, p.Kills/killsPerOther)
	most := min(max(p.Length/time.Duration(3*lasting), leastOfFault), mostOfFault)
	for n, left, kinds := 0, p.Kills, kills(); left > 0; n++ {
		if kind := kinds[n%len(kinds)]; kind.kills <= left {
			add(kind, most)
			left -= kind.kills
		}
	}
	for n, kinds := 0, others(); n < lasting; n++ {
		add(kinds[n%len(kinds)], most)
	}
	slices.SortFunc(planned, func(a, b fault) int { return cmp.Compare(a.at, b.at) })
	return planned
}

// MostKills is how many kills there can be within a length: a killed process takes a moment until it works.
func MostKills(length time.Duration) int { return int(length / time.Second) }

// Run carries the plan out. It gives figures also where a guarantee is broken: see their Verdict. When it is stopped, the error says how far
// it was.
func (p FaultPlan) Run(ctx context.Context) (f FaultFigures, err error) {
	c, err := p.open()
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	f.Seed = p.Seed
	if err := c.start(ctx); err != nil {
		return f, err
	}
	if f.Machine, err = c.machine(ctx); err != nil {
		return f, err
	}
	began := p.Now()
	c.load.begin(ctx)
	if err := c.inflictAll(ctx, &f); err != nil {
		return f, errors.Join(fmt.Errorf("stopped: %s", c.progress(&f)), err)
	}
	f.Seconds = p.Now().Sub(began).Seconds()
	if err := c.judge(ctx, &f); err != nil {
		return f, err
	}
	f.Machine.LoadAfter = loadAverage()
	return f, nil
}
