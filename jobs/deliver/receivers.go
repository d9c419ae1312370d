package deliver

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/store"
)

// receivers are all destinations at an instant, with the circuits in force.
type receivers struct {
	at       time.Time
	defs     map[string]definition.Destination
	circuits map[string]circuit
}

func (d *Deliverer) receivers(ctx context.Context) (receivers, error) {
	r := receivers{at: d.Now()}
	var err error
	if r.defs, err = d.destinations(ctx); err != nil {
		return r, err
	}
	bodies, err := d.Store.Circuits(ctx)
	if err != nil {
		return r, err
	}
	r.circuits = inForce(bodies, r.defs)
	for name, body := range bodies {
		if _, ok := r.defs[name]; !ok { // removed: if it is defined again, its circuit begins anew
			if _, err := d.Store.SetCircuit(ctx, name, body, nil); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

func (r receivers) names() []string { return slices.Sorted(maps.Keys(r.defs)) }

// mayCall tells whether a destination may be called now, by a probe at least.
func (r receivers) mayCall(name string) bool {
	c := r.circuits[name]
	return !c.isOpen() || c.isDue(r.at)
}

// mayRun tells whether a lane has work: actions to deliver, or to give up since they
// are too old. A lane of a removed destination has to be forgotten.
func (r receivers) mayRun(w store.Waiting) bool {
	_, defined := r.defs[w.Destination]
	return !defined || r.mayCall(w.Destination) ||
		r.circuits[w.Destination].isLost(r.at) && (isOld(w.NextAt, r.at) || isOld(w.First.At, r.at))
}

// AskFor asks for a shard's lanes to all destinations that may be called.
func (d *Deliverer) AskFor(ctx context.Context, shard int, slot time.Time) error {
	r, err := d.receivers(ctx)
	if err != nil {
		return err
	}
	for _, name := range r.names() {
		if r.mayCall(name) {
			if err := d.Ask.Deliver(ctx, store.Lane{Shard: shard, Destination: name}, slot); err != nil {
				return err
			}
		}
	}
	return nil
}

// Tick asks for the lanes with deliveries left. With nothing to deliver, it sends Redis
// one query.
func (d *Deliverer) Tick(ctx context.Context, pending []store.Pending, nominal time.Time) error {
	retries, err := d.Store.Retries(ctx, d.Now(), 1000)
	if err != nil {
		return err
	}
	shards := withOutbox(pending)
	if len(shards) == 0 && len(retries) == 0 {
		return nil
	}
	r, err := d.receivers(ctx)
	if err != nil {
		return err
	}
	due := make(map[store.Lane]store.Retry, len(retries))
	for _, retry := range retries {
		due[retry.Lane] = retry
	}
	lanes := slices.Collect(maps.Keys(due))
	for _, l := range lanesOf(shards, r.names()) {
		if _, ok := due[l]; !ok {
			lanes = append(lanes, l)
		}
	}
	waiting, err := d.Store.Waiting(ctx, lanes)
	if err != nil {
		return err
	}
	for _, lane := range waiting {
		retry, isDue := due[lane.Lane]
		if isDue && lane.Aside == 0 && lane.Next == "" { // the retry was noted, and then nothing was set aside
			if err := d.Store.Retried(ctx, retry); err != nil {
				return err
			}
		} else if (isDue || lane.Next != "") && r.mayRun(lane) {
			if err := d.Ask.Deliver(ctx, lane.Lane, nominal); err != nil {
				return err
			}
		}
	}
	return errors.Join(d.askForRest(ctx, r, shards, waiting, nominal), d.askForTrim(ctx, shards))
}

// askForRest asks for one lane of each shard that has delivered its whole outbox to all
// destinations: the lane drops the entries kept for a removed destination.
func (d *Deliverer) askForRest(ctx context.Context, r receivers, shards []int, waiting []store.Waiting, nominal time.Time) error {
	for _, lane := range waiting {
		if lane.Next != "" {
			shards = slices.DeleteFunc(shards, func(shard int) bool { return shard == lane.Shard })
		}
	}
	names := slices.DeleteFunc(r.names(), func(name string) bool { return !r.mayCall(name) })
	if len(names) == 0 {
		return nil
	}
	for _, shard := range shards {
		if err := d.Ask.Deliver(ctx, store.Lane{Shard: shard, Destination: names[0]}, nominal); err != nil {
			return err
		}
	}
	return nil
}

// askForTrim asks for a Trimmer when more waits than may.
func (d *Deliverer) askForTrim(ctx context.Context, shards []int) error {
	if d.Bounds == (Bounds{}) || len(shards) == 0 {
		return nil
	}
	held, err := d.Store.Held(ctx, shards)
	if err != nil || !d.Bounds.isOver(total(held)) {
		return err
	}
	return d.Ask.Trim(ctx)
}

// wake asks for the lanes of a destination that may be called again.
func (d *Deliverer) wake(ctx context.Context, destination string) error {
	now := d.Now()
	pending, err := d.Store.Pending(ctx, now)
	if err != nil {
		return err
	}
	for _, l := range lanesOf(withOutbox(pending), []string{destination}) {
		if err := d.Ask.Deliver(ctx, l, now); err != nil {
			return err
		}
	}
	return nil
}

func withOutbox(pending []store.Pending) (shards []int) {
	for shard, p := range pending {
		if p.Outbox {
			shards = append(shards, shard)
		}
	}
	return shards
}

func lanesOf(shards []int, destinations []string) (lanes []store.Lane) {
	for _, shard := range shards {
		for _, name := range destinations {
			lanes = append(lanes, store.Lane{Shard: shard, Destination: name})
		}
	}
	return lanes
}
