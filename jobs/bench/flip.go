package bench

import (
	"context"
	"time"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Flip gives a handler that flips one subject, whose name is the payload: it loads the record, decides on it as of an
// instant, and commits. A sweep makes the same decision and writes the same, for many subjects at once.
func Flip(db store.Store, at time.Time) Handler {
	decider := engine.NewDecider(db, time.UTC)
	return func(ctx context.Context, payload []byte) error {
		records, err := db.Load(ctx, []store.Subject{store.Subject(payload)})
		if err != nil {
			return err
		}
		out, err := decider.Decide(ctx, records, at)
		if err != nil {
			return err
		}
		_, err = db.Commit(ctx, engine.Written(out.Changes))
		return err
	}
}
