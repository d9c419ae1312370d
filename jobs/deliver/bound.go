package deliver

import "github.com/deskbell/deskbell/jobs/store"

// Bounds say how much may wait for destinations. Over a bound, the oldest actions are dropped, until a twentieth of it is free: states
// first, and of these the ones first that a newer state replaces; then messages and all else. The zero value of each is no bound.
type Bounds struct {
	Actions  int   // for one destination
	Bytes    int64 // for one destination: of the memory that its actions take in the store
	AllBytes int64 // for all destinations together
}

// roomPart is the part of a bound that is free when actions were dropped, one in so many: dropping costs a look at all that waits.
const roomPart = 20

// isOver tells whether so much may be too much. It is asked of all that waits, whoever it waits for, since that costs little.
func (b Bounds) isOver(held store.Held) bool {
	return b.Actions > 0 && held.Actions > b.Actions || b.Bytes > 0 && held.Bytes > b.Bytes || b.AllBytes > 0 && held.Bytes > b.AllBytes
}

// The classes of actions, in the order in which they are dropped.
const (
	replaced = iota // a state, and a newer one of the same widget, department or agent waits behind it
	state
	message // and all else
	classes
)

// amount is how much waits.
type amount struct {
	actions int
	bytes   float64
}

// backlog is what waits for one destination, by class.
type backlog [classes]amount

func (b backlog) sum() (a amount) {
	for _, class := range b {
		a.actions += class.actions
		a.bytes += class.bytes
	}
	return a
}

// cut is which part of each class is to be dropped, from the oldest on: 0 to 1.
type cut [classes]float64

// cuts gives what is to be dropped of each destination that is over a bound. all is the memory of all that waits.
func (b Bounds) cuts(waiting map[string]backlog, all int64) map[string]cut {
	share := 1.0 // of its bytes that a destination may keep, so that all of them fit
	if b.AllBytes > 0 && all > b.AllBytes {
		share = float64(b.AllBytes) / float64(all)
	}
	cuts := make(map[string]cut)
	for name, w := range waiting {
		sum := w.sum()
		most := amount{b.Actions, sum.bytes * share}
		if b.Actions == 0 {
			most.actions = sum.actions
		}
		if b.Bytes > 0 {
			most.bytes = min(most.bytes, float64(b.Bytes))
		}
		if sum.actions > most.actions || sum.bytes > most.bytes {
			cuts[name] = w.cut(float64(excess(sum.actions, most.actions)), excess(sum.bytes, most.bytes))
		}
	}
	return cuts
}

// excess is how much is to go; one bound that holds asks for nothing.
func excess[N int | float64](now, most N) N {
	if now <= most {
		return 0
	}
	return now - most + most/roomPart
}

// cut chooses among the classes, each wholly before the next, so that so many actions and bytes go.
func (b backlog) cut(actions, bytes float64) (c cut) {
	const little = 1e-6 // is left by rounding
	for class, a := range b {
		if a.actions == 0 || actions < little && bytes < little {
			continue
		}
		c[class] = min(1, max(actions/float64(a.actions), bytes/a.bytes))
		actions -= c[class] * float64(a.actions)
		bytes -= c[class] * a.bytes
	}
	return c
}

func total(held []store.Held) (sum store.Held) {
	for _, h := range held {
		sum.Actions += h.Actions
		sum.Bytes += h.Bytes
	}
	return sum
}
