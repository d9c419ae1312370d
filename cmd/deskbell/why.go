package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/view"
)

type whyCmd struct {
	Kind string `arg:"" enum:"agent" help:"What it is: agent."`
	ID   string `arg:"" help:"The agent's id."`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

func (*whyCmd) Help() string {
	return `
Shows why an agent is online or not now: each question of the decision in its order, and the one from which the status comes,
marked by an arrow. Below, it says until when that holds, and what comes then. Times are the agent's own.

Examples:

    deskbell why agent lea
    deskbell why agent lea --json
`
}

func (c *whyCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	w, err := s.client.Why(ctx, c.ID, a.now())
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(a.stdout).Encode(w)
	}
	return a.printWhy(w)
}

func (a *app) printWhy(w view.Why) error {
	zone, err := zones.Load(w.TimeZone)
	if err != nil {
		return fmt.Errorf("loading the zone of agent %s: %w", w.Agent, err)
	}
	fmt.Fprintf(a.stdout, "%s is %s (%s)%s\n\n", w.Agent, w.Status, w.Reason, a.span(w.Since, w.Until, zone))
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, step := range w.Steps {
		mark := " "
		if step.Decisive {
			mark = "→"
		}
		fmt.Fprintf(table, "%s %s\t%s%s\n", mark, step.Question, step.Answer, a.span(step.Since, step.Until, zone))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if w.Until.IsZero() {
		fmt.Fprintln(a.stdout, "\nNothing ends that but an event or an edit.")
		return nil
	}
	fmt.Fprintf(a.stdout, "\nThen, at %s (%s), %s is %s.\n", local(w.Until, zone, a.now()), w.TimeZone, w.Agent, w.Next)
	return nil
}

// span is since and until, as far as they are known.
func (a *app) span(since, until time.Time, zone *time.Location) string {
	var s strings.Builder
	if !since.IsZero() {
		s.WriteString(", since " + local(since, zone, a.now()))
	}
	if !until.IsZero() {
		s.WriteString(", until " + local(until, zone, a.now()))
	}
	return s.String()
}
