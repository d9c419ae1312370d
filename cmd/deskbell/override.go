package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/redisstore"
)

type openCmd struct{ overrideFlags }

func (*openCmd) Help() string {
	return `
The override beats every rule of the schedule and takes effect within a second. Without --for, --until or --until-next
it holds until it is cleared.

Examples:

    deskbell open acme --for 30m
    deskbell open acme --until 2026-12-24T18:00
    deskbell open acme --until-next
    deskbell open acme --clear
`
}

func (c *openCmd) Run(ctx context.Context, a *app) error { return c.set(ctx, a, true) }

type closeCmd struct{ overrideFlags }

func (*closeCmd) Help() string {
	return `
The override beats every rule of the schedule and takes effect within a second. Running chats are never cut. Without
--for, --until or --until-next it holds until it is cleared.

Examples:

    deskbell close acme --for 1h
    deskbell close acme --until-next
    deskbell close acme --clear
`
}

func (c *closeCmd) Run(ctx context.Context, a *app) error { return c.set(ctx, a, false) }

type overrideFlags struct {
	Property  string `arg:"" help:"The property's id."`
	For       *span  `xor:"end" placeholder:"30m" help:"For so long."`
	Until     string `xor:"end" placeholder:"T" help:"Until an instant: RFC 3339, or local time of the property."`
	UntilNext bool   `xor:"end" help:"Until the next boundary of its schedule."`
	Clear     bool   `xor:"end" help:"Take an override back, whichever it is."`
}

func (f *overrideFlags) set(ctx context.Context, a *app, open bool) (err error) {
	s, err := a.connect(ctx, redisstore.Peek)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	schedule, err := s.client.Schedule(ctx, f.Property)
	if err != nil {
		return err
	}
	override, err := f.override(schedule, open, a.now())
	if err != nil {
		return err
	}
	state, err := s.client.SetOverride(ctx, f.Property, override)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s is %s (%s)", f.Property, openWord(state.Open), state.Reason)
	if state.Until.IsZero() {
		fmt.Fprintln(a.stdout, ", until this is cleared or the schedule changes.")
	} else {
		fmt.Fprintf(a.stdout, " until %s.\n", state.Until.In(schedule.Location()).Format("Mon 2 Jan 2006 15:04:05 MST"))
	}
	return nil
}

// override is nil for --clear.
func (f *overrideFlags) override(schedule *hours.Schedule, open bool, now time.Time) (*hours.Override, error) {
	if f.Clear {
		return nil, nil
	}
	end := hours.End{For: (*time.Duration)(f.For), Next: f.UntilNext}
	if f.Until != "" {
		var err error
		if end.Until, err = instant("--until", f.Until, now, schedule.Location()); err != nil {
			return nil, err
		}
	}
	o, err := schedule.Override(open, end, now)
	switch {
	case errors.Is(err, hours.ErrTooShort):
		return nil, usagef("--for=%s %v", time.Duration(*f.For), err)
	case errors.Is(err, hours.ErrPassed), errors.Is(err, hours.ErrTooFar):
		return nil, usagef("--until: %s %v", f.Until, err)
	case errors.Is(err, hours.ErrNoBoundary):
		return nil, usagef("--until-next: the schedule of %q %v; use --for or --until", f.Property, err)
	}
	return o, err
}

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
