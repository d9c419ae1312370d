package chat

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// Period is the open or closed time in which an instant lies.
type Period struct {
	Open   bool
	Since  time.Time // zero: it has always been so
	Until  time.Time // the opening or closing that ends it; zero: not in sight
	Opened time.Time // while closed: when the open time before began; zero: there was none in sight, or it always was
}

// Periods reads the common period of several schedules: open while all of them are, as a department is within its
// property. A nil one is always open.
func Periods(at time.Time, gates ...*hours.Schedule) Period {
	states := look(at, gates)
	p := Period{Open: open(states), Since: since(at, gates), Until: until(at, gates)}
	if !p.Open && !p.Since.IsZero() {
		p.Opened = since(p.Since.Add(-1), gates)
	}
	return p
}

// horizon is how many boundaries a search for a change visits.
const horizon = 200

func look(at time.Time, gates []*hours.Schedule) []hours.State {
	states := make([]hours.State, len(gates))
	for i, gate := range gates {
		states[i] = gate.At(at)
	}
	return states
}

func open(states []hours.State) bool {
	for _, s := range states {
		if !s.Open {
			return false
		}
	}
	return true
}

// since walks back to where the answer began.
func since(at time.Time, gates []*hours.Schedule) time.Time {
	for range horizon {
		states := look(at, gates)
		var began time.Time
		if open(states) {
			for _, s := range states {
				began = latest(began, s.Since)
			}
			return began.UTC()
		}
		for _, s := range states {
			if s.Open {
				continue
			}
			if s.Since.IsZero() {
				return time.Time{}
			}
			began = hours.Earliest(began, s.Since)
		}
		if open(look(began.Add(-1), gates)) {
			return began.UTC()
		}
		at = began.Add(-1)
	}
	return time.Time{}
}

// until walks on to where the answer ends.
func until(at time.Time, gates []*hours.Schedule) time.Time {
	var opens time.Time
	for range horizon {
		states := look(at, gates)
		if open(states) {
			if !opens.IsZero() {
				return opens.UTC()
			}
			for _, s := range states {
				opens = hours.Earliest(opens, s.Until)
			}
			return opens.UTC()
		}
		for _, s := range states { // none opens before the last of them does
			if s.Open {
				continue
			}
			if s.Until.IsZero() {
				return time.Time{}
			}
			opens = latest(opens, s.Until)
		}
		at = opens
	}
	return time.Time{}
}
