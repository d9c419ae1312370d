package engine

import "time"

// Visitors of many properties are decided on together, one after the other. A property whose decisions take long must not hold up the
// others: once it has had its share of a batch, its other visitors are set aside, for a batch of their own.

const (
	slowShare = 50 * time.Millisecond // of a batch
	slowEach  = time.Millisecond      // an event, on average: many events that are quick make no property slow
	slowSteps = 500_000               // of regular expressions for one event, which take some 5 ms: a property is slow at the first
)

// Took is how long it took to decide on visitors of a property.
type Took struct {
	Events  int           // a visitor whose time had come counts as one
	Time    time.Duration // without the one that took longest: a busy machine may have stopped there
	Steps   int           // of regular expressions for one event, at most, on average of the visitor that took most
	longest time.Duration
}

// IsSlow tells whether the property needs batches of its own.
func (t Took) IsSlow() bool {
	return t.Steps >= slowSteps || t.Time >= slowShare && t.Each() >= slowEach
}

// Each is how long one event took, on average.
func (t Took) Each() time.Duration { return t.Time / time.Duration(max(1, t.Events)) }

// Plus is how long both took.
func (t Took) Plus(o Took) Took {
	o.Time += min(t.longest, o.longest)
	return Took{t.Events + o.Events, t.Time + o.Time, max(t.Steps, o.Steps), max(t.longest, o.longest)}
}

// shares measures the properties of a batch. A nil one measures none.
type shares struct {
	now     func() time.Time
	bounded bool // whoever has had their share is set aside
	took    map[string]Took
}

func newShares(now func() time.Time, bounded bool) *shares {
	return &shares{now, bounded, make(map[string]Took)}
}

// isOver tells whether a property has had its share.
func (s *shares) isOver(property string) bool {
	return s != nil && s.bounded && s.took[property].IsSlow()
}

// measure decides on a visitor, with so many events. The decision gives its steps of regular expressions.
func (s *shares) measure(property string, events int, decide func() (steps int)) {
	if s == nil {
		decide()
		return
	}
	events, begin := max(1, events), s.now()
	steps := decide() / events
	s.took[property] = s.took[property].Plus(Took{Events: events, Steps: steps, longest: s.now().Sub(begin)})
}
