package deliver

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// circuits keeps the circuits of destinations.
type circuits interface {
	globals
	Circuits(ctx context.Context) (map[string][]byte, error)
	SetCircuit(ctx context.Context, destination string, before, after []byte) (bool, error)
}

// Pause has a destination left alone until somebody resumes it or defines it otherwise. Calls that are on their way end. Its actions wait, and are
// given up after GiveUpAfter, as those of a destination that fails. who is shown with it; empty: nobody is named. The error is
// store.ErrNotFound for a destination that is not defined.
func Pause(ctx context.Context, db circuits, destination, who string, now time.Time) error {
	reason := "paused by hand"
	if who != "" {
		reason = "paused by " + who
	}
	for range circuitTries {
		defs, err := defined(ctx, db)
		if err != nil {
			return err
		}
		def, ok := defs[destination]
		if !ok {
			return &store.MissingError{Kind: "destination", Name: destination}
		}
		bodies, err := db.Circuits(ctx)
		if err != nil {
			return err
		}
		of := fingerprint(def)
		if before := decodeCircuit(bodies[destination]); before.Held && before.Of == of {
			return nil
		}
		// An earlier version knows nothing of Held, and probes after a year.
		now = now.UTC().Truncate(time.Millisecond)
		body, err := json.Marshal(circuit{Of: of, Since: now, Opened: 1, Until: now.AddDate(1, 0, 0), Held: true, Error: clip(reason)})
		if err != nil {
			return fmt.Errorf("encoding the circuit of %q: %w", destination, err)
		}
		if done, err := db.SetCircuit(ctx, destination, bodies[destination], body); err != nil || done {
			return err
		}
	}
	return fmt.Errorf("pausing the destination %q: %w", destination, store.ErrContended)
}
