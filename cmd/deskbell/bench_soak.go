package main

import (
	"context"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/bench"
)

type benchSoakCmd struct {
	For  time.Duration `default:"1h" help:"How long."`
	Rate int           `default:"500" help:"Events a second."`
	JSON bool          `name:"json" help:"Print one JSON object."`
}

func (*benchSoakCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, runs a worker and a web server over it in processes of their own, sends events
by HTTP, has their actions delivered to a webhook, and opens a stream every second. Up to 10,000 visitors come, go, and come back. It
says once a minute how much memory and how many goroutines both processes have, and how many keys and bytes Redis has, without its
append-only file. A line through the second half says at the end what grows: where it rises by more than a tenth of the median, the
command fails. The ids of events are kept for a day, so that they grow for a day: it counts them apart, and fails when
there are more of them than events. It empties that Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench soak
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench soak --for 10m --rate 200 --json
`
}

func (c *benchSoakCmd) Run(ctx context.Context, a *app) error {
	if c.For < time.Second || c.For > 7*24*time.Hour || c.Rate < 5 || c.Rate > 5000 {
		return usagef("--for=%s --rate=%d; 1s to 168h and 5 to 5000 events a second are allowed", c.For, c.Rate)
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.SoakFigures, error) {
		return b.Soak(ctx, c.For, c.Rate)
	})
}
