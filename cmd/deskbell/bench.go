package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/bench"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type benchCmd struct {
	Agents     benchAgentsCmd     `cmd:"" help:"Let many agents log in, and measure."`
	Boundaries benchBoundariesCmd `cmd:"" help:"Let a boundary fall due for many properties; measure."`
	Events     benchEventsCmd     `cmd:"" help:"Take in many events, and measure."`
	Faults     benchFaultsCmd     `cmd:"" help:"Kill, stall and cut off processes, and count what holds."`
	Intake     benchIntakeCmd     `cmd:"" help:"Send many events by HTTP, as lines and as arrays; measure."`
	Latency    benchLatencyCmd    `cmd:"" help:"Measure from event to screen, with processes of their own."`
	Neighbours benchNeighboursCmd `cmd:"" help:"Let one property cost as much as it may; measure another."`
	Readers    benchReadersCmd    `cmd:"" help:"Let many pages read the states of widgets, and measure."`
	Soak       benchSoakCmd       `cmd:"" help:"Send events for an hour, and see what grows."`
	Triggers   benchTriggersCmd   `cmd:"" help:"Let many delayed messages fall due, and measure."`
}

func (*benchCmd) Help() string {
	return `
Each benchmark says what it measures, and needs a Redis of its own; faults starts one itself.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench agents --agents 10000
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench boundaries --properties 100000
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench events
    deskbell bench faults --for 10m --kills 100
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench intake
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench latency
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench neighbours
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench readers --readers 10000
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench soak --for 1h
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench triggers --messages 10000
`
}

type benchAgentsCmd struct {
	Agents int           `default:"10000" help:"How many."`
	Within time.Duration `default:"1m" help:"How long it takes until the last has logged in."`
	JSON   bool          `name:"json" help:"Print one JSON object."`
}

func (*benchAgentsCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, runs one worker over it, and lets agents log in as at the start of a shift,
each by an event of its own. Ten of them serve a property, each a department, which is online once they are there. It measures
how long after an event was sent the status of the agent is committed, and how long after it the state of the department;
and how many commands Redis runs meanwhile. Redis, the worker and its deliveries share this machine. It empties that Redis at
the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench agents
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench agents --agents 1000 --within 6s --json
`
}

const mostBenchAgents = 100_000

func (c *benchAgentsCmd) Run(ctx context.Context, a *app) error {
	if c.Agents < 10 || c.Agents > mostBenchAgents || c.Within <= 0 || c.Within > time.Hour {
		return usagef("--agents=%d --within=%s; 10 to %d agents within an hour are allowed", c.Agents, c.Within, mostBenchAgents)
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.AgentFigures, error) {
		return b.Agents(ctx, c.Agents, c.Within)
	})
}

// mostRounds is how often a benchmark may be repeated at most.
const mostRounds = 100

type benchBoundariesCmd struct {
	Properties int  `default:"100000" help:"How many."`
	Rounds     int  `default:"5" help:"How often it is measured; the medians count."`
	JSON       bool `name:"json" help:"Print one JSON object."`
}

func (*benchBoundariesCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, lets one boundary fall due for all properties, and measures the sweep:
decision, commit, outbox. Then it lets the next boundary fall due for a tenth of them in the plain design: one asynq
task for each flip, with the same decision and the same writes. It does so in rounds, each on an empty Redis, and says what a
flip costs of processors' time of the worker and of Redis, of Redis by command. It empties that Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench boundaries --properties 100000
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench boundaries --properties 1000000 --rounds 1 --json
`
}

func (c *benchBoundariesCmd) Run(ctx context.Context, a *app) error {
	if c.Properties < 10 || c.Properties > 5_000_000 || c.Rounds < 1 || c.Rounds > mostRounds {
		return usagef("--properties=%d --rounds=%d; 10 to 5000000 are allowed, in 1 to %d rounds", c.Properties, c.Rounds, mostRounds)
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.BoundaryFigures, error) {
		return b.Boundaries(ctx, c.Properties, c.Rounds)
	})
}

type benchEventsCmd struct {
	Events int  `default:"20000" help:"How many, in each measurement."`
	Rounds int  `default:"5" help:"How often each is measured; the medians count."`
	JSON   bool `name:"json" help:"Print one JSON object."`
}

func (*benchEventsCmd) Help() string {
	return `
Puts events into the Redis of REDIS_URL, which must be empty, and lets a worker take them in: decision and commit. First
each event has a task of its own, then fifty share one. Beside it, asynq runs as many tasks with a handler that does
nothing. Half of the events are of visitors who are new, and each is looked at by two triggers. It does so in rounds, and says
what an event costs of processors' time of the worker and of Redis, of Redis by command. It empties that Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench events
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench events --events 100000 --json
`
}

func (c *benchEventsCmd) Run(ctx context.Context, a *app) error {
	if c.Events < 100 || c.Events > 1_000_000 || c.Rounds < 1 || c.Rounds > mostRounds {
		return usagef("--events=%d --rounds=%d; 100 to 1000000 events and 1 to %d rounds are allowed", c.Events, c.Rounds, mostRounds)
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.EventFigures, error) {
		return b.Events(ctx, c.Events, c.Rounds)
	})
}

