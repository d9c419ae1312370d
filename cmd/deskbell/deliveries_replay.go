package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/store"
)

type deliveriesReplayCmd struct {
	IDs         []string `arg:"" name:"id" optional:"" help:"Ids of actions, as deskbell deliveries list shows them."`
	Destination string   `placeholder:"NAME" help:"All of this destination, or only of the ids there."`
	All         bool     `help:"All that was given up, of every destination."`
}

func (*deliveriesReplayCmd) Help() string {
	return `
Lets the workers deliver again what was given up, with the id that each action had; it arrives after what has come since.
What fails is tried a few times more, and is then in the list again.

To replay is to say that the receiver is well: destinations that are paused or gone are tried again at once. With
--destination, also one of which nothing was given up.

Examples:

    deskbell deliveries replay widget.state_changed:acme:1795424400
    deskbell deliveries replay --destination crm
    deskbell deliveries replay --all
`
}

func (c *deliveriesReplayCmd) Run(ctx context.Context, a *app) (err error) {
	if len(c.IDs) == 0 && c.Destination == "" && !c.All {
		return usagef("say what to replay: ids, --destination or --all; deskbell deliveries list shows what there is")
	}
	if c.All && (len(c.IDs) > 0 || c.Destination != "") {
		return usagef("--all can't be used together with ids or --destination")
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	list, err := s.client.Archived(ctx, jobs.ArchivedFilter{Destination: c.Destination, IDs: c.IDs})
	if err != nil {
		return err
	}
	if missing := without(c.IDs, list); len(missing) > 0 {
		return fmt.Errorf("finding %q: not given up, or delivered since; deskbell deliveries list shows what there is", missing)
	}
	if err := c.resume(ctx, a, s.client, list); err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(a.stdout, "Nothing was given up.")
		return nil
	}
	r := replay{app: a, client: s.client, patience: 30 * time.Second}
	return r.run(ctx, list)
}

// without are the ids that are not in a list.
func without(ids []string, list []jobs.Archived) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(list, func(a jobs.Archived) bool { return a.ID == id || a.Task == id })
	})
}

// resume closes the circuits of all destinations concerned.
func (c *deliveriesReplayCmd) resume(ctx context.Context, a *app, client *jobs.Client, list []jobs.Archived) error {
	concerned := make(map[string]bool)
	for _, d := range list {
		concerned[d.Destination] = true
	}
	all, err := client.Destinations(ctx)
	if err != nil {
		return err
	}
	for _, d := range all {
		if c.All || c.Destination == d.Name {
			concerned[d.Name] = true
		}
	}
	if c.Destination != "" && !concerned[c.Destination] {
		return &store.MissingError{Kind: "destination", Name: c.Destination}
	}
	for _, name := range slices.Sorted(maps.Keys(concerned)) {
		was, err := client.Resume(ctx, name)
		if err != nil {
			return err
		}
		if was {
			fmt.Fprintf(a.stdout, "%s is tried again.\n", name)
		}
	}
	return nil
}

// replayedAtOnce is how many replays the workers get at a time, so that other
// deliveries do not wait behind thousands of them.
const replayedAtOnce = 50

// replayer is a jobs.Client.
type replayer interface {
	Replay(ctx context.Context, a jobs.Archived) error
	Replayed(ctx context.Context, a jobs.Archived) (jobs.ReplayState, string, error)
}

// replay gives archived actions to the workers, and counts how they end.
type replay struct {
	*app
	client   replayer
	patience time.Duration // how long to wait for a worker to take one

	delivered, failed, retried int
	last                       string // error
}

func (r *replay) run(ctx context.Context, list []jobs.Archived) error {
	total := len(list)
	var under []jobs.Archived // handed over, and not through
	idle := time.NewTimer(r.patience)
	defer idle.Stop()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for len(list)+len(under) > 0 {
		for len(under) < replayedAtOnce && len(list) > 0 {
			if err := r.client.Replay(ctx, list[0]); err != nil {
				return err
			}
			under, list = append(under, list[0]), list[1:]
		}
		select {
		case <-ctx.Done():
			r.report(total)
			return fmt.Errorf("replaying: %w; the workers go on with the %d handed over, and the other %d are as before", ctx.Err(), len(under), len(list))
		case <-idle.C:
			r.report(total)
			return fmt.Errorf("replaying: no worker has taken one for %s; is one running? the %d handed over are delivered as soon as one is", r.patience, len(under))
		case <-look.C:
		}
		left, err := r.look(ctx, under)
		if err != nil {
			return err
		}
		if len(left) < len(under) {
			idle.Reset(r.patience)
			r.progress(total)
		}
		under = left
	}
	r.report(total)
	if r.failed+r.retried > 0 {
		return fmt.Errorf("replaying: %d of %d were not taken; the last error is: %s", r.failed+r.retried, total, r.last)
	}
	return nil
}

// look counts the replays that are done, and gives the others.
func (r *replay) look(ctx context.Context, under []jobs.Archived) ([]jobs.Archived, error) {
	var left []jobs.Archived
	for _, a := range under {
		state, says, err := r.client.Replayed(ctx, a)
		if err != nil {
			return nil, err
		}
		switch state {
		case jobs.ReplayDelivered:
			r.delivered++
		case jobs.ReplayFailed:
			r.failed++
			r.last = says
		case jobs.ReplayRetries:
			r.retried++
			r.last = says
		case jobs.ReplayWaits:
			left = append(left, a)
		}
	}
	return left, nil
}

// progress rewrites one line, where somebody watches.
func (r *replay) progress(total int) {
	if draw.IsTerminal(r.stdout) && total > replayedAtOnce {
		fmt.Fprintf(r.stdout, "\r%d of %d replayed", r.delivered+r.failed+r.retried, total)
	}
}

func (r *replay) report(total int) {
	if draw.IsTerminal(r.stdout) && total > replayedAtOnce {
		fmt.Fprint(r.stdout, "\r")
	}
	fmt.Fprintf(r.stdout, "%d of %d delivered", r.delivered, total)
	if r.retried > 0 {
		fmt.Fprintf(r.stdout, ", %d failed and will be tried again", r.retried)
	}
	if r.failed > 0 {
		fmt.Fprintf(r.stdout, ", %d failed and were given up again", r.failed)
	}
	fmt.Fprintln(r.stdout, ".")
}
