package engine

import "time"

// Visitors of many properties are decided on together, one after the other. A property whose decisions take long must not hold up the
// others: once it has had its share of a batch, its other visitors are set aside, for a batch of their own.

// slowSteps are steps of regular expressions for one event, which take some 5 ms. A property of whose events one takes so many needs
// batches of its own, from the first on. It is no time that is measured: on a busy machine, all properties would take long.
const slowSteps = 500_000

// stepTakes is how long a step takes, about.
const stepTakes = 10 * time.Nanosecond

// Took is what it took to decide on visitors of a property.
type Took struct {
	Steps int // of regular expressions for one event, on average of the visitor who took most
}

// IsSlow tells whether the property needs batches of its own.
func (t Took) IsSlow() bool { return t.Steps >= slowSteps }

// Each is how long one event may take, about.
func (t Took) Each() time.Duration { return time.Duration(t.Steps) * stepTakes }

// Plus is what both took.
func (t Took) Plus(o Took) Took { return Took{max(t.Steps, o.Steps)} }

// shares measures the properties of a batch. A nil one measures none.
type shares struct {
	bounded bool // whoever has had their share is set aside
	took    map[string]Took
}

func newShares(bounded bool) *shares { return &shares{bounded, make(map[string]Took)} }

// isOver tells whether a property has had its share.
func (s *shares) isOver(property string) bool {
	return s != nil && s.bounded && s.took[property].IsSlow()
}

// measure decides on a visitor, with so many events. The decision gives its steps of regular expressions.
func (s *shares) measure(property string, events int, decide func() (steps int)) {
	steps := decide()
	if s != nil {
		s.took[property] = s.took[property].Plus(Took{Steps: steps / max(1, events)}) // a visitor whose time has come counts as one
	}
}