type benchNeighboursCmd struct {
	For  time.Duration `default:"30s" help:"How long each half takes."`
	JSON bool          `name:"json" help:"Print one JSON object."`
}

func (*benchNeighboursCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, and runs one worker over it. Fifty visitors a second arrive at a shop, and it
measures how long after each has been sent the greeting is committed: first alone, then while each event of another property
takes as long as one may, and fifty of these come each second, more than there is time for. Redis, the worker and its deliveries
share this machine. It empties that Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench neighbours
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench neighbours --for 2m --json
`
}

func (c *benchNeighboursCmd) Run(ctx context.Context, a *app) error {
	if c.For < time.Second || c.For > time.Hour {
		return usagef("--for=%s; 1s to 1h are allowed", c.For)
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.NeighbourFigures, error) {
		return b.Neighbours(ctx, c.For)
	})
}

type benchReadersCmd struct {
	Readers int  `default:"10000" help:"How many streams to hold."`
	Pages   bool `help:"Hold those of pages with deskbell.js, which have publishable keys."`
	JSON    bool `name:"json" help:"Print one JSON object."`
}

func (*benchReadersCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, starts deskbell web over it on a free port of this machine, and measures:
how many states it answers to 16 clients; how long it takes until the readers of one property's stream have an override,
and what memory the process takes with all readers. Half of the readers are of that one property, and the others of a
thousand; with --pages, of fifty. Redis, the server and the readers share this machine. It empties that Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench readers --readers 10000
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench readers --pages
`
}

const mostBenchReaders = 20_000 // as many as one process takes

func (c *benchReadersCmd) Run(ctx context.Context, a *app) error {
	if c.Readers < 2 || c.Readers > mostBenchReaders {
		return usagef("--readers=%d; 2 to %d are allowed", c.Readers, mostBenchReaders)
	}
	if err := bench.EnoughFiles(c.Readers + 200); err != nil {
		return err
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.ReaderFigures, error) {
		return b.Readers(ctx, c.Readers, c.Pages)
	})
}

type benchTriggersCmd struct {
	Messages int  `default:"10000" help:"How many delayed messages wait at the start."`
	Rounds   int  `default:"5" help:"How often it is measured; the medians count."`
	JSON     bool `name:"json" help:"Print one JSON object."`
}

func (*benchTriggersCmd) Help() string {
	return `
Fills the Redis of REDIS_URL, which must be empty, and runs one worker over it. First it lets delayed messages of as many
visitors fall due, 500 each second at random instants, and measures how late each is committed after it was due. Then
visitors arrive on the idle worker, one after the other, and it measures how long after each has been sent the message
without a delay is committed. It does so in rounds, each on an empty Redis. Redis, the worker and its deliveries to a Redis stream share this machine. It empties that
Redis at the end.

Examples:

    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench triggers
    REDIS_URL=redis://127.0.0.1:6399/0 deskbell bench triggers --messages 20000 --json
`
}

const mostBenchMessages = 100_000

func (c *benchTriggersCmd) Run(ctx context.Context, a *app) error {
	if c.Messages < 100 || c.Messages > mostBenchMessages || c.Rounds < 1 || c.Rounds > mostRounds {
		return usagef("--messages=%d --rounds=%d; 100 to %d are allowed, in 1 to %d rounds", c.Messages, c.Rounds, mostBenchMessages, mostRounds)
	}
	return measure(ctx, a, c.JSON, func(ctx context.Context, b *bench.Bench) (bench.TriggerFigures, error) {
		return b.Triggers(ctx, c.Messages, c.Rounds)
	})
}

// measure lets a benchmark fill the Redis of REDIS_URL, which must be empty, prints its figures, and empties that Redis.
func measure[F any](ctx context.Context, a *app, asJSON bool, figures func(context.Context, *bench.Bench) (F, error)) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	b := &bench.Bench{
		Env: s.env, Redis: s.redis, Store: s.store, Client: s.client, Now: a.now, Log: a.stderr, RelaxGC: a.relaxGC,
	}
	if err := b.CheckEmpty(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Flush(context.WithoutCancel(ctx))) }()
	f, err := figures(ctx, b)
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.Join(errors.New("stopped: "+b.Done()), stopped(ctx, err))
	case err != nil:
		return err
	}
	return a.judged(f, asJSON)
}

// judged prints a benchmark's figures. The error is what they say of themselves, where they judge.
func (a *app) judged(result any, asJSON bool) error {
	if err := a.printResult(result, asJSON); err != nil {
		return err
	}
	if judged, ok := result.(interface{ Verdict() error }); ok {
		return judged.Verdict()
	}
	return nil
}

// A tabled result is more than a line for each figure.
type tabled interface{ Table(w io.Writer) error }

// printResult prints a benchmark's figures as one JSON object, or a line each.
func (a *app) printResult(result any, asJSON bool) error {
	if t, ok := result.(tabled); ok && !asJSON {
		return t.Table(a.stdout)
	}
	if !asJSON {
		return bench.Lines(a.stdout, result)
	}
	body, err := json.Marshal(result)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s\n", body)
	return err
}
