package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type deliveriesTestCmd struct {
	Name string `arg:"" help:"The name of the destination."`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

func (*deliveriesTestCmd) Help() string {
	return `
Has a worker send a ping to a destination, once, as it delivers actions: signed, from where it runs, and never to an address
that is not allowed. It shows the status, how long it took and the beginning of the answer, or what went wrong and what to
do. A ping is an action of the type destination.ping: receivers take it as any type that they do not know.

A redis_stream gets an entry, and a log a line. Of a chatwoot or another chat product, it asks what changes nothing there.
A destination that is paused is tested, too, and stays paused. The exit status is 0 when the ping was taken.

Examples:

    deskbell deliveries test crm
    deskbell deliveries test crm --json
`
}

// pingWithin is how long to wait for a worker that makes a ping, which takes ten seconds at most.
const pingWithin = 20 * time.Second

func (c *deliveriesTestCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	waiting, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	p, err := s.client.Ping(waiting, c.Name)
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	if c.JSON {
		err = json.NewEncoder(a.stdout).Encode(p)
	} else {
		printPinged(a.stdout, p)
	}
	if err == nil && !p.Taken {
		err = fmt.Errorf("%s did not take the ping", c.Name)
	}
	return err
}

// printPinged shows what came of a ping. The answer is a stranger's: it may not move the cursor.
func printPinged(to io.Writer, p deliver.Pinged) {
	switch {
	case !p.Taken:
		fmt.Fprintf(to, "%s, a %s, did not take the ping after %d ms: %s\n", p.Destination, p.Type, p.Took, table.OneLine(p.Error))
	case p.Status != 0:
		fmt.Fprintf(to, "%s, a %s, took the ping with %d after %d ms.\n", p.Destination, p.Type, p.Status, p.Took)
	default:
		fmt.Fprintf(to, "%s, a %s, took the ping after %d ms.\n", p.Destination, p.Type, p.Took)
	}
	if p.Do != "" {
		fmt.Fprintf(to, "do: %s\n", p.Do)
	}
	if p.Answer == "" {
		return
	}
	fmt.Fprintln(to, "answer:")
	for line := range strings.Lines(p.Answer) {
		fmt.Fprintf(to, "    %s\n", table.OneLine(strings.TrimRight(line, "\r\n")))
	}
}

type deliveriesPauseCmd struct {
	Name string `arg:"" help:"The name of the destination."`
}

func (*deliveriesPauseCmd) Help() string {
	return `
Workers leave the destination alone until deskbell deliveries resume, or until it is defined otherwise. Its actions wait,
and are given up after 12 hours, as those of a destination that fails.

Examples:

    deskbell deliveries pause crm
`
}

func (c *deliveriesPauseCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	if err := s.client.Pause(ctx, c.Name, a.who()); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s is paused: its actions wait, and are given up after 12 hours.\n", c.Name)
	return nil
}

type deliveriesResumeCmd struct {
	Name string `arg:"" help:"The name of the destination."`
}

func (*deliveriesResumeCmd) Help() string {
	return `
Says that the receiver is well again: a destination that was paused, by itself or by somebody, or is gone, is tried again,
and gets what waits. What was given up is for deskbell deliveries replay.

Examples:

    deskbell deliveries resume crm
`
}

func (c *deliveriesResumeCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	if _, err := s.client.Get(ctx, edit.KindDestination, c.Name); err != nil {
		return err
	}
	was, err := s.client.Resume(ctx, c.Name)
	if err != nil {
		return err
	}
	if was {
		fmt.Fprintf(a.stdout, "%s is tried again.\n", c.Name)
	} else {
		fmt.Fprintf(a.stdout, "%s is neither paused nor gone.\n", c.Name)
	}
	return nil
}

// who is the one at the command line, for those who ask later who did it: by the variables that login sets, since a static program
// need not know all users. Whoever has the Redis can say anything here.
func (a *app) who() string {
	name := cmp.Or(a.env("SUDO_USER"), a.env("USER"), a.env("LOGNAME"), a.env("USERNAME"))
	if name == "" || len(name) > mostUser || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return byCommandLine
	}
	return name + ", by the " + byCommandLine
}

// mostUser is how many bytes of a user's name are taken.
const mostUser = 64
