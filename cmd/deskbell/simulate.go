package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

type simulateCmd struct {
	File   string `arg:"" help:"A deskbell.yaml; - is standard input."`
	Events string `placeholder:"FILE" help:"Events that happen meanwhile, one JSON object a line as they are sent, each with its time; lines with override open and close."`
	From   string `placeholder:"T" help:"Begin here: 2026-03-29 or 2026-03-29T09:00 in the properties' zone, an RFC 3339 time, or now; default: the first event, else now."`
	To     string `placeholder:"T" help:"End here, at the actions of this very instant; default: an hour after the last event, else 7 days after the beginning."`
	JSON   bool   `help:"One action a line, as CloudEvents: what destinations get."`
	fetching
	Explain bool `help:"Show also each message that was decided against, and why, as message.skipped; at the end of the timeline, which events wait for their visitor."`
}

func (*simulateCmd) Help() string {
	return `
It needs no Redis, sends nothing and waits for nothing: the decisions are those of a worker, on a clock that jumps from
one due time to the next. The first actions say how everything is at the beginning. Events from before the beginning
are taken in there, as late ones, with the definitions in force since the first of them (for a week at most); those
after the end are not. A line such as {"time": "2026-11-23T14:00:00Z", "override": {"property": "acme", "open": false,
"for": "30m"}} is an override, as over HTTP; department names one of it, and clear takes it back.

Examples:

    deskbell simulate deskbell.yaml
    deskbell simulate deskbell.yaml --from 2026-12-21 --to 2027-01-04
    deskbell simulate deskbell.yaml --events visit.jsonl --explain
    deskbell simulate deskbell.yaml --json | jq 'select(.type == "agent.notify")'
`
}

func (c *simulateCmd) Run(ctx context.Context, a *app) error {
	defs, events, overrides, err := c.read(ctx, a)
	if err != nil {
		return err
	}
	zone, err := a.zone()
	if err != nil {
		return err
	}
	clock := commonZone(defs, zone)
	from, to, err := c.span(a.now(), clock, timesOf(events, overrides))
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(a.stdout)
	out := &opening{shown: jsonLines{buffered}}
	if !c.JSON {
		out.shown = draw.NewTimeline(a.terminal().StyleOf(a.stdout), clock, buffered)
	}
	out.Begin(displayName(c.File), from, to)
	log := logrus.New()
	log.SetOutput(a.stderr)
	log.SetFormatter(&logrus.TextFormatter{DisableTimestamp: true, DisableColors: true})
	s := simulate.New(simulate.Config{
		Open:     func(now func() time.Time) store.Store { return memstore.New(1, now) },
		From:     counted(from, timesOf(events, overrides)),
		TimeZone: zone,
		Log:      log,
		Action:   out.Action,
		Explain:  c.Explain,
	})
	feeds, err := c.feeds(ctx, a, defs.Calendars())
	if err != nil {
		return err
	}
	if err := s.Calendars(ctx, feeds); err != nil {
		return err
	}
	if err := (&playing{s, out, log, events, overrides}).play(ctx, defs, from, to); err != nil {
		return err
	}
	out.End(s.Parked())
	return buffered.Flush()
}

func (c *simulateCmd) read(ctx context.Context, a *app) (*definition.Definitions, []event.Event, []config.Override, error) {
	defs, err := a.readDefinitions(ctx, c.File)
	if err != nil {
		return nil, nil, nil, err
	}
	events, overrides, err := a.readEvents(c.Events)
	return defs, events, overrides, err
}

// readEvents reads a file of events and overrides; empty: there is none.
func (a *app) readEvents(file string) ([]event.Event, []config.Override, error) {
	if file == "" {
		return nil, nil, nil
	}
	name, src, err := a.read(file)
	if err != nil {
		return nil, nil, err
	}
	return config.ReadEvents(name, src)
}

// timesOf are the times of events and overrides, in order.
func timesOf(events []event.Event, overrides []config.Override) []time.Time {
	times := make([]time.Time, 0, len(events)+len(overrides))
	for i := range events {
		times = append(times, events[i].Time)
	}
	for i := range overrides {
		times = append(times, overrides[i].Time)
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}

func (c *simulateCmd) span(now time.Time, zone *time.Location, times []time.Time) (from, to time.Time, err error) {
	begin, end := cmp.Or(c.From, "now"), c.To
	if len(times) > 0 {
		begin = cmp.Or(c.From, times[0].Format(time.RFC3339))
		end = cmp.Or(c.To, times[len(times)-1].Add(time.Hour).Format(time.RFC3339))
	}
	return between(begin, end, now, zone)
}

// shown is a way to show a simulation. The Flush of its output returns the errors of writing.
type shown interface {
	Begin(name string, from, to time.Time)
	Event(e event.Event)
	Override(at time.Time, name, words string) // acme/sales, "closed for 30m"
	Action(body []byte) error
	End(parked []simulate.ParkedChat)
}

// jsonLines are the actions as they are.
type jsonLines struct{ out *bufio.Writer }

func (jsonLines) Begin(string, time.Time, time.Time) {}
func (jsonLines) Event(event.Event)                  {}
func (jsonLines) Override(time.Time, string, string) {}
func (jsonLines) End([]simulate.ParkedChat)          {}

func (l jsonLines) Action(body []byte) error {
	_, err := l.out.Write(append(body, '\n'))
	return err
}

// commonZone is the zone of all properties where they have but one, else that of schedules that name none.
func commonZone(defs *definition.Definitions, fallback *time.Location) *time.Location {
	var common *time.Location
	for _, p := range defs.Properties {
		zone := fallback
		if name := zoneOf(defs, p); name != "" {
			if loaded, err := zones.Load(name); err == nil { // it was checked
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
