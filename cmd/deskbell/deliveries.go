package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type deliveriesCmd struct {
	List   deliveriesListCmd   `cmd:"" help:"Show how each destination is, and what was given up."`
	Replay deliveriesReplayCmd `cmd:"" help:"Deliver again what was given up."`
	Test   deliveriesTestCmd   `cmd:"" help:"Send a ping to a destination, and show what came back."`
	Pause  deliveriesPauseCmd  `cmd:"" help:"Leave a destination alone, until it is resumed."`
	Resume deliveriesResumeCmd `cmd:"" help:"Try a destination again that is paused or gone."`
}

func (*deliveriesCmd) Help() string {
	return `
An action that a destination does not take is tried again for 12 hours, then given up and kept: 10,000 of them at most,
for 90 days.

Examples:

    deskbell deliveries list
    deskbell deliveries replay --destination crm
    deskbell deliveries test crm
`
}

type deliveriesListCmd struct {
	Destination string `placeholder:"NAME" help:"Only this destination."`
	Limit       int    `default:"50" help:"Show so many actions at most."`
	JSON        bool   `name:"json" help:"Print one JSON object a line: destinations, then actions."`
}

func (*deliveriesListCmd) Help() string {
	return `
Shows each destination: ok; failing, when it refuses some actions or failed lately; paused, when it keeps failing and is
tried again at the time shown; gone, when it wants no more. DROPPED counts actions for which there was no room any more
(DESKBELL_WAITING_ACTIONS): they were not archived. Then come the actions that were given up, the oldest first.
ID is what deskbell deliveries replay takes.

Examples:

    deskbell deliveries list
    deskbell deliveries list --destination crm --limit 10
    deskbell deliveries list --json
`
}

func (c *deliveriesListCmd) Run(ctx context.Context, a *app) (err error) {
	if c.Limit < 1 {
		return usagef("--limit=%d is too low; give 1 or more", c.Limit)
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	list, err := s.client.DeliveryList(ctx, jobs.ArchivedFilter{Destination: c.Destination}, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.encodeDeliveries(list)
	}
	return a.printDeliveries(s.env.TimeZone, list)
}

func (a *app) encodeDeliveries(list jobs.DeliveryList) error {
	out := json.NewEncoder(a.stdout)
	for _, d := range list.Destinations {
		if err := out.Encode(d); err != nil {
			return err
		}
	}
	for _, d := range list.GivenUp {
		if err := out.Encode(d); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printDeliveries(zone *time.Location, list jobs.DeliveryList) error {
	now := a.now()
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	if len(list.Destinations) > 0 {
		fmt.Fprintln(table, "DESTINATION\tTYPE\tSTATE\tSINCE\tTRIED AGAIN\tOLDEST WAITING\tASIDE\tDROPPED\tLAST ERROR")
	}
	for _, d := range list.Destinations {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\n",
			d.Name, d.Type, d.State, local(d.Since, zone, now), local(d.Until, zone, now), local(d.Oldest, zone, now), d.Aside, d.Dropped, orDash(d.Error))
	}
	if len(list.Destinations) == 0 {
		fmt.Fprintln(table, "No destination is defined: actions go to the workers' default.")
	}
	fmt.Fprintln(table)
	if len(list.GivenUp) == 0 {
		fmt.Fprintln(table, "Nothing was given up.")
		return table.Flush()
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(table, "ID\tTYPE\tDESTINATION\tDECIDED\tGIVEN UP\tLAST ERROR")
	for _, d := range list.GivenUp {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			orDash(d.ID), orDash(d.Type), d.Destination, local(d.Time, zone, now), local(d.Given, zone, now), orDash(d.Error))
	}
	if list.LeftOut > 0 {
		fmt.Fprintf(table, "… and %d more: --limit %d shows all\n", list.LeftOut, len(list.GivenUp)+list.LeftOut)
	}
	return table.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
