package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/clock"
	"github.com/deskbell/deskbell/jobs/store"
)

// printProcesses prints the workers and web processes that have given a sign of life: what they run, and how their clocks do.
func (a *app) printProcesses(ctx context.Context, s *session) error {
	live, _, err := s.store.Live(ctx)
	if err != nil || len(live) == 0 {
		return err
	}
	slices.SortStableFunc(live, func(a, b store.Beat) int { return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Name, b.Name)) })
	fmt.Fprintln(a.stdout)
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROCESS\tROLE\tVERSION\tZONE RULES\tTIME ZONE\tSINCE\tCLOCK")
	for _, b := range live {
		since := "-"
		if !b.Since.IsZero() {
			since = b.Since.UTC().Format("2006-01-02 15:04 UTC")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", cmp.Or(b.Name, b.Process), b.Role, cmp.Or(b.Program, "-"), b.Zones, cmp.Or(b.TimeZone, "-"), since, clockOf(b))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, words := range jobs.DifferencesOf(live).Words() {
		fmt.Fprintf(a.stdout, "\nWarning: %s.\n", words)
	}
	return nil
}

// encodeProcesses writes {"processes": […]}, of what they say of themselves.
func encodeProcesses(ctx context.Context, s *session, out *json.Encoder) error {
	live, _, err := s.store.Live(ctx)
	if err != nil {
		return err
	}
	return out.Encode(map[string][]store.Beat{"processes": live})
}

// clockOf says how the clock of a process does.
func clockOf(b store.Beat) string {
	where := "ahead"
	if b.Ahead < 0 {
		where = "behind"
	}
	off := fmt.Sprintf("%.1f s %s", math.Abs(b.Ahead), where)
	switch clock.State(b.Clock) {
	case clock.Right:
		return "right"
	case clock.Wrong:
		if b.Role != store.RoleShows {
			return off + ": decides nothing"
		}
		return off
	case clock.Off:
		return off
	}
	return cmp.Or(b.Clock, "-")
}
