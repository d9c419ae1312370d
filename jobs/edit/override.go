package edit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Forced is the outcome of an override.
type Forced struct {
	Now  hours.State // the hours from now on
	Then hours.State // from the end of the override on; zero where there is none, or no end
}

// SetOverride forces a property open or closed, until the override runs out, is
// replaced, or is cleared (nil). It gives the hours as they are from now on.
func (e *Editor) SetOverride(ctx context.Context, property string, o *hours.Override) (hours.State, error) {
	forced, err := e.Force(ctx, property, "", o)
	return forced.Now, err
}

// Force is SetOverride of one department, whatever its property does. The empty department is the property itself.
func (e *Editor) Force(ctx context.Context, property, department string, o *hours.Override) (Forced, error) {
	subject := store.PropertySubject(property)
	if o != nil { // boundaries are whole seconds
		whole := *o
		whole.From, whole.Until = o.From.Truncate(time.Second).UTC(), hours.WholeSecond(o.Until)
		o = &whole
	}
	for range tries {
		records, err := e.store.Load(ctx, []store.Subject{subject})
		if err != nil {
			return Forced{}, err
		}
		r := records[0]
		if r.Rev == 0 {
			return Forced{}, store.Missing(r.Subject)
		}
		var state engine.PropertyState
		if err := engine.DecodeState(r.State, &state); err != nil {
			return Forced{}, err
		}
		state.Overrule(department, o, e.now())
		body, err := json.Marshal(state)
		if err != nil {
			return Forced{}, fmt.Errorf("encoding the state of %s: %w", subject, err)
		}
		gates, err := e.decider.Gates(ctx, r, department, state.Overrides)
		if err != nil {
			return Forced{}, err
		}
		now := e.now()
		lost, err := e.store.Commit(ctx, []store.Change{{
			Subject: subject, Rev: r.Rev, Woken: r.Woken, State: body, Due: now, Wake: true, At: now,
		}})
		if err != nil {
			return Forced{}, err
		}
		if len(lost) == 0 {
			return forced(gates, o, now), e.wakeFor(ctx, e.store.Shard(subject), o, now)
		}
	}
	return Forced{}, fmt.Errorf("overriding property %q: %w", property, store.ErrContended)
}

// Override gives the override of a department, or of the property (""), that is in force or to come (nil: none), and the hours under
// all overrides as Force gives them. The error is store.ErrNotFound where there is no such property or department.
func (e *Editor) Override(ctx context.Context, property, department string) (*hours.Override, Forced, error) {
	records, err := e.store.Load(ctx, []store.Subject{store.PropertySubject(property)})
	if err != nil {
		return nil, Forced{}, err
	}
	if records[0].Rev == 0 {
		return nil, Forced{}, store.Missing(records[0].Subject)
	}
	var state engine.PropertyState
	if err := engine.DecodeState(records[0].State, &state); err != nil {
		return nil, Forced{}, err
	}
	gates, err := e.decider.Gates(ctx, records[0], department, state.Overrides)
	if err != nil {
		return nil, Forced{}, err
	}
	now := e.now()
	o := state.InForce(department, now)
	return o, forced(gates, o, now), nil
}

func forced(gates []*hours.Schedule, o *hours.Override, now time.Time) Forced {
	f := Forced{Now: hours.Joint(now, gates...)}
	if o != nil && !o.Until.IsZero() {
		f.Then = hours.Joint(o.Until, gates...)
	}
	return f
}

// wakeFor asks for a sweep now, and for one at the end of an override.
func (e *Editor) wakeFor(ctx context.Context, shard int, o *hours.Override, now time.Time) error {
	err := e.ask.Sweep(ctx, shard, now)
	if o != nil && !o.Until.IsZero() {
		err = errors.Join(err, e.ask.SweepIn(ctx, shard, o.Until.Sub(now), o.Until))
	}
	return unlessRefused(err)
}
