package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/domain/agent"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/destination/logline"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/view"
)

type statusCmd struct {
	Property string `arg:"" optional:"" help:"One property's id; all without it."`
	JSON     bool   `name:"json" help:"Print one JSON object a line: a property each, and the processes last."`
	Watch    bool   `help:"Show it again whenever it changes, until Ctrl-C."`
}

func (*statusCmd) Help() string {
	return `
Shows what the workers have committed: each property's state, why, since when, until when and what comes next, and the
agents on shift. Times are by the clock of the property, in its time zone. Below stand those that are over a
quota, and below all properties come the calendars that workers fetch, if any, and the processes that run, each with its
version, its rules and default of time zones, since when it runs, and how its clock does.

Examples:

    deskbell status
    deskbell status acme --json
    deskbell status --watch
`
}

// watchEvery is how often --watch looks.
const watchEvery = time.Second

func (c *statusCmd) Run(ctx context.Context, a *app) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	if c.Watch {
		return c.watch(ctx, a, s)
	}
	return c.show(ctx, a, s)
}

// watch shows it anew when it has changed: on a terminal in the place of the one before. Where it cannot be read, it says why, and goes on.
func (c *statusCmd) watch(ctx context.Context, a *app, s *session) error {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for shown := ""; ; {
		var page strings.Builder
		onPage := *a
		onPage.stdout = &page
		if err := c.show(ctx, &onPage, s); err != nil {
			fmt.Fprintf(&page, "deskbell: %v\n", err)
		}
		if ctx.Err() != nil {
			return nil // as was asked for
		}
		if page.String() != shown {
			shown = page.String()
			if draw.IsTerminal(a.stdout) && !c.JSON {
				fmt.Fprint(a.stdout, "\x1b[H\x1b[2J") // to the upper left corner, and nothing below
			}
			if _, err := fmt.Fprint(a.stdout, shown); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// show shows it once.
func (c *statusCmd) show(ctx context.Context, a *app, s *session) error {
	list, broken := s.client.Status(ctx, c.Property)
	if len(list) == 0 && broken != nil {
		return broken
	}
	if c.JSON {
		out := json.NewEncoder(a.stdout)
		for _, p := range list {
			if err := out.Encode(p); err != nil {
				return err
			}
		}
		if c.Property != "" {
			return broken
		}
		return errors.Join(broken, encodeProcesses(ctx, s, out))
	}
	if len(list) == 0 {
		fmt.Fprintln(a.stdout, "No property is defined: deskbell apply deskbell.yaml")
	} else if err := errors.Join(a.printStatus(list), broken, a.printOver(ctx, s, c.Property)); err != nil || c.Property != "" {
		return err
	}
	feeds, err := s.client.FeedStatus(ctx)
	if err != nil {
		return err
	}
	return errors.Join(a.printFeeds(feeds), a.printProcesses(ctx, s))
}

func (a *app) printStatus(list []view.PropertyStatus) error {
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROPERTY\tSTATUS\tMODE\tREASON\tSINCE\tUNTIL\tNEXT\tTIME ZONE\tON SHIFT")
	for _, p := range list {
		zone, err := zones.Load(p.TimeZone)
		if err != nil {
			return fmt.Errorf("loading the zone of %s: %w", p.Property, err)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", p.Property, row(p.Widget, p.Override, zone, a.now()), p.TimeZone, onShift(p.Agents))
		for _, id := range slices.Sorted(maps.Keys(p.Widget.Departments)) {
			forced := cmp.Or(p.Overrides[id], p.Override)
			fmt.Fprintf(table, "  %s\t%s\t\t\n", id, row(p.Widget.Departments[id], forced, zone, a.now()))
		}
	}
	return table.Flush()
}

// row is a state; forced is the override under which it may be.
func row(s widget.State, forced *hours.Override, zone *time.Location, now time.Time) string {
	if s.Version == 0 {
		return "undecided\t-\tno worker has decided yet\t-\t-\t-"
	}
	next := string(s.Next)
	if next == "" {
		next = "-"
	}
	reason := s.Reason
	if reason == "override" && forced != nil && !forced.Until.IsZero() && !forced.Until.Equal(s.Until) { // it ends before the state does
		reason += " until " + local(forced.Until, zone, now)
	}
	if s.Reason == "override" && forced != nil {
		reason += whyForced(forced)
	}
	return strings.Join([]string{string(s.Status), string(s.Mode), reason, local(s.Since, zone, now), local(s.Until, zone, now), next}, "\t")
}

// whyForced is " by front-desk: Fire drill", as far as it is known.
func whyForced(o *hours.Override) string {
	var text string
	if o.By != "" {
		text = " by " + o.By
	}
	if o.Note != "" {
		text += ": " + o.Note
	}
	return text
}

// local is an instant in a zone; with its date, unless that is today.
func local(t time.Time, zone *time.Location, now time.Time) string {
	if t.IsZero() {
		return "-"
	}
	t = t.In(zone)
	if t.Format(time.DateOnly) == now.In(zone).Format(time.DateOnly) {
		return t.Format("15:04:05")
	}
	return logline.Date(t, now, zone) + t.Format(" 15:04")
}

func onShift(agents []view.AgentStatus) string {
	var names []string
	for _, a := range agents {
		if a.Status == agent.Online {
			names = append(names, a.Agent)
		}
	}
	if len(agents) > 0 && len(names) == 0 {
		return fmt.Sprintf("nobody of %d", len(agents))
	}
	return strings.Join(names, ", ")
}
