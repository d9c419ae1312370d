package deliver

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

// The states of a destination.
const (
	DestinationOK      = "ok"
	DestinationFailing = "failing" // it failed lately, or refuses some actions; the others are delivered
	DestinationPaused  = "paused"  // it keeps failing, and is left alone until it is tried again; or somebody has paused it
	DestinationGone    = "gone"    // it wants no more actions, and is not tried again
)

// Status says how the deliveries to a destination are.
type Status struct {
	Name   string    `json:"name"`
	Type   string    `json:"type"`
	State  string    `json:"state"`
	Since  time.Time `json:"since,omitzero"`  // of its failing; zero: it is ok
	Until  time.Time `json:"until,omitzero"`  // paused: when it is tried again; zero: when somebody resumes it
	Error  string    `json:"error,omitempty"` // the last
	Oldest time.Time `json:"oldest,omitzero"` // when the oldest of the actions that wait was committed; zero: none waits
	Aside  int       `json:"aside,omitzero"`  // actions that it refused, and those that stay behind them

	Dropped     int       `json:"dropped,omitzero"`      // actions that were dropped since too many waited: see Bounds
	DroppedLast time.Time `json:"dropped_last,omitzero"` // when, the last time
}

// IsHeld tells whether somebody has paused it, and not its failures. Error says who.
func (s Status) IsHeld() bool { return s.State == DestinationPaused && s.Until.IsZero() }

// globals gives the definitions of destinations.
type globals interface {
	Globals(ctx context.Context, kind store.Global) (map[string][]byte, error)
}

// waiting counts the actions to deliver, and tells how destinations do.
type waiting interface {
	globals
	Pending(ctx context.Context, at time.Time) ([]store.Pending, error)
	Retries(ctx context.Context, at time.Time, limit int) ([]store.Retry, error)
	Waiting(ctx context.Context, lanes []store.Lane) ([]store.Waiting, error)
	Circuits(ctx context.Context) (map[string][]byte, error)
	Begun(ctx context.Context) (map[string]int64, error)
}

// Destinations tells how the deliveries to each destination are, by name. It gives
// none while none is defined: the workers' default is not known here.
func Destinations(ctx context.Context, db waiting, now time.Time) ([]Status, error) {
	defs, err := defined(ctx, db)
	if err != nil || len(defs) == 0 {
		return nil, err
	}
	bodies, err := db.Circuits(ctx)
	if err != nil {
		return nil, err
	}
	before, err := waitingFor(ctx, db, defs, now)
	if err != nil {
		return nil, err
	}
	dropped, err := db.Globals(ctx, store.GlobalDropped)
	if err != nil {
		return nil, err
	}
	begun, err := db.Begun(ctx)
	if err != nil {
		return nil, err
	}
	circuits := inForce(bodies, defs)
	list := make([]Status, 0, len(defs))
	for _, name := range slices.Sorted(maps.Keys(defs)) {
		s, gone := statusOf(name, defs[name], circuits[name], before[name]), droppedOf(dropped[name], begun[name])
		s.Dropped, s.DroppedLast = gone.Actions, gone.Last
		list = append(list, s)
	}
	return list, nil
}

// waitingFor looks at the lanes that have something before them.
func waitingFor(ctx context.Context, db waiting, defs map[string]definition.Destination, now time.Time) (map[string][]store.Waiting, error) {
	pending, err := db.Pending(ctx, now)
	if err != nil {
		return nil, err
	}
	lanes := make(map[store.Lane]bool)
	for _, l := range lanesOf(withOutbox(pending), slices.Collect(maps.Keys(defs))) {
		lanes[l] = true
	}
	retries, err := db.Retries(ctx, time.UnixMilli(math.MaxInt32*1000), 10_000)
	if err != nil {
		return nil, err
	}
	for _, r := range retries {
		lanes[r.Lane] = true
	}
	waiting, err := db.Waiting(ctx, slices.Collect(maps.Keys(lanes)))
	byName := make(map[string][]store.Waiting)
	for _, w := range waiting {
		byName[w.Destination] = append(byName[w.Destination], w)
	}
	return byName, err
}

func statusOf(name string, def definition.Destination, c circuit, lanes []store.Waiting) Status {
	s := Status{Name: name, Type: def.Type, State: DestinationOK, Since: c.Since, Error: c.Error}
	for _, w := range lanes {
		s.Aside += w.Aside
		s.Oldest = hours.Earliest(s.Oldest, hours.Earliest(w.NextAt, w.First.At))
		if w.Aside > 0 && s.Error == "" {
			s.Since, s.Error = w.First.Since, w.First.Error
		}
	}
	switch {
	case c.Gone:
		s.State = DestinationGone
	case c.Held:
		s.State = DestinationPaused
	case c.isOpen():
		s.State, s.Until = DestinationPaused, c.Until
	case c.Failures > 0 || s.Aside > 0:
		s.State = DestinationFailing
	}
	return s
}
