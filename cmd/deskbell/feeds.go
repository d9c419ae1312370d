package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type feedsCmd struct {
	Action string `arg:"" enum:"link,list,revoke" help:"What to do: link, list or revoke."`
	Of     string `arg:"" optional:"" help:"Link, revoke: what has the hours: agent, schedule or property."`
	ID     string `arg:"" optional:"" help:"Its id."`
	URL    string `placeholder:"URL" help:"Link: where deskbell web is reached from outside, such as https://bell.example; default: where it listens."`
	JSON   bool   `name:"json" help:"List: print one JSON object a line: links, then the calendars of ical_url."`
}

func (*feedsCmd) Help() string {
	return `
Calendar programs subscribe to shifts and hours by an address with a secret, since they send no key. The address shows
that calendar and is good for nothing else. It is shown once; only a hash of its secret is kept. What is revoked is dead at
once. List shows these links, and how the calendars are that definitions name by ical_url.

Examples:

    deskbell feeds link agent lea --url https://bell.example
    deskbell feeds link schedule office
    deskbell feeds list
    deskbell feeds revoke agent lea
`
}

func (c *feedsCmd) Run(ctx context.Context, a *app) (err error) {
	kind := edit.Kind(c.Of)
	path, ok := map[edit.Kind]string{
		edit.KindAgent: "/v1/agents/%s/shifts.ics", edit.KindSchedule: "/v1/schedules/%s/hours.ics", edit.KindProperty: "/v1/properties/%s/hours.ics",
	}[kind]
	switch {
	case c.Action == "list" && c.Of != "":
		return usagef("feeds list: it lists all of them, and needs nothing more")
	case c.Action != "list" && (!ok || c.ID == ""):
		return usagef("feeds %s: say of what: agent ID, schedule ID or property ID", c.Action)
	case c.Action != "link" && c.URL != "":
		return usagef("feeds %s: --url is for feeds link", c.Action)
	case c.Action != "list" && c.JSON:
		return usagef("feeds %s: --json is for feeds list", c.Action)
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	links := edit.Links{Store: s.store, Now: a.now}
	switch c.Action {
	case "link":
		return c.link(ctx, a, s, links, kind, path)
	case "revoke":
		if err := links.Revoke(ctx, kind, c.ID); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "Revoked the link of %s %s. It is dead.\n", kind, c.ID)
		return nil
	}
	list, err := links.List(ctx)
	if err != nil {
		return err
	}
	feeds, err := s.client.FeedStatus(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return errors.Join(printJSON(a, list), printJSON(a, feeds))
	}
	return errors.Join(a.printLinks(list), a.printFeeds(feeds))
}

// link makes a link to something that is there.
func (c *feedsCmd) link(ctx context.Context, a *app, s *session, links edit.Links, kind edit.Kind, path string) error {
	base, err := s.outside(c.URL)
	if err != nil {
		return err
	}
	if _, err := s.client.Get(ctx, kind, c.ID); err != nil {
		return err
	}
	secret, err := links.Add(ctx, kind, c.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s%s?token=%s\n", base, fmt.Sprintf(path, c.ID), secret)
	fmt.Fprintln(a.stderr, "Keep it now: it is not shown again. Whoever has it reads this calendar.")
	return nil
}

// outside is where deskbell web is reached, without a slash at its end: as --url says, or where it listens.
func (s *session) outside(base string) (string, error) {
	if base == "" {
		host, port, err := net.SplitHostPort(cmp.Or(s.env.Listen, defaultListen))
		if err != nil {
			return "", err
		}
		base = "http://" + net.JoinHostPort(cmp.Or(host, "127.0.0.1"), port)
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
		return "", usagef("--url %s is not where a server is; write it as https://bell.example", base)
	}
	return strings.TrimSuffix(base, "/"), nil
}

func (a *app) printLinks(list []edit.Link) error {
	if len(list) == 0 {
		fmt.Fprintln(a.stdout, "There is no link to a calendar: deskbell feeds link agent ID")
		return nil
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "LINK TO\tCREATED")
	for _, l := range list {
		fmt.Fprintf(table, "%s %s\t%s\n", l.Kind, l.ID, l.Created.Format("2006-01-02 15:04 UTC"))
	}
	return table.Flush()
}

// printFeeds prints the calendars that are fetched, without their addresses.
func (a *app) printFeeds(all []edit.FeedStatus) error {
	if len(all) == 0 {
		return nil
	}
	clock := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	fmt.Fprintln(a.stdout)
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CALENDAR AT\tNAME\tFETCHED\tNEXT\tEVENTS\tPROBLEM")
	for _, f := range all {
		fetched := "never"
		if f.Fetched != nil {
			fetched = clock(*f.Fetched)
		}
		problem, _, _ := strings.Cut(cmp.Or(f.Problem, "none"), "\n")
		if f.Failing != nil {
			problem += " (since " + clock(*f.Failing) + ")"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", f.Host, f.Calendar, fetched, clock(f.Next), f.Events, problem)
	}
	return table.Flush()
}
