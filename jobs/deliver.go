package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/definition"
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
	Body  []byte // CloudEvents JSON
}

// Destination takes deliveries, in their order. It has ten seconds. An error means that none of the
// batch counts as delivered: all of it comes again. Whoever cannot take an action
// twice must recognise its id, or its place.
type Destination interface {
	Deliver(ctx context.Context, batch []Delivery) error
}

// OpenDestination makes a destination of one type ready. The name is that of its
// definition.
type OpenDestination func(name string, def definition.Destination) (Destination, error)

const (
	deliveryBatch = 200
	deliveryLease = 15 * time.Second
	deliveryLimit = 10 * time.Second // for one batch, so that the lease outlasts it
)

func (q queue) enqueueDelivery(ctx context.Context, shard int, destination string, slot time.Time) error {
	id := fmt.Sprintf("deliver:%d:%s:%d", shard, destination, slot.UnixMilli())
	return q.enqueue(ctx, DeliverArgs{Shard: shard, Destination: destination}, queueDelivery, shard, asynq.TaskID(id))
}

// enqueueDeliveries asks for all destinations of a shard.
func (w *Worker) enqueueDeliveries(ctx context.Context, shard int, slot time.Time) error {
	names, err := w.destinationNames(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := w.queue.enqueueDelivery(ctx, shard, name, slot); err != nil {
			return err
		}
	}
	return nil
}

// destinations are those that are defined, or the default one when none is.
func (w *Worker) destinations(ctx context.Context) (map[string]definition.Destination, error) {
	bodies, err := w.store.Globals(ctx, GlobalDestination)
	if err != nil {
		return nil, err
	}
	if len(bodies) == 0 {
		return map[string]definition.Destination{"default": w.DefaultDestination}, nil
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

// destinationNames are all who read the outbox, in order.
func (w *Worker) destinationNames(ctx context.Context) ([]string, error) {
	defs, err := w.destinations(ctx)
	return slices.Sorted(maps.Keys(defs)), err
}

// deliver gives a destination the entries of a shard in batches, each in order,
// and moves its cursor behind them.
func (w *Worker) deliver(ctx context.Context, args DeliverArgs, log *attempt) error {
	if args.Shard < 0 || args.Shard >= w.store.Shards() {
		return fmt.Errorf("delivering from shard %d: there are %d (%w)", args.Shard, w.store.Shards(), asynq.SkipRetry)
	}
	log.note("shard", args.Shard)
	log.note("destination", args.Destination)
	defs, err := w.destinations(ctx)
	if err != nil {
		return err
	}
	to, def, err := w.openDestination(args.Destination, defs)
	if err != nil {
		return err
	}
	if to == nil {
		return nil // removed since
	}
	all := slices.Sorted(maps.Keys(defs))
	lease := Lease{Holder: holder(ctx), For: deliveryLease}
	sent := 0
	for first := true; ; first = false {
		if w.isStopping() {
			return errStopping
		}
		entries, cursor, busy, err := w.store.Outbox(ctx, args.Shard, args.Destination, lease, deliveryBatch)
		if err != nil || busy {
			return err
		}
		if len(entries) == 0 {
			if first { // what is left may have been kept for a destination that was removed since
				_, err = w.store.Delivered(ctx, args.Shard, args.Destination, cursor, cursor, all)
			}
			return err
		}
		batch := pick(args, def, entries)
		if len(batch) > 0 {
			if err := deliverInTime(ctx, to, batch); err != nil {
				w.observeDelivery(args.Destination, "failed", len(batch))
				return fmt.Errorf("delivering %d actions to %q: %w", len(batch), args.Destination, err)
			}
			w.observeDelivery(args.Destination, "delivered", len(batch))
			sent += len(batch)
			log.set("sent", sent)
		}
		moved, err := w.store.Delivered(ctx, args.Shard, args.Destination, cursor, entries[len(entries)-1].Seq, all)
		if err != nil || !moved {
			return err // not moved: another has the lease, and goes on
		}
	}
}

func deliverInTime(ctx context.Context, to Destination, batch []Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, deliveryLimit)
	defer cancel()
	return to.Deliver(ctx, batch)
}

// openDestination gives nil where there is no such destination any more.
func (w *Worker) openDestination(name string, defs map[string]definition.Destination) (Destination, definition.Destination, error) {
	def, ok := defs[name]
	if !ok {
		return nil, def, nil
	}
	open, ok := w.OpenDestination[def.Type]
	if !ok {
		return nil, def, fmt.Errorf("opening the destination %q: this worker knows no type %q; is it older than the definition?", name, def.Type)
	}
	to, err := open(name, def)
	return to, def, err
}

// pick leaves out what is for others, and what the destination does not want.
func pick(args DeliverArgs, def definition.Destination, entries []Entry) []Delivery {
	var batch []Delivery
	for _, e := range entries {
		if e.To != nil && !slices.Contains(e.To, args.Destination) {
			continue
		}
		if len(def.Actions) > 0 {
			var head struct{ Type action.Type }
			if json.Unmarshal(e.Body, &head) != nil || !slices.Contains(def.Actions, string(head.Type)) {
				continue
			}
		}
		batch = append(batch, Delivery{Shard: args.Shard, Seq: e.Seq, Body: e.Body})
	}
	return batch
}
