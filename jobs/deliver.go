package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// DeliverArgs asks to give a destination what it has not had of a shard's outbox.
type DeliverArgs struct {
	Shard       int    `json:"shard"`
	Destination string `json:"destination"`
}

// Kind implements Args.
func (DeliverArgs) Kind() string { return "outbox:deliver" }

// Delivery is one action for a destination. Shard and Seq are its place: within a
// shard, and so for each subject, it only grows.
type Delivery struct {
	Shard int
	Seq   string
	ID    string // of the action, the same on every try
	Body  []byte // CloudEvents JSON
}

// Destination takes deliveries. Whoever cannot take an action twice must recognise
// its id, or its place.
type Destination interface {
	// Most is how many deliveries one call takes; at least 1.
	Most() int
	// Deliver makes one call, of at most Most deliveries of one shard, in their
	// order. The context ends after ten seconds. An error means that none of them
	// counts as delivered: all come again. A *DeliveryError says more of it.
	Deliver(ctx context.Context, batch []Delivery) error
}

// OpenDestination makes a destination of one type ready. The name is that of its
// definition.
type OpenDestination func(name string, def definition.Destination) (Destination, error)

const (
	deliveryBatch = 200 // entries that are read together
	deliveryLease = 15 * time.Second
	deliveryLimit = 10 * time.Second // for one call, so that the lease outlasts it

	// deliveryRetries is more than there are between two successes in 12 hours: the
	// pauses grow, and what is old is given up.
	deliveryRetries = 100
)

// tryLater is an error after which a job is to be run again at some time, and not
// after a pause that asynq's number of retries gives.
type tryLater struct {
	error
	in time.Duration
}

func (e *tryLater) Unwrap() error { return e.error }

func (q queue) enqueueDelivery(ctx context.Context, l store.Lane, slot time.Time, opts ...asynq.Option) error {
	id := fmt.Sprintf("deliver:%d:%s:%d", l.Shard, l.Destination, slot.UnixMilli())
	opts = append([]asynq.Option{asynq.TaskID(id), asynq.MaxRetry(deliveryRetries)}, opts...)
	return q.enqueue(ctx, DeliverArgs(l), queueDelivery, l.Shard, opts...)
}

// destinations are those that are defined, or the default one when none is.
func (w *Worker) destinations(ctx context.Context) (map[string]definition.Destination, error) {
	defs, err := defined(ctx, w.Store)
	if err == nil && len(defs) == 0 {
		return map[string]definition.Destination{"default": w.DefaultDestination}, nil
	}
	return defs, err
}

func defined(ctx context.Context, db store.Store) (map[string]definition.Destination, error) {
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

// deliver gives a destination what waits in one lane.
func (w *Worker) deliver(ctx context.Context, args DeliverArgs, log *attempt) error {
	if args.Shard < 0 || args.Shard >= w.Store.Shards() {
		return fmt.Errorf("delivering from shard %d: there are %d (%w)", args.Shard, w.Store.Shards(), asynq.SkipRetry)
	}
	log.note("shard", args.Shard)
	log.note("destination", args.Destination)
	if !w.turns.take(args.Destination, args.Shard, w.lanesAtOnce()) {
		log.note("crowded", true)
		return nil
	}
	err := w.deliverLane(ctx, store.Lane(args), log)
	if next, ok := w.turns.give(args.Destination); ok {
		err = errors.Join(err, w.queue.enqueueDelivery(ctx, store.Lane{Shard: next, Destination: args.Destination}, w.Now()))
	}
	return err
}

// lanesAtOnce is how many lanes of one destination a worker serves at a time. Its
// server has room for those of many destinations: most of them only wait.
func (w *Worker) lanesAtOnce() int { return 4 * w.Concurrency }

const crowdedDestinations = 16

func (w *Worker) deliverLane(ctx context.Context, at store.Lane, log *attempt) error {
	defs, err := w.destinations(ctx)
	if err != nil {
		return err
	}
	def, ok := defs[at.Destination]
	if !ok {
		return w.Store.Forget(ctx, at) // removed since
	}
	out, err := w.openLine(ctx, at.Destination, def)
	if err != nil {
		return err
	}
	l := lane{
		line: out, Lane: at, log: log, def: def, all: slices.Sorted(maps.Keys(defs)),
		lease: store.Lease{Holder: out.holder, For: deliveryLease},
	}
	return l.run(ctx)
}

// openLine makes ready to call a destination.
func (w *Worker) openLine(ctx context.Context, name string, def definition.Destination) (*line, error) {
	open, ok := w.OpenDestination[def.Type]
	if !ok { // other workers may: it is no failure of the destination
		return nil, fmt.Errorf("opening the destination %q: this worker knows no type %q; is it older than the definition?", name, def.Type)
	}
	to, err := open(name, def)
	if err != nil {
		to = unopened{err}
	}
	return &line{w: w, name: name, of: fingerprint(def), to: to, holder: holder(ctx)}, nil
}

// unopened is a destination that could not be opened, for want of a secret perhaps.
// It fails as one that is down does: it is paused, shown, and tried again.
type unopened struct{ err error }

func (unopened) Most() int { return 1 }

func (u unopened) Deliver(context.Context, []Delivery) error { return u.err }

func deliverInTime(ctx context.Context, to Destination, batch []Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, deliveryLimit)
	defer cancel()
	return to.Deliver(ctx, batch)
}
