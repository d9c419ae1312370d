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

// SetOverride forces a property open or closed, until the override runs out, is
// replaced, or is cleared (nil). It gives the hours as they are from now on.
func (e *Editor) SetOverride(ctx context.Context, property string, o *hours.Override) (hours.State, error) {
	subject := store.PropertySubject(property)
	if o != nil { // boundaries are whole seconds
		o = &hours.Override{Open: o.Open, From: o.From.Truncate(time.Second).UTC(), Until: o.Until.Truncate(time.Second).UTC()}
	}
	for range tries {
		records, err := e.store.Load(ctx, []store.Subject{subject})
		if err != nil {
			return hours.State{}, err
		}
		r := records[0]
		if r.Rev == 0 {
			return hours.State{}, fmt.Errorf("finding property %q: %w", property, store.ErrNotFound)
		}
		var state engine.PropertyState
		if err := engine.DecodeState(r.State, &state); err != nil {
			return hours.State{}, err
		}
		state.Override = o
		body, err := json.Marshal(state)
		if err != nil {
			return hours.State{}, fmt.Errorf("encoding the state of %s: %w", subject, err)
		}
		schedule, err := e.decider.Hours(ctx, r, o)
		if err != nil {
			return hours.State{}, err
		}
		now := e.now()
		lost, err := e.store.Commit(ctx, []store.Change{{
			Subject: subject, Rev: r.Rev, Woken: r.Woken, State: body, Due: now, Wake: true, At: now,
		}})
		if err != nil {
			return hours.State{}, err
		}
		if len(lost) == 0 {
			return schedule.At(now), e.wakeFor(ctx, e.store.Shard(subject), o, now)
		}
	}
	return hours.State{}, fmt.Errorf("overriding property %q: %w", property, store.ErrContended)
}

// wakeFor asks for a sweep now, and for one at the end of an override.
func (e *Editor) wakeFor(ctx context.Context, shard int, o *hours.Override, now time.Time) error {
	err := e.ask.Sweep(ctx, shard, now)
	if o != nil && !o.Until.IsZero() {
		err = errors.Join(err, e.ask.SweepIn(ctx, shard, o.Until.Sub(now), o.Until))
	}
	return err
}
