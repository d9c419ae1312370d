package main

import (
	"context"
	"errors"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/simulate"
	"github.com/deskbell/deskbell/jobs/store"
)

// playing is a simulation that goes on, and what is still to happen in it.
type playing struct {
	*simulate.Simulation
	out       *opening
	log       logrus.FieldLogger
	events    []event.Event
	overrides []config.Override
}

// play lets everything happen from an instant to another. It takes in events of one instant together, and so those of
// before the beginning: a worker, too, decides on events that come late at once, when it knows all of them. Overrides of before
// are in force from their times on, as far as the simulation counts back.
func (p *playing) play(ctx context.Context, defs *definition.Definitions, from, to time.Time) error {
	if err := p.Define(ctx, defs); err != nil {
		return err
	}
	if err := p.force(ctx, from); err != nil {
		return err
	}
	if err := p.Advance(ctx, from); err != nil {
		return err
	}
	if err := p.Settle(ctx); err != nil {
		return err
	}
	if err := p.out.begins(); err != nil {
		return err
	}
	for len(p.events) > 0 && !p.events[0].Time.After(to) {
		at, n := hours.Later(p.events[0].Time, p.Now()), 1
		for n < len(p.events) && !p.events[n].Time.After(at) {
			n++
		}
		if err := p.force(ctx, at); err != nil {
			return err
		}
		if err := p.Advance(ctx, at); err != nil {
			return err
		}
		for _, e := range p.events[:n] {
			p.out.Event(e)
		}
		if err := p.Take(ctx, p.events[:n]...); err != nil {
			return err
		}
		p.events = p.events[n:]
	}
	if err := p.force(ctx, to); err != nil {
		return err
	}
	if err := p.Advance(ctx, to); err != nil {
		return err
	}
	return p.Settle(ctx)
}

// force carries out the overrides up to an instant, each at its time. At one instant they come before the events, which then find
// the hours as they are.
func (p *playing) force(ctx context.Context, until time.Time) error {
	for len(p.overrides) > 0 && !p.overrides[0].Time.After(until) {
		o := p.overrides[0]
		p.overrides = p.overrides[1:]
		if err := p.Advance(ctx, o.Time); err != nil {
			return err
		}
		err := p.Override(ctx, o.Property, o.Department, o.In)
		switch {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, hours.ErrNoBoundary):
			p.log.WithFields(logrus.Fields{"property": o.Property, "department": o.Department}).WithError(err).Warn("an override dropped")
			continue
		case err != nil:
			return err
		}
		p.out.Override(o.Time, o.Name(), o.String())
		if err := p.Settle(ctx); err != nil {
			return err
		}
	}
	return nil
}
