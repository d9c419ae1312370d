package widget

import (
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// source is a schedule or an agent along a walk. It is asked again only when its answer may have ended.
type source struct {
	gate   *hours.Schedule // or else an agent
	agent  Agent
	asked  bool
	on     bool
	until  time.Time // on holds up to it; zero: for ever
	reason string    // of a gate
}

// ask gives the answer at an instant, which is never before that of the last time, and how many questions it took.
func (s *source) ask(t time.Time) (on bool, asked int) {
	if s.asked && (s.until.IsZero() || t.Before(s.until)) {
		return s.on, 0
	}
	s.asked = true
	if s.agent != nil {
		s.on, s.until = s.agent.Available(t), hours.WholeSecond(s.agent.NextBoundary(t))
		return s.on, 1
	}
	h := s.gate.At(t)
	s.on, s.until, s.reason = h.Open, hours.WholeSecond(h.Until), h.Reason
	return s.on, 1
}

// crew is a team along a walk.
type crew struct {
	gates  []source
	agents []source
}

// walk goes on in time from one possible change of a unit to the next. How far it goes is bounded: see hours.Search.
type walk struct {
	at     time.Time
	gates  []source
	crews  []crew
	beside bool // as of the unit
	asked  int  // sources, since the last step
	search hours.Search
	rest   time.Time // where a search that finds nothing goes on another time; zero: not yet known, or never
}

// again is the share of a search that found nothing after which the unit is decided again, so that a change is foreseen,
// and has its boundary, even when the worker is down for days just then.
const again = 0.25

func (p *unit) walkFrom(at time.Time) walk {
	total := len(p.gates)
	for i := range p.teams {
		total += len(p.teams[i].gates) + len(p.teams[i].agents)
	}
	sources := make([]source, total)
	w := walk{at: at, gates: gatesIn(&sources, p.gates), crews: make([]crew, len(p.teams)), beside: p.beside}
	for i := range p.teams {
		t, gates := &p.teams[i], w.gates
		if t.gates != nil {
			gates = gatesIn(&sources, t.gates)
		}
		w.crews[i] = crew{gates, sources[:len(t.agents)]}
		for n, a := range t.agents {
			sources[n].agent = a
		}
		sources = sources[len(t.agents):]
	}
	return w
}

// gatesIn puts gates into the first of some sources, and leaves the others.
func gatesIn(sources *[]source, gates []*hours.Schedule) []source {
	list := (*sources)[:len(gates)]
	for i, g := range gates {
		list[i].gate = g
	}
	*sources = (*sources)[len(gates):]
	return list
}

// step goes to a later instant; false: it is never (zero), or the search is over.
func (w *walk) step(to time.Time) bool {
	if to.IsZero() {
		return false
	}
	goOn := w.search.Step(w.at, to, w.asked)
	w.at, w.asked = to, 0
	if w.rest.IsZero() && w.search.Share() >= again {
		w.rest = to
	}
	return goOn
}

// passed tells whether all gates are open. Else they are not before the instant next; zero: never.
func (w *walk) passed(gates []source) (open bool, next time.Time) {
	open = true
	for i := range gates {
		on, fresh := gates[i].ask(w.at)
		w.asked += fresh
		switch {
		case on:
		case gates[i].until.IsZero():
			return false, time.Time{}
		default:
			open = false
			if gates[i].until.After(next) {
				next = gates[i].until
			}
		}
	}
	return open, next
}

// moment is a unit at an instant of a walk.
type moment struct {
	open      bool      // all gates are
	available bool      // a team is there; where one may be beside the gates, also while they are closed
	until     time.Time // it is so up to it; zero: for ever
}

// moment looks at the present instant. Where closings do not matter, until is the next arrival of a team while none is
// there, over the closings and openings in between.
func (w *walk) moment(closings bool) moment {
	open, opening := w.passed(w.gates)
	if !open && !w.beside {
		return moment{until: opening}
	}
	available, until := w.anyone()
	switch {
	case available || !closings:
	case open:
		for i := range w.gates {
			until = hours.Earliest(until, w.gates[i].until)
		}
	default:
		until = hours.Earliest(until, opening)
	}
	return moment{open, available, until}
}

// anyone tells whether a team is there. Then one is at least until the instant sure, and else none is before it; zero: for
// ever.
func (w *walk) anyone() (available bool, sure time.Time) {
	var arrival, departure time.Time
	for i := range w.crews {
		there, until := w.there(&w.crews[i])
		switch {
		case !there:
			arrival = hours.Earliest(arrival, until)
		case until.IsZero():
			return true, time.Time{}
		default:
			available, departure = true, hours.Later(departure, until)
		}
	}
	if available {
		return true, departure
	}
	return false, arrival
}

// there is anyone for one crew: its agents, if it lists any, count while its gates are open.
func (w *walk) there(c *crew) (available bool, sure time.Time) {
	if open, next := w.passed(c.gates); !open {
		return false, next
	}
	available, departure := w.staffed(c.agents)
	if !available {
		return false, departure
	}
	for i := range c.gates {
		departure = hours.Earliest(departure, c.gates[i].until)
	}
	return true, departure
}

// staffed is anyone for some agents; of none, nobody knows better.
func (w *walk) staffed(agents []source) (available bool, sure time.Time) {
	var arrival, departure time.Time
	for i := range agents {
		a := &agents[i]
		on, fresh := a.ask(w.at)
		w.asked += fresh
		switch {
		case !on:
			arrival = hours.Earliest(arrival, a.until)
		case a.until.IsZero():
			available, departure = true, time.Time{}
		case !available || !departure.IsZero():
			available, departure = true, hours.Later(departure, a.until)
		}
	}
	if !available && len(agents) > 0 {
		return false, arrival
	}
	return true, departure
}

// online goes on to the first moment at which somebody is available, the present one included; false: there is none, or
// none in sight.
func (w *walk) online() bool {
	for {
		m := w.moment(false)
		if m.available {
			return true
		}
		if !w.step(m.until) {
			return false
		}
	}
}

// reason is why the unit is as it is at a moment, which is the present one.
func (w *walk) reason(m moment) string {
	if m.open && !m.available {
		return ReasonNoAgents
	}
	return reasonOf(w.deciding(m))
}

// reasonUntil is when the reason of the present moment may become another one while the unit stays as it is; zero: not
// before the next change of the unit.
func (w *walk) reasonUntil(m moment) (until time.Time) {
	if m.open && !m.available {
		return m.until
	}
	for gates, i := w.deciding(m), 0; i < len(gates); i++ {
		g := &gates[i]
		until = hours.Earliest(until, hours.WholeSecond(g.gate.ReasonUntil(w.at, hours.State{Open: g.on, Reason: g.reason, Until: g.until})))
		if !m.available {
			until = hours.Earliest(until, g.until) // another gate may be the first that is closed, or nobody be there
		}
	}
	return until
}

// deciding are the gates that give the reason: the unit's own, or those of a team that is there beside them.
func (w *walk) deciding(m moment) []source {
	if m.available && !m.open {
		for i := range w.crews {
			if there, _ := w.there(&w.crews[i]); there {
				return w.crews[i].gates
			}
		}
	}
	return w.gates
}

// reasonOf is the reason of the first gate that is closed, or else of the last gate.
func reasonOf(gates []source) (reason string) {
	for i := range gates {
		if reason = gates[i].reason; !gates[i].on {
			break
		}
	}
	return reason
}
