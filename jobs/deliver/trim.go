package deliver

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/store"
)

// Trimmer drops actions of destinations for which more waits than may. It reads all that waits twice: once to see how much is to go of
// which class, then shard by shard to choose. It needs no lease. What waits for a destination within its bounds stays, for all
// that wait for it, since it takes its memory anyway; what was delivered meanwhile is counted, and that is all the harm.
type Trimmer struct{ *Deliverer }

// Run drops what is too much by now, if anything is.
func (d Trimmer) Run(ctx context.Context, log engine.Report) error {
	pending, err := d.Store.Pending(ctx, d.Now())
	if err != nil {
		return err
	}
	shards := withOutbox(pending)
	held, err := d.Store.Held(ctx, shards)
	if err != nil || !d.Bounds.isOver(total(held)) {
		return err
	}
	waiting := make(map[string]backlog)
	for i, shard := range shards {
		s, err := d.outstanding(ctx, shard, held[i])
		if err != nil {
			return err
		}
		s.addTo(waiting)
	}
	t := trim{d: d, cuts: d.Bounds.cuts(waiting, total(held).Bytes), carry: make(map[string]cut)}
	for name := range t.cuts {
		t.carry[name] = cut{nearlyOne, nearlyOne, nearlyOne}
	}
	for i, shard := range shards {
		if err := t.shard(ctx, shard, held[i]); err != nil {
			return err
		}
	}
	if t.dropped > 0 {
		log.Did("dropped", t.dropped)
	}
	return nil
}

// trim is one run of a Trimmer.
type trim struct {
	d       Trimmer
	cuts    map[string]cut
	carry   map[string]cut // the parts of actions that are still to go; the first is rounded up
	dropped int
}

const (
	dropBatch = 500
	nearlyOne = 1 - 1e-6
)

// shard drops what is to go of one shard.
func (t *trim) shard(ctx context.Context, shard int, held store.Held) error {
	if t.d.Stopping() {
		return engine.ErrStopping
	}
	s, err := t.d.outstanding(ctx, shard, held)
	if err != nil {
		return err
	}
	for name, c := range t.cuts {
		carry := t.carry[name]
		for class, indexes := range s.byClass(name) {
			carry[class] += c[class] * float64(len(indexes))
			n := min(int(carry[class]), len(indexes))
			carry[class] -= float64(n)
			for _, i := range indexes[:n] {
				s.heads[i].drops++
			}
		}
		t.carry[name] = carry
	}
	var places []string
	for i := range s.heads {
		if h := &s.heads[i]; h.drops == h.waits {
			places = append(places, h.seq)
		}
	}
	for batch := range slices.Chunk(places, dropBatch) {
		if err := t.d.Store.Drop(ctx, shard, batch); err != nil {
			return err
		}
	}
	for name, indexes := range s.waits {
		n := 0
		for _, i := range indexes {
			if h := s.heads[i]; h.drops == h.waits {
				n++
			}
		}
		if err := t.count(ctx, name, n); err != nil {
			return err
		}
	}
	return nil
}

// count notes that actions were dropped that waited for a destination.
func (t *trim) count(ctx context.Context, name string, n int) error {
	if n == 0 {
		return nil
	}
	t.dropped += n
	t.d.Observe(name, "dropped", n)
	begins, err := countDropped(ctx, t.d.Store, t.d.Now(), name, n)
	if begins {
		t.d.Log.WithFields(logrus.Fields{"destination": name}).
			Warn("too many actions wait for a destination: the oldest are dropped, and deskbell deliveries list counts them; look at the receiver")
	}
	return err
}

// outstanding is what waits in one shard.
type outstanding struct {
	heads []waitingHead
	waits map[string][]int // by destination: indexes of heads, in order
	ratio float64          // memory of the store for each byte of an action
}

// waitingHead is an action that waits, without its body.
type waitingHead struct {
	seq   string
	of    string // whose state it is; empty: it is none
	bytes int
	waits int // destinations that have not had it
	drops int // those of them that are to go without
}

// outstanding reads what waits in a shard. Which destinations there are is read after each page of it: one that was defined later does
// not get what was there before.
func (d Trimmer) outstanding(ctx context.Context, shard int, held store.Held) (*outstanding, error) {
	s := &outstanding{waits: make(map[string][]int), ratio: 1}
	for place := ""; ; {
		entries, err := d.Store.Beyond(ctx, shard, place, dropBatch)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			break
		}
		if err := d.sort(ctx, shard, entries, s); err != nil {
			return nil, err
		}
		place = entries[len(entries)-1].Seq
	}
	all := 0
	for _, h := range s.heads {
		all += h.bytes
	}
	if all > 0 && held.Bytes > 0 {
		s.ratio = float64(held.Bytes) / float64(all)
	}
	return s, nil
}

// sort adds entries of a shard, each for the destinations that wait for it.
func (d Trimmer) sort(ctx context.Context, shard int, entries []store.Entry, s *outstanding) error {
	defs, err := d.destinations(ctx)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(defs))
	cursors, err := d.Store.Cursors(ctx, shard, names)
	if err != nil {
		return err
	}
	for _, e := range entries {
		h := waitingHead{seq: e.Seq, of: stateOf(e.Body), bytes: max(1, len(e.Body))}
		for i, name := range names {
			w := d.wishOf(name, defs[name])
			if store.CompareSeq(e.Seq, cursors[i]) > 0 && w.wanted(e) != nil {
				h.waits++
				s.waits[name] = append(s.waits[name], len(s.heads))
			}
		}
		s.heads = append(s.heads, h)
	}
	return nil
}

// byClass gives the actions that wait for a destination, as indexes of heads, by class.
func (s *outstanding) byClass(name string) (indexes [classes][]int) {
	newer := make(map[string]bool)
	for _, i := range slices.Backward(s.waits[name]) {
		class := message
		if of := s.heads[i].of; of != "" {
			class = state
			if newer[of] {
				class = replaced
			}
			newer[of] = true
		}
		indexes[class] = append(indexes[class], i)
	}
	for class := range indexes {
		slices.Reverse(indexes[class])
	}
	return indexes
}

func (s *outstanding) addTo(waiting map[string]backlog) {
	for name := range s.waits {
		b := waiting[name]
		for class, indexes := range s.byClass(name) {
			b[class].actions += len(indexes)
			for _, i := range indexes {
				b[class].bytes += float64(s.heads[i].bytes) * s.ratio
			}
		}
		waiting[name] = b
	}
}

// stateOf names the widget, the department or the agent whose state an action tells; empty: it tells none.
func stateOf(body []byte) string {
	var a struct {
		Type action.Type
		Data struct{ Property, Department, Agent string }
	}
	if json.Unmarshal(body, &a) != nil || !a.Type.OfState() {
		return ""
	}
	return string(a.Type) + " " + a.Data.Property + " " + a.Data.Department + " " + a.Data.Agent
}
