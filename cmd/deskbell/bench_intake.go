package main

import (
	"context"

	"github.com/deskbell/deskbell/cmd/deskbell/bench"
)

type benchIntakeCmd struct {
	Events int  `default:"1200000" help:"How many, in each measurement."`
	JSON   bool `name:"json" help:"Print one JSON object."`
}

func (*benchIntakeCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, starts deskbell web over it on a free port of this machine, and sends events to
it: as one body with an event a line (application/x-ndjson), and, to another process, as arrays of 1000. It measures how many it
takes a second, and what memory the process takes at most, before and meanwhile. Redis, which needs up to twice the memory of the
events, the server and the sender share this machine. It empties that Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench intake
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench intake --events 100000 --json
`
}

const mostIntakeEvents = 1_400_000 // of 256 MB, as many as one body has

func (c *benchIntakeCmd) Run(ctx context.Context, a *app) error {
	if c.Events < 1 || c.Events > mostIntakeEvents {
		return usagef("--events=%d; 1 to %d are allowed", c.Events, mostIntakeEvents)
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.IntakeFigures, error) {
		return b.Intake(ctx, c.Events)
	})
}
