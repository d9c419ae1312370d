package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/memstore"
)

type simulateCmd struct {
	File string `arg:"" help:"A deskbell.yaml; - is standard input."`
	From string `placeholder:"T" default:"now" help:"Begin here: 2026-03-29 or 2026-03-29T09:00 in the properties' zone, an RFC 3339 time, or now, which is the default."`
	To   string `placeholder:"T" help:"End here, at the actions of this very instant; default: 7 days after the beginning."`
	JSON bool   `help:"One action a line, as CloudEvents: what destinations get."`
}

func (*simulateCmd) Help() string {
	return `
It needs no Redis, sends nothing and waits for nothing: the decisions are those of a worker, on a clock that jumps from
one boundary to the next. The first actions say how everything is at the beginning.

Examples:

    deskbell simulate deskbell.yaml
    deskbell simulate deskbell.yaml --from 2026-12-21 --to 2027-01-04
    deskbell simulate deskbell.yaml --json | jq 'select(.type == "agent.notify")'
`
}

func (c *simulateCmd) Run(ctx context.Context, a *app) error {
	defs, err := a.readDefinitions(c.File)
	if err != nil {
		return err
	}
	zone, err := a.zone()
	if err != nil {
		return err
	}
	clock := commonZone(defs, zone)
	from, to, err := between(c.From, c.To, a.now(), clock)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(a.stdout)
	line := &timeline{ink: ink(a.colour(a.stdout)), utf8: a.utf8(), zone: clock, out: buffered}
	act, end := line.action, func() { line.end() }
	if c.JSON {
		act, end = jsonLines(buffered), func() {}
	} else {
		line.begin(displayName(c.File), from, to)
	}
	log := logrus.New()
	log.SetOutput(a.stderr)
	log.SetFormatter(plainLines{})
	s := jobs.NewSimulation(jobs.SimulationConfig{
		Open:     func(now func() time.Time) jobs.Store { return memstore.New(1, now) },
		From:     from,
		TimeZone: zone,
		Log:      log,
		Action:   act,
	})
	if err := s.Define(ctx, defs); err != nil {
		return err
	}
	if err := s.Advance(ctx, to); err != nil {
		return err
	}
	if err := s.Settle(ctx); err != nil {
		return err
	}
	end()
	return buffered.Flush()
}

// jsonLines writes actions as they are.
func jsonLines(out *bufio.Writer) func([]byte) error {
	return func(body []byte) error {
		_, err := out.Write(append(body, '\n'))
		return err
	}
}

// commonZone is the zone of all properties where they have but one, else that of schedules that name none.
func commonZone(defs *definition.Definitions, fallback *time.Location) *time.Location {
	var common *time.Location
	for _, p := range defs.Properties {
		zone := fallback
		if name := zoneOf(defs, p); name != "" {
			if loaded, err := time.LoadLocation(name); err == nil { // it was checked
				zone = loaded
			}
		}
		if common != nil && common.String() != zone.String() {
			return fallback
		}
		common = zone
	}
	return cmp.Or(common, fallback)
}

// zoneOf is the zone that a property's hours name; empty: none.
func zoneOf(defs *definition.Definitions, p *definition.Property) string {
	var named struct {
		TimeZone string `json:"time_zone"`
	}
	if p.Schedule.Name != "" {
		named.TimeZone = defs.Schedules[p.Schedule.Name].TimeZone
	} else if len(p.Schedule.InPlace) > 0 {
		_ = json.Unmarshal(p.Schedule.InPlace, &named) // it was checked
	}
	return cmp.Or(named.TimeZone, p.TimeZone)
}
