package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/view"
)

type coverageCmd struct {
	Names []string `arg:"" optional:"" name:"property" help:"A property's id, or a deskbell.yaml and perhaps a property in it; - is standard input. All properties of Redis without any."`
	From  string   `placeholder:"T" default:"now" help:"Begin here: 2026-03-29 or 2026-03-29T09:00 in the property's zone, an RFC 3339 time, or now, which is the default."`
	To    string   `placeholder:"T" help:"End here; default: 7 days after the beginning."`
	JSON  bool     `name:"json" help:"Print one JSON object a line, a property each."`
}

func (*coverageCmd) Help() string {
	return `
Shows the open time of properties and departments in which nobody of the agents listed is on shift. Overrides count.

Examples:

    deskbell coverage acme
    deskbell coverage acme --from 2026-12-21 --to 2027-01-04 --json
    deskbell coverage deskbell.yaml
`
}

func (c *coverageCmd) Run(ctx context.Context, a *app) (err error) {
	property := ""
	if len(c.Names) > 0 && !isFile(c.Names[0]) {
		property = c.Names[0]
	}
	switch {
	case len(c.Names) > 2, len(c.Names) == 2 && property != "":
		return usagef("coverage takes one property, or a file and one property")
	case len(c.Names) == 0 || property != "":
		return c.ofRedis(ctx, a, property)
	case len(c.Names) == 2:
		property = c.Names[1]
	}
	defs, err := a.readDefinitions(ctx, c.Names[0])
	if err != nil {
		return err
	}
	if property != "" && defs.Properties[property] == nil {
		return usagef("%s holds no property %q; there is: %s", displayName(c.Names[0]), property, namesOf(defs.Properties))
	}
	reader, err := a.readerOf(ctx, defs)
	if err != nil {
		return err
	}
	return c.print(ctx, a, reader, chosen(property, defs.Properties))
}

// chosen is the property that was named, or else all.
func chosen[V any](property string, all map[string]V) []string {
	if property != "" {
		return []string{property}
	}
	return slices.Sorted(maps.Keys(all))
}

func (c *coverageCmd) ofRedis(ctx context.Context, a *app, property string) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	ids := []string{property}
	if property == "" {
		all, broken := s.client.Status(ctx, "")
		if ids = nil; broken != nil && len(all) == 0 {
			return broken
		}
		for _, p := range all {
			ids = append(ids, p.Property)
		}
	}
	return c.print(ctx, a, s.client.Reader, ids)
}

// readerOf reads definitions as if they were in Redis. No worker decides on them.
func (a *app) readerOf(ctx context.Context, defs *definition.Definitions) (*view.Reader, error) {
	zone, err := a.zone()
	if err != nil {
		return nil, err
	}
	store := memstore.New(1, a.now)
	editor := edit.New(edit.Config{Store: store, Now: a.now, TimeZone: zone})
	steps, err := editor.Plan(ctx, defs)
	if err != nil {
		return nil, err
	}
	return view.New(view.Config{Store: store, Now: a.now, TimeZone: zone}), editor.Write(ctx, steps)
}

func (c *coverageCmd) print(ctx context.Context, a *app, reader *view.Reader, ids []string) error {
	if len(ids) == 0 {
		fmt.Fprintln(a.stderr, "No property is defined.")
	}
	for i, id := range ids {
		schedule, err := reader.Schedule(ctx, id)
		if err != nil {
			return err
		}
		from, to, err := between(c.From, c.To, a.now(), schedule.Location())
		if err != nil {
			return err
		}
		coverage, err := reader.Coverage(ctx, id, from, to)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := json.NewEncoder(a.stdout).Encode(coverage); err != nil {
				return err
			}
			continue
		}
		a.drawCoverage(coverage, schedule.Location(), i > 0)
	}
	return nil
}

// drawCoverage draws a property, and below it its departments.
func (a *app) drawCoverage(c view.Coverage, zone *time.Location, between bool) {
	style := a.terminal().StyleOf(a.stdout)
	one := func(name string, covered view.Covered, between bool) {
		if between {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprint(a.stdout, draw.Coverage(style, draw.Shifts{Name: name, Zone: zone, From: c.From, To: c.To, Stretches: covered.Stretches}))
	}
	one(c.Property, c.Covered, between)
	for _, id := range slices.Sorted(maps.Keys(c.Departments)) {
		one(c.Property+"/"+id, c.Departments[id], true)
	}
	if c.Next != nil {
		fmt.Fprintf(a.stdout, "\nThere is more: go on with --from %s\n", c.Next.Format(time.RFC3339))
	}
}
