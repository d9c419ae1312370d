package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours"
)

type hoursCmd struct {
	Of       []string        `arg:"" name:"file" help:"A file with one schedule, or a whole deskbell.yaml; - is standard input. Or the name of a schedule, property, department (acme/sales) or agent that is defined in the Redis of REDIS_URL, or of the deskbell up that runs here."`
	Schedule string          `placeholder:"NAME" help:"Only this schedule of the file, such as office, \"property acme\" or \"agent lea\"."`
	From     string          `placeholder:"T" default:"now" help:"Begin here: 2026-03-29 or 2026-03-29T09:00 in the schedule's zone, an RFC 3339 time, or now, which is the default."`
	To       string          `xor:"end" placeholder:"T" help:"End here; default: 7 days after the beginning."`
	Add      *hours.Duration `xor:"end" placeholder:"4h" help:"Only print the instant at which so much open time has passed since the beginning; 0s: the next instant at which it is open."`
	Convert  bool            `xor:"end" help:"Only print the file's schedule as the YAML to write, also from the form of another product: schema.org, Google Business Profile, Chatwoot, Zendesk, spatie/opening-hours, OpenStreetMap."`
	JSON     bool            `help:"One JSON object a line: the state at the beginning, then every boundary up to the end."`
	fetching
}

func (*hoursCmd) Help() string {
	return `
Each row is a day on the schedule's own clock. A boundary is an instant at which the schedule's answer changes.

Examples:

    deskbell hours deskbell.yaml
    deskbell hours deskbell.yaml --schedule office --from 2026-12-21
    deskbell hours office.yaml --from 2026-03-29 --to 2026-03-30 --json
    deskbell hours office.yaml --add 4h --from 2026-03-27T16:00

Without such a file, the name is that of a schedule, property, department or agent that is defined, and its hours are drawn
as they are now, with override and leave. Its kind may stand before it:

    deskbell hours acme
    deskbell hours agent lea --add 4h

Hours in the form of another product become the YAML to write:

    deskbell hours --convert google.json

A schedule needs no more than a line:

    echo '{time_zone: Europe/Paris, weekly: {mon-fri: 9-17}}' | deskbell hours -
`
}

func (c *hoursCmd) Run(ctx context.Context, a *app) error {
	if c.Convert {
		return c.convert(a)
	}
	title, schedules, err := c.find(ctx, a)
	if err != nil {
		return err
	}
	if !c.JSON && c.Add == nil {
		return c.drawAll(a, title, schedules)
	}
	if len(schedules) > 1 {
		return usagef("%s holds %d schedules; choose one by --schedule: %s", title, len(schedules), namesOf(schedules))
	}
	for _, s := range schedules {
		if c.Add != nil {
			return c.add(a, s)
		}
		err = c.list(ctx, a, s)
	}
	return err
}

// convert prints a file's schedule as YAML.
func (c *hoursCmd) convert(a *app) error {
	file, src, err := a.read(strings.Join(c.Of, " "))
	if err != nil {
		return err
	}
	yaml, err := config.Convert(file, src)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(a.stdout, yaml)
	return err
}

// find gives schedules of a file, or of something that is defined, and a title for a schedule without a name.
func (c *hoursCmd) find(ctx context.Context, a *app) (title string, schedules map[string]*hours.Schedule, err error) {
	name := strings.Join(c.Of, " ")
	if !isFile(name) {
		if c.Schedule != "" {
			return "", nil, usagef("--schedule names a schedule of a file, and there is no file %s", name)
		}
		schedules, err = a.definedHours(ctx, name)
		return name, schedules, err
	}
	file, src, err := a.read(name)
	if err != nil {
		return "", nil, err
	}
	schedules, err = c.schedules(ctx, a, file, src)
	return file, schedules, err
}

