package main

import (
	"context"
	"slices"

	"github.com/deskbell/deskbell/cmd/deskbell/bench"
	"github.com/deskbell/deskbell/domain/table"
)

type benchLatencyCmd struct {
	Rows    []string `arg:"" optional:"" placeholder:"ROW" help:"Which of the rows below; all by default."`
	Samples int      `default:"100" help:"How often each is measured, about."`
	JSON    bool     `name:"json" help:"Print one JSON object."`
}

func (*benchLatencyCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, runs a worker and a web server over it in processes of their own, and measures
from end to end, one thing after the other: from an event that is posted, an override, an edit, a boundary, until the page that
reads the stream has it, and until a receiver of webhooks has it; how late delayed messages are; how many commands Redis runs for
an idle process; and how long it takes to stop. Redis writes its append-only file every second meanwhile. Redis, both processes,
the pages and the receiver share this machine. It empties that Redis at the end.

    idle      commands a second of an idle worker, and of an idle web server
    stop      from SIGTERM until they have ended
    message   POST /v1/events → the visit's stream, and → webhook
    login     an agent's login → the stream of the property
    override  → the stream of the property, and → webhook
    edit      the same of hours that are edited
    boundary  of 100 properties → webhook; each round waits for the next minute
    delayed   a message that is due, 500 a second → committed, and → webhook
    schedule  an edit of a named schedule of 10 and of 3,000 properties → streams, and → webhook

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench latency
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench latency message idle --json
`
}

func (*benchLatencyCmd) choices() []string { return bench.Latencies() }

func (c *benchLatencyCmd) Run(ctx context.Context, a *app) error {
	if c.Samples < 1 || c.Samples > 1000 {
		return usagef("--samples=%d; 1 to 1000 are allowed", c.Samples)
	}
	rows := c.choices()
	for _, row := range c.Rows {
		if !slices.Contains(rows, row) {
			return usagef("%q is no row; allowed: %s", row, table.Choices(row, rows))
		}
	}
	if len(c.Rows) > 0 {
		rows = c.Rows
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.LatencyFigures, error) {
		return b.Latency(ctx, rows, c.Samples)
	})
}
