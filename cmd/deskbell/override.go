package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type openCmd struct{ overrideFlags }

func (*openCmd) Help() string {
	return `
The override beats every rule of the schedule and takes effect within a second. Without --for, --until or --until-next
it holds until it is cleared. Departments without hours of their own open with their property. An override of a department
beats that of its property.

Examples:

    deskbell open acme --for 30m
    deskbell open acme --department sales --for 2h
    deskbell open acme --until 2026-12-24T18:00
    deskbell open acme --until-next
    deskbell open acme --clear
    deskbell open acme --for 2h --note "Open day"
`
}

func (c *openCmd) Run(ctx context.Context, a *app) error { return c.set(ctx, a, true) }

type closeCmd struct{ overrideFlags }

func (*closeCmd) Help() string {
	return `
The override beats every rule of the schedule and takes effect within a second. Running chats are never cut. Without
--for, --until or --until-next it holds until it is cleared. Departments close with their property, except those that have
an override of their own.

Examples:

    deskbell close acme --for 1h
    deskbell close acme --department sales --until-next
    deskbell close acme --until-next
    deskbell close acme --clear
    deskbell close acme --for 1h --note "Fire drill"
`
}

func (c *closeCmd) Run(ctx context.Context, a *app) error { return c.set(ctx, a, false) }

type overrideFlags struct {
	Property   string  `arg:"" help:"The property's id; acme/sales for one department of it."`
	Department *string `placeholder:"ID" help:"Only this department of it."`
	For        *span   `xor:"end" placeholder:"30m" help:"For so long."`
	Until      string  `xor:"end" placeholder:"T" help:"Until an instant: RFC 3339, or local time of the property."`
	UntilNext  bool    `xor:"end" help:"Until the next boundary of its schedule."`
	Clear      bool    `xor:"end,why" help:"Take an override back, whichever it is."`
	Note       string  `xor:"why" placeholder:"TEXT" help:"Why, for those who look at the board."`
}

func (f *overrideFlags) set(ctx context.Context, a *app, open bool) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = s.end(ctx, err) }()
	property, department, err := f.place()
	if err != nil {
		return err
	}
	gates, err := s.client.Gates(ctx, property, department)
	if err != nil {
		return err
	}
	override, err := f.override(gates, open, a.now())
	if err != nil {
		return err
	}
	forced, err := s.client.Force(ctx, property, department, override)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s is %s.\n", f.name(), forcedWords(forced, override, gates[0].Location()))
	return nil
}

// place is the property, and the department of it if one was named. A name that is there and empty, as a variable of a
// script leaves it that is not set, is refused: it was not the whole property that was meant.
func (f *overrideFlags) place() (property, department string, err error) {
	property, department, named := strings.Cut(f.Property, "/")
	if f.Department != nil {
		property, department, named = f.Property, *f.Department, true
	}
	if named && department == "" {
		return "", "", usagef("the name of the department is empty; write acme for a property, or acme/sales for a department of it")
	}
	return property, department, nil
}

// name is acme or acme/sales.
func (f *overrideFlags) name() string {
	if f.Department == nil {
		return f.Property
	}
	return f.Property + "/" + *f.Department
}

// forcedWords are "closed (override) until …, then open (weekly) until …".
func forcedWords(forced edit.Forced, o *hours.Override, zone *time.Location) string {
	clock := func(t time.Time) string { return t.In(zone).Format("Mon 2 Jan 2006 15:04:05 MST") }
	words := func(s hours.State) string {
		text := openWord(s.Open) + " (" + s.Reason + ")"
		if s.Until.IsZero() {
			return text + ", with no change in sight"
		}
		return text + " until " + clock(s.Until)
	}
	switch {
	case o == nil:
		return words(forced.Now)
	case o.Until.IsZero():
		return openWord(o.Open) + " (override) until this is cleared"
	}
	return openWord(o.Open) + " (override) until " + clock(o.Until) + ", then " + words(forced.Then)
}

// override is nil for --clear.
func (f *overrideFlags) override(gates []*hours.Schedule, open bool, now time.Time) (*hours.Override, error) {
	if f.Clear {
		return nil, nil
	}
	if !hours.CheckNote(f.Note) {
		return nil, usagef("--note is not %s", hours.NoteAllowed)
	}
	end := hours.End{For: (*time.Duration)(f.For), Next: f.UntilNext}
	if f.Until != "" {
		var err error
		if end.Until, err = exactInstant("--until", f.Until, now, gates[0].Location()); err != nil {
			return nil, err
		}
	}
	o, err := hours.JointOverride(open, end, now, gates...)
	switch {
	case errors.Is(err, hours.ErrTooShort):
		return nil, usagef("--for=%s %v", time.Duration(*f.For), err)
	case errors.Is(err, hours.ErrPassed), errors.Is(err, hours.ErrTooFar):
		return nil, usagef("--until: %s %v", f.Until, err)
	case errors.Is(err, hours.ErrNoBoundary):
		return nil, usagef("--until-next: the schedule of %q %v; use --for or --until", f.name(), err)
	}
	if o != nil {
		o.Note, o.By = f.Note, byCommandLine
	}
	return o, err
}

// byCommandLine is who sets an override here: there is no key.
const byCommandLine = "command line"

func openWord(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

// span is a duration as Go writes it, or in days of 24 hours: 30m, 2d.
type span time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *span) UnmarshalText(text []byte) error {
	d, err := hours.ParseSpan(string(text))
	if err != nil {
		return err
	}
	*s = span(d)
	return nil
}
