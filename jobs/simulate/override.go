package simulate

import (
	"context"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Override forces a property, or one department of it, open or closed from now on, as edit.Editor.Force does. The next Settle
// gives Action what follows. choose gets the schedules that all have to be open for it, without an override, and gives one; nil
// clears the one that is in force. The error may be store.ErrNotFound, or that of choose.
func (s *Simulation) Override(ctx context.Context, property, department string, choose func(gates []*hours.Schedule) (*hours.Override, error)) error {
	records, err := s.store.Load(ctx, []store.Subject{store.PropertySubject(property)})
	if err != nil {
		return err
	}
	if records[0].Rev == 0 {
		return fmt.Errorf("finding property %q: %w", property, store.ErrNotFound)
	}
	gates, err := s.Decider().Gates(ctx, records[0], department, engine.Overrides{})
	if err != nil {
		return err
	}
	o, err := choose(gates)
	if err != nil {
		return err
	}
	_, err = s.editor.Force(ctx, property, department, o)
	return err
}

// idle asks for no work: Settle looks for itself.
type idle struct{}

func (idle) Sweep(context.Context, int, time.Time) error                  { return nil }
func (idle) SweepIn(context.Context, int, time.Duration, time.Time) error { return nil }
func (idle) Refresh(context.Context, string, time.Time) error             { return nil }
func (idle) Spread(context.Context, store.WakeRequest, time.Time) error   { return nil }
