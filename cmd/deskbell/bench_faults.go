package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/bench"
)

type benchFaultsCmd struct {
	For   time.Duration `default:"10m" help:"How long."`
	Kills int           `default:"100" help:"How many processes to kill."`
	Seed  uint64        `help:"Repeat the faults of a run, by the number that it printed."`
	JSON  bool          `name:"json" help:"Print one JSON object."`
}

func (*benchFaultsCmd) Help() string {
	return `
Starts a Redis of its own, a web server, two workers and a receiver of webhooks, all on this machine, and lets visitors arrive, ask and be
answered, properties open and close, be edited and flip at each minute. Meanwhile it kills workers, the web server and Redis by
kill -9 at random moments, and starts them again; lets workers and Redis stall; cuts a worker off from Redis; and leaves Redis no
memory. Then it counts what Deskbell guarantees, and says how soon all went on after each kind of fault: after it began, or after it
was over where no worker can do anything meanwhile. It fails when a guarantee was broken. It does not use REDIS_URL, and needs
redis-server. Redis hands each write to the system before it answers (appendfsync no), so that its kill loses nothing by itself.

Examples:

    deskbell bench faults
    deskbell bench faults --for 2m --kills 40
    deskbell bench faults --for 25s --kills 12 --seed 17 --json
`
}

const leastOfFaults, mostOfFaults = 10 * time.Second, 2 * time.Hour

func (c *benchFaultsCmd) Run(ctx context.Context, a *app) error {
	if c.For < leastOfFaults || c.For > mostOfFaults || c.Kills < 1 || c.Kills > bench.MostKills(c.For) {
		return usagef("--for=%s --kills=%d; %s to %s are allowed, with 1 to %d kills in so long", c.For, c.Kills, leastOfFaults, mostOfFaults, bench.MostKills(c.For))
	}
	plan := bench.FaultPlan{Length: c.For, Kills: c.Kills, Seed: c.Seed, Now: a.now, Log: a.stderr}
	if plan.Seed == 0 {
		plan.Seed = 1 + rand.Uint64N(1_000_000)
	}
	figures, err := plan.Run(ctx)
	if err != nil {
		return stopped(ctx, err)
	}
	return a.judged(figures, c.JSON)
}
