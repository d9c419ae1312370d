package main

import (
	"context"
	"io"
	"time"

	"github.com/alecthomas/kong"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/jobs/clock"
)

// commands is the command line. One field is one subcommand, whose struct, Help and Run are in the file of its name.
// The help is in the order of the fields, by groups: Try and run, Look, Change, Tools.
type commands struct {
	Colour string `enum:"auto,always,never" default:"auto" aliases:"color" placeholder:"WHEN" help:"Use colour: auto (unless NO_COLOR is set), always, never."`

	ShowVersion versionFlag `name:"version" help:"Print the version of this program."`

	Up         upCmd         `cmd:"" group:"Try and run:" help:"Run everything in this process, with an embedded Redis."`
	Simulate   simulateCmd   `cmd:"" group:"Try and run:" help:"Show what definitions bring about, and when; without Redis."`
	Worker     workerCmd     `cmd:"" group:"Try and run:" help:"Run a worker: boundaries, notices, deliveries."`
	Web        webCmd        `cmd:"" group:"Try and run:" help:"Serve the board, the HTTP API, the monitor and metrics."`
	Init       initCmd       `cmd:"" group:"Try and run:" help:"Write a first deskbell.yaml, by four questions or by flags."`
	Status     statusCmd     `cmd:"" group:"Look:" help:"Show states, until when, and who is on shift."`
	Doctor     doctorCmd     `cmd:"" group:"Look:" help:"Check Redis, clocks, zone rules, ports and more; what to do."`
	Visitor    visitorCmd    `cmd:"" group:"Look:" help:"Show what is kept of a visitor, and what waits."`
	Deliveries deliveriesCmd `cmd:"" group:"Look:" help:"Show destinations, and what was given up; deliver it again."`
	Hours      hoursCmd      `cmd:"" group:"Look:" help:"Draw the week of a schedule, or list its boundaries."`
	Notify     notifyCmd     `cmd:"" group:"Look:" help:"Try every way by which an agent gets notices."`
	Coverage   coverageCmd   `cmd:"" group:"Look:" help:"Show when it is open and nobody is on shift."`
	Holidays   holidaysCmd   `cmd:"" group:"Look:" help:"List the public holidays of a country, or the countries."`
	Why        whyCmd        `cmd:"" group:"Look:" help:"Show why an agent is online or not, step by step."`
	Try        tryCmd        `cmd:"" group:"Look:" help:"Show what a visitor would see and be told now."`
	Apply      applyCmd      `cmd:"" group:"Change:" help:"Make Redis match a deskbell.yaml."`
	Export     exportCmd     `cmd:"" group:"Change:" help:"Print all definitions as a deskbell.yaml."`
	Open       openCmd       `cmd:"" group:"Change:" help:"Force a property open, for a while or until told otherwise."`
	Close      closeCmd      `cmd:"" group:"Change:" help:"Force a property closed, likewise."`
	Keys       keysCmd       `cmd:"" group:"Change:" help:"Add, list and revoke keys of the HTTP API."`
	Quotas     quotasCmd     `cmd:"" group:"Change:" help:"Set quotas of one property; list those that are over one."`
	Feeds      feedsCmd      `cmd:"" group:"Change:" help:"Link calendar programs to shifts and hours; list and revoke links."`
	Chatwoot   chatwootCmd   `cmd:"" group:"Change:" help:"Join a Chatwoot; check that it is joined; move in from it."`
	Agents     agentsCmd     `cmd:"" group:"Change:" help:"Link agents to their own pages; list and revoke links."`
	Validate   validateCmd   `cmd:"" group:"Change:" help:"Check definitions; every fault at once, with its line."`
	Send       sendCmd       `cmd:"" group:"Change:" help:"Send events, from a file or by hand."`
	Erase      eraseCmd      `cmd:"" group:"Change:" help:"Erase what is kept of a visitor, or of all of a property."`
	Bench      benchCmd      `cmd:"" group:"Tools:" help:"Measure this machine and its Redis."`
	Schema     schemaCmd     `cmd:"" group:"Tools:" help:"Print the JSON Schema of deskbell.yaml, for editors."`
	Completion completionCmd `cmd:"" group:"Tools:" help:"Print tab completion for bash, zsh or fish."`
	Version    versionCmd    `cmd:"" group:"Tools:" help:"Print the version of this program."`
	Help       helpCmd       `cmd:"" group:"Tools:" help:"Show help of a subcommand."`
}

// app is the world of every subcommand, so that a test can give it another one.
type app struct {
	env            func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	redisNow       func(answer time.Time) time.Time // the time for which one in an answer of Redis stands; nil: now is right, and not compared
	ran            func() time.Duration             // how long it has run, by a clock that nobody sets; nil: by that of now
	clock          *clock.Clock                     // by which now is corrected; nil: it is not
	colourWhen     string                           // the flag --colour
}

// terminal says how the drawings of a subcommand may look.
func (a *app) terminal() draw.Terminal { return draw.Terminal{Env: a.env, When: a.colourWhen} }

// run carries out one command line and returns the exit code: 0 done, 1 a fault in the input or in
// carrying it out, 2 a command line that cannot be understood. It is all of main but the signals.
func run(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{env: env, stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now, redisNow: func(answer time.Time) time.Time { return answer }}
	return a.run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	return a.report(a.dispatch(ctx, args))
}

func (a *app) dispatch(ctx context.Context, args []string) error {
	var cli commands
	printed := false
	parser, err := kong.New(&cli,
		kong.Name("deskbell"),
		kong.Description("Deskbell keeps live chat on time: opening hours, shifts, delayed messages."),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(int) { printed = true }), // kong asks for an exit after printing help, and goes on when there is none
		kong.Bind(a),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	switch {
	case printed:
		return nil
	case err != nil:
		return misparsed(err)
	}
	a.colourWhen = cli.Colour
	if err := config.UseZoneinfo(a.env); err != nil {
		return err
	}
	if err := command.Run(); !printed {
		return err
	}
	return nil
}
