package deliver

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Asker lets a Deliverer ask for more work.
type Asker interface {
	// Deliver asks for a lane to be run now. Within a slot, a lane is asked for once.
	Deliver(ctx context.Context, l store.Lane, slot time.Time) error
	// DeliverIn asks for a lane to be run after a while.
	DeliverIn(ctx context.Context, l store.Lane, slot time.Time, wait time.Duration) error
	// Trim asks for a Trimmer to be run. It is asked for once within half a minute, at most.
	Trim(ctx context.Context) error
	// Archive keeps an action that was given up.
	Archive(ctx context.Context, g GivenUp) error
}

// Store is as much of a store as deliveries need.
type Store interface {
	waiting
	store.Lanes
	SetGlobal(ctx context.Context, kind store.Global, name string, before, after []byte) (bool, error)
}

// Config has the parts of a Deliverer.
type Config struct {
	Store    Store
	Now      func() time.Time
	Log      logrus.FieldLogger
	Stopping func() bool // true: lanes that are under way hand their work to others
	Ask      Asker

	Open    map[string]OpenDestination // by type
	Default definition.Destination     // where actions go while no destination is defined

	// Own are destinations of this worker alone, in place of Default and beside those that are defined. They get every
	// action that is committed after its start, also those for others. Their names are no ids, so that no definition has
	// them.
	Own map[string]definition.Destination

	// StillTrue tells of each of some notices to agents whether it is worth sending now; nil: all are. A notice is asked
	// for before each try, and dropped when it is no longer true.
	StillTrue func(ctx context.Context, notices [][]byte) ([]bool, error)

	// Bounds say how much may wait; the zero value: any number.
	Bounds Bounds

	// Observe counts deliveries to a destination, by their result: delivered, refused, failed, archived, untrue, dropped.
	Observe func(destination, result string, n int)
}

// Deliverer brings actions from outboxes to destinations.
type Deliverer struct {
	Config
	started time.Time
}

// New makes a deliverer.
func New(c Config) *Deliverer { return &Deliverer{c, c.Now()} }

// destinations are the defined destinations and the worker's own, or the default one where there is neither.
func (d *Deliverer) destinations(ctx context.Context) (map[string]definition.Destination, error) {
	defs, err := defined(ctx, d.Store)
	if err != nil {
		return nil, err
	}
	maps.Copy(defs, d.Own)
	if len(defs) == 0 {
		defs[store.DefaultDestination] = d.Default
	}
	return defs, nil
}

func defined(ctx context.Context, db globals) (map[string]definition.Destination, error) {
	bodies, err := db.Globals(ctx, store.GlobalDestination)
	if err != nil {
		return nil, err
	}
	defs := make(map[string]definition.Destination, len(bodies))
	for name, body := range bodies {
		var def definition.Destination
		if err := json.Unmarshal(body, &def); err != nil {
			return nil, fmt.Errorf("decoding the destination %q: %w", name, err)
		}
		defs[name] = def
	}
	return defs, nil
}

// Run gives a destination the actions that wait in one lane.
func (d *Deliverer) Run(ctx context.Context, at store.Lane, holder string, log engine.Report) error {
	defs, err := d.destinations(ctx)
	if err != nil {
		return err
	}
	def, ok := defs[at.Destination]
	if !ok {
		return d.Store.Forget(ctx, at) // the destination was removed
	}
	out, err := d.breaker(at.Destination, def, holder)
	if err != nil {
		return err
	}
	begun, err := d.Store.Begun(ctx)
	if err != nil {
		return err
	}
	l := lane{
		breaker: out, Lane: at, log: log, wish: d.wishOf(at.Destination, def), begun: begun[at.Destination], all: slices.Sorted(maps.Keys(defs)),
		lease: store.Lease{Holder: out.holder, Run: uuid.NewString(), For: store.LeaseFor},
	}
	end := store.Keep(ctx, d.Store, at, l.lease)
	defer end()
	return l.run(ctx)
}

// breaker makes ready to call a destination.
func (d *Deliverer) breaker(name string, def definition.Destination, holder string) (*breaker, error) {
	open, ok := d.Open[def.Type]
	if !ok { // other workers may know this type: the destination did not fail
		return nil, fmt.Errorf("opening the destination %q: this worker knows no type %q; is it older than the definition?", name, def.Type)
	}
	to, err := open(name, def)
	if err != nil {
		to = unopened{err}
	}
	return &breaker{d: d, name: name, of: fingerprint(def), to: to, holder: holder}, nil
}

// unopened is a destination that could not be opened, for want of a secret perhaps. It
// fails like a destination that is down: it is paused, shown, and tried again.
type unopened struct{ err error }

func (unopened) Most() int { return 1 }

func (u unopened) Deliver(context.Context, []Delivery) error { return u.err }

func deliverInTime(ctx context.Context, to Destination, batch []Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, CallLimit)
	defer cancel()
	return to.Deliver(ctx, batch)
}

func (d *Deliverer) wishOf(name string, def definition.Destination) wish {
	_, own := d.Own[name]
	rest := name == store.DefaultDestination && fingerprint(def) == fingerprint(d.Default)
	return wish{name: name, def: def, rest: rest, own: own, since: d.started.Truncate(time.Millisecond)}
}

// Ping calls a destination once, by the same ways as deliveries, with an action that means nothing. It asks neither whether the destination
// is paused nor which types it wants, and what comes of it opens and closes no circuit. The error is store.ErrNotFound for a destination that
// is not defined; failures of the destination are in what it gives.
func (d *Deliverer) Ping(ctx context.Context, destination string) (Pinged, error) {
	defs, err := defined(ctx, d.Store)
	if err != nil {
		return Pinged{}, err
	}
	def, ok := defs[destination]
	if !ok {
		return Pinged{}, &store.MissingError{Kind: "destination", Name: destination}
	}
	at := d.Now()
	b, err := d.breaker(destination, def, "")
	if err != nil {
		b = &breaker{to: unopened{err}}
	}
	ping, err := pingOf(destination, at)
	if err != nil {
		return Pinged{}, err
	}
	answer, failure := pingInTime(ctx, b.to, ping)
	p := Pinged{
		Destination: destination, Type: def.Type, At: at.UTC().Truncate(time.Millisecond), Taken: failure == nil,
		Status: answer.Status, Took: max(0, d.Now().Sub(at).Milliseconds()), Answer: shorten(answer.Text, longestAnswer),
	}
	if failure != nil {
		p.Error, p.Do = clip(failure.Error()), answer.Do
		WithDetail(d.Log.WithField("destination", destination), failure).WithField("error", p.Error).Info("a ping that somebody asked for was not taken")
	}
	return p, nil
}
