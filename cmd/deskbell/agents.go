package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type agentsCmd struct {
	Action string `arg:"" enum:"link,list" help:"What to do: link or list."`
	ID     string `arg:"" optional:"" help:"Link: the id of the agent."`
	URL    string `placeholder:"URL" help:"Link: where deskbell web is reached from outside, such as https://bell.example; default: where it listens."`
	Revoke bool   `help:"Link: make none, but revoke all links to this agent's page."`
	JSON   bool   `name:"json" help:"List: print one JSON object a line, for each link."`
}

func (*agentsCmd) Help() string {
	return `
Link prints the address of an agent's own page: today's hours, the status and its choice, and notices on the phone or in the
browser with which it is opened. It has a secret, which opens that page and nothing else, for 30 days. It is shown once; only
a hash of it is kept. Phones need https, so a proxy with TLS stands in front of deskbell web. Each device may have a link of
its own. Revoking kills all of them at once, and ends the notices on these devices. List shows who has links, and until when.

Examples:

    deskbell agents link lea --url https://bell.example
    deskbell agents link lea --revoke
    deskbell agents list
`
}

func (c *agentsCmd) Run(ctx context.Context, a *app) (err error) {
	switch {
	case c.Action == "list" && (c.ID != "" || c.URL != "" || c.Revoke):
		return usagef("agents list: it lists all of them, and needs nothing more")
	case c.Action != "list" && c.JSON:
		return usagef("agents link: --json is for agents list")
	case c.Action == "link" && c.ID == "":
		return usagef("agents link: give the id of the agent")
	case c.Revoke && c.URL != "":
		return usagef("agents link: --revoke makes no link, and needs no --url")
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	links := edit.Links{Store: s.store, Now: a.now}
	switch {
	case c.Action == "list":
		list, err := links.Pages(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(a, list)
		}
		return a.printPages(list)
	case c.Revoke:
		return c.revoke(ctx, a, links)
	}
	return c.link(ctx, a, s, links)
}

func (c *agentsCmd) link(ctx context.Context, a *app, s *session, links edit.Links) error {
	base, err := s.outside(c.URL)
	if err != nil {
		return err
	}
	if _, err := s.client.Get(ctx, edit.KindAgent, c.ID); err != nil {
		return err
	}
	secret, l, err := links.AddPage(ctx, c.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s%s#%s\n", base, web.AgentPath, secret)
	fmt.Fprintf(a.stderr, "Keep it now: it is not shown again. Whoever has it is %s there, until %s.\n", c.ID, l.Expires.Format("2006-01-02 15:04 UTC"))
	return nil
}

func (c *agentsCmd) revoke(ctx context.Context, a *app, links edit.Links) error {
	n, subscriptions, err := links.RevokePages(ctx, c.ID)
	if err != nil {
		return err
	}
	switch n {
	case 0:
		fmt.Fprintf(a.stdout, "There was no link to the page of %s.\n", c.ID)
	case 1:
		fmt.Fprintf(a.stdout, "Revoked the link to the page of %s. It is dead.\n", c.ID)
	default:
		fmt.Fprintf(a.stdout, "Revoked %d links to the page of %s. They are dead.\n", n, c.ID)
	}
	if subscriptions > 0 {
		fmt.Fprintf(a.stdout, "Browsers and phones that get no more notices: %d.\n", subscriptions)
	}
	return nil
}

func (a *app) printPages(list []edit.Link) error {
	if len(list) == 0 {
		fmt.Fprintln(a.stdout, "There is no link to the page of an agent: deskbell agents link NAME")
		return nil
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PAGE OF\tCREATED\tGOOD UNTIL")
	for _, l := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\n", l.ID, l.Created.Format("2006-01-02 15:04 UTC"), l.Expires.Format("2006-01-02 15:04 UTC"))
	}
	return table.Flush()
}
