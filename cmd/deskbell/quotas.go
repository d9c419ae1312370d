package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/quota"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type quotasCmd struct {
	Action   string `arg:"" enum:"list,set,unset" help:"What to do: list, set or unset."`
	Property string `arg:"" optional:"" help:"The property's id; it need not be defined."`

	Events      int  `placeholder:"N" help:"Set: events a second by HTTP; default: DESKBELL_EVENT_RATE."`
	NewVisitors int  `placeholder:"N" help:"Set: new visitors and chats a day; default: DESKBELL_NEW_VISITORS."`
	Waiting     int  `placeholder:"N" help:"Set: messages that wait for their time; default: DESKBELL_WAITING_MESSAGES."`
	JSON        bool `name:"json" help:"List: print one JSON object a line, a property each."`
}

func (*quotasCmd) Help() string {
	return `
Bounds how much one property brings into Redis where the defaults do not suit it: smaller, or bigger. What is set takes
effect within five seconds, and stays when the property is removed and defined anew. Quotas that are not given are the
defaults. It takes the Redis itself: no key of the HTTP API changes a quota, and no definition does.

The list has the properties with quotas of their own, and those that are over one, or were within the last hour.

Examples:

    deskbell quotas list
    deskbell quotas set acme --events 5000 --new-visitors 1000000 --waiting 500000
    deskbell quotas unset acme
`
}

const mostQuota = 1_000_000_000

// given are the quotas of the command line; zero ones are not given.
func (c *quotasCmd) given() quota.Limits {
	return quota.Limits{Events: c.Events, NewVisitors: c.NewVisitors, Waiting: c.Waiting}
}

// check refuses command lines that mean nothing.
func (c *quotasCmd) check() error {
	given := c.given()
	switch list := c.Action == "list"; {
	case list != (c.Property == ""):
		return usagef("quotas %s: give the id of the property to set or unset, and none to list", c.Action)
	case !list && !definition.ValidID(c.Property):
		return usagef("quotas %s: %q is no id of a property", c.Action, c.Property)
	case c.Action != "set" && given != (quota.Limits{}):
		return usagef("quotas %s: --events, --new-visitors and --waiting are for quotas set", c.Action)
	case c.Action == "set" && given == (quota.Limits{}):
		return usagef("quotas set: give --events, --new-visitors or --waiting; quotas unset %s gives it the defaults", c.Property)
	case !list && c.JSON:
		return usagef("quotas %s: --json is for quotas list", c.Action)
	}
	for flag, n := range map[string]int{"events": c.Events, "new-visitors": c.NewVisitors, "waiting": c.Waiting} {
		if n < 0 || n > mostQuota {
			return usagef("quotas set: --%s=%d: 1 to %d are allowed", flag, n, mostQuota)
		}
	}
	return nil
}

func (c *quotasCmd) Run(ctx context.Context, a *app) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	switch c.Action {
	case "set":
		if err := quota.Set(ctx, s.store, c.Property, c.given()); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "Set the quotas of %s. They count within five seconds.\n", c.Property)
		return nil
	case "unset":
		if err := quota.Set(ctx, s.store, c.Property, quota.Limits{}); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "The quotas of %s are the defaults within five seconds.\n", c.Property)
		return nil
	}
	list, err := s.client.Quotas(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(a.stdout)
		for _, q := range list {
			if err := out.Encode(q); err != nil {
				return err
			}
		}
		return nil
	}
	if len(list) == 0 {
		fmt.Fprintln(a.stdout, "No property has quotas of its own, and none is over one.")
		return nil
	}
	return a.printQuotas(list)
}

func (a *app) printQuotas(list []quota.Status) error {
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROPERTY\tEVENTS/S\tNEW/DAY\tMAY WAIT\tWAITING\tOVER")
	own := func(n int) string {
		if n == 0 {
			return "default"
		}
		return strconv.Itoa(n)
	}
	for _, q := range list {
		var over []string
		for _, o := range q.Over {
			over = append(over, overText(o))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", q.Property, own(q.Own.Events), own(q.Own.NewVisitors), own(q.Own.Waiting), q.Waiting, cmp.Or(strings.Join(over, "; "), "-"))
	}
	return table.Flush()
}

// overText says of a quota that a property is over it.
func overText(o quota.Over) string {
	clock := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	return fmt.Sprintf("%s since %s, last at %s: %d refused that day", o.Quota, clock(o.Since), clock(o.Last), o.Refused)
}

// printOver says which properties are over a quota, a line each; of all, where property is empty.
func (a *app) printOver(ctx context.Context, s *session, property string) error {
	list, err := s.client.Quotas(ctx)
	if err != nil {
		return err
	}
	for _, q := range list {
		for _, o := range q.Over {
			if property == "" || property == q.Property {
				fmt.Fprintf(a.stdout, "%s is over its quota: %s\n", q.Property, overText(o))
			}
		}
	}
	return nil
}