// schedules are those of the file that the flags name: one at least.
func (c *hoursCmd) schedules(ctx context.Context, a *app, file string, src []byte) (map[string]*hours.Schedule, error) {
	specs, warnings, err := a.reader(ctx, strings.Join(c.Of, " ")).Schedule(file, src)
	if err != nil {
		return nil, err
	}
	a.warn(warnings)
	if len(specs) == 0 {
		return nil, fmt.Errorf("%s holds no schedule; add one below \"schedules\"", file)
	}
	if c.Schedule != "" {
		spec, ok := specs[c.Schedule]
		switch _, lone := specs[""]; {
		case lone:
			return nil, usagef("%s holds one schedule, without a name; leave out --schedule", file)
		case !ok:
			return nil, usagef("%s holds no schedule %q; there is: %s", file, c.Schedule, namesOf(specs))
		}
		specs = map[string]config.Timetable{c.Schedule: spec}
	}
	zone, err := a.zone()
	if err != nil {
		return nil, err
	}
	var urls []string
	for _, spec := range specs {
		urls = append(urls, spec.Calendars()...)
	}
	feeds, err := c.feeds(ctx, a, urls)
	if err != nil {
		return nil, err
	}
	compiled := make(map[string]*hours.Schedule, len(specs))
	for name, spec := range specs {
		if compiled[name], err = spec.Compile(zone, feeds); err != nil {
			return nil, err
		}
	}
	return compiled, nil
}

func namesOf[V any](named map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(named)), ", ")
}

// drawAll draws the schedules one below the other.
func (c *hoursCmd) drawAll(a *app, file string, schedules map[string]*hours.Schedule) error {
	now := a.now()
	style := a.terminal().StyleOf(a.stdout)
	for i, name := range slices.Sorted(maps.Keys(schedules)) {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		s := schedules[name]
		first, count, err := c.dates(now, s.Location())
		if err != nil {
			return err
		}
		fmt.Fprint(a.stdout, draw.Hours(style, draw.Days{Name: cmp.Or(name, file), Schedule: s, First: first, Count: count}, now))
	}
	return nil
}

// dates are the whole days that the span touches: a week unless the command line says otherwise.
func (c *hoursCmd) dates(now time.Time, loc *time.Location) (first time.Time, count int, err error) {
	from, to, err := between(c.From, c.To, now, loc)
	if err != nil {
		return first, 0, err
	}
	first = draw.Midnight(draw.Reading(from.In(loc)))
	count = 7
	if c.To != "" {
		last := draw.Midnight(draw.Reading(to.In(loc)).Add(-time.Second)) // an end at 00:00 touches the day before
		count = max(1, int(last.Sub(first)/(24*time.Hour))+1)
	}
	if count > 62 {
		err = usagef("%d days are more than can be drawn; ask for 62 days at most, or add --json for a list", count)
	}
	return first, count, err
}

// boundaryLine is one line of --json. Programs rely on its shape.
type boundaryLine struct {
	At     time.Time `json:"at"`    // UTC, whole seconds
	Local  time.Time `json:"local"` // the same instant on the schedule's clock
	Open   bool      `json:"open"`
	Reason string    `json:"reason"`
}

// list prints the state at the beginning, then every boundary after it up to the end, the end included.
func (c *hoursCmd) list(ctx context.Context, a *app, s *hours.Schedule) error {
	from, to, err := between(c.From, c.To, a.now(), s.Location())
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(a.stdout)
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	for at := from; !at.IsZero() && !at.After(to); at = s.NextBoundary(at) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		state := s.At(at)
		if err := out.Encode(boundaryLine{at.UTC(), at.In(s.Location()), state.Open, state.Reason}); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// zone is the zone of schedules that name none. A fault elsewhere in the environment is no matter here.
func (a *app) zone() (*time.Location, error) {
	env, err := config.FromEnv(func(name string) string {
		if name != config.TimeZoneVariable && name != "TZ" {
			return ""
		}
		return a.env(name)
	})
	if env.Warning != "" {
		fmt.Fprintln(a.stderr, "deskbell: warning: "+env.Warning)
	}
	return env.TimeZone, err
}
