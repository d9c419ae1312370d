package main

import (
	"cmp"
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/destination/shout"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type notifyCmd struct {
	ID   string `arg:"" help:"The id of the agent."`
	Test bool   `help:"Send a test notice by every way, and show what each answers." required:""`
	JSON bool   `name:"json" help:"Print one JSON object a line, for each way."`
}

func (*notifyCmd) Help() string {
	return `
Tries every way by which an agent gets notices, once: each service of notify.via, and each browser and phone on which they
allowed notices on their page (deskbell agents link). It shows what each answered, without secrets, and exits with 0 when
all worked. A browser that has forgotten its subscription is removed from the agent's.

Examples:

    deskbell notify lea --test
`
}

func (c *notifyCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	ways, err := a.trial(s, s.local).Try(ctx, c.ID)
	if err != nil {
		return err
	}
	if len(ways) == 0 {
		return fmt.Errorf("%s has no way of their own: add services to notify.via, or let them allow notices on their page: deskbell agents link %s", c.ID, c.ID)
	}
	failed, tried := 0, make([]triedWay, len(ways))
	for i, w := range ways {
		if tried[i] = (triedWay{Way: w.Name, Sent: w.Err == nil}); w.Err != nil {
			tried[i].Error = inFull(w.Err)
			failed++
		}
	}
	if c.JSON {
		err = printJSON(a, tried)
	} else {
		err = a.printWays(tried)
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d ways failed", failed, len(ways))
	}
	return err
}

// triedWay is a jobs.TriedWay to be shown.
type triedWay struct {
	Way   string `json:"way"`
	Sent  bool   `json:"sent"`
	Error string `json:"error,omitempty"`
}

func (a *app) printWays(tried []triedWay) error {
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WAY\tANSWER")
	for _, w := range tried {
		fmt.Fprintf(table, "%s\t%s\n", w.Way, cmp.Or(w.Error, "sent"))
	}
	return table.Flush()
}

// trial tries the ways of agents; loopback: also those on this machine.
func (a *app) trial(s *session, loopback bool) jobs.NoticeTrial {
	outbound := guard.Guard{Allow: s.env.AllowPrivate, Loopback: loopback}
	return jobs.NoticeTrial{Store: s.store, Notifier: shout.Notifier{Guard: outbound, Now: a.now}, Pusher: push.New(outbound, 0), Now: a.now}
}

// inFull is a failed call with its detail, for whoever runs Deskbell.
func inFull(err error) string {
	if detail := deliver.Detail(err); detail != "" {
		return fmt.Sprintf("%v (%s)", err, detail)
	}
	return err.Error()
}
