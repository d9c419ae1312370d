package deliver

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Dropped counts the actions that were dropped since they waited for a destination, and too many did.
type Dropped struct {
	Begun   int64     `json:"begun,omitempty"` // number of the destination's beginning: one that is defined anew counts anew
	Actions int       `json:"actions"`
	Since   time.Time `json:"since"`
	Last    time.Time `json:"last"`
}

// dropQuiet is how long no action must have been dropped before the log says again that one was.
const dropQuiet = time.Hour

// counts is as much of a store as counting takes.
type counts interface {
	Begun(ctx context.Context) (map[string]int64, error)
	Globals(ctx context.Context, kind store.Global) (map[string][]byte, error)
	SetGlobal(ctx context.Context, kind store.Global, name string, before, after []byte) (bool, error)
}

const countTries = 20 // when other workers are quicker

// countDropped adds to the actions that were dropped for a destination. begins is for the log: none was for a while.
func countDropped(ctx context.Context, db counts, at time.Time, name string, n int) (begins bool, err error) {
	begun, err := db.Begun(ctx)
	if err != nil {
		return false, err
	}
	for range countTries {
		bodies, err := db.Globals(ctx, store.GlobalDropped)
		if err != nil {
			return false, err
		}
		now, was := at.UTC().Truncate(time.Millisecond), droppedOf(bodies[name], begun[name])
		next := Dropped{Begun: begun[name], Actions: was.Actions + n, Since: was.Since, Last: now}
		if next.Since.IsZero() {
			next.Since = now
		}
		body, err := json.Marshal(next)
		if err != nil {
			return false, fmt.Errorf("encoding the count of %q: %w", name, err)
		}
		ok, err := db.SetGlobal(ctx, store.GlobalDropped, name, bodies[name], body)
		if err != nil {
			return false, err
		}
		if ok {
			return now.Sub(was.Last) > dropQuiet, nil
		}
	}
	return false, fmt.Errorf("counting what was dropped for %q: %w", name, store.ErrContended)
}

// droppedOf reads a count. It is zero for one of an earlier destination of that name, and for one that cannot be read.
func droppedOf(body []byte, begun int64) (d Dropped) {
	if len(body) == 0 || json.Unmarshal(body, &d) != nil || d.Begun != begun {
		return Dropped{}
	}
	return d
}
