package hours

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// hole is a stretch that is taken out of the windows, as instants: [from, until) in Unix seconds. The walk along the civil
// line knows nothing of holes. They are laid over its answers, so that they are exact also in the second pass of an autumn
// overlap, where the line stands still.
type hole struct {
	from, until int64
	reason      string
}

// holesOf resolves the stretches among closures, in their zone, or else in the schedule's.
func holesOf(closures []Closure, location *time.Location, reason string) []hole {
	clocks := map[string]*clock{"": {location: location}}
	var holes []hole
	for _, c := range closures {
		if c.isDays() {
			continue
		}
		k := clocks[c.Zone]
		if k == nil {
			var p parser
			if k = (&clock{location: p.location("", c.Zone, nil)}); k.location == nil {
				k.location = location // it was checked
			}
			clocks[c.Zone] = k
		}
		holes = append(holes, hole{k.instantOf(civil(c.From)), k.instantOf(civil(c.Until)), or(c.Name, reason)})
	}
	return apart(holes)
}

// instantOf is the instant of a reading as RFC 5545, section 3.3.5 resolves it: the first of two, and in a gap the one by
// the offset before it.
func (c *clock) instantOf(reading int64) int64 {
	first := c.first(reading)
	if c.mark(first) == reading {
		return first
	}
	c.look(first - 1)
	return reading - c.offset
}

// InstantOf is when the clocks of a zone show a reading, whose own zone does not matter, as a Closure is resolved.
func InstantOf(reading time.Time, location *time.Location) time.Time {
	c := clock{location: location}
	return time.Unix(c.instantOf(civil(reading)), 0).In(location)
}

// apart sorts holes, and clips those that overlap one that begins before.
func apart(holes []hole) []hole {
	slices.SortStableFunc(holes, func(a, b hole) int { return cmp.Compare(a.from, b.from) })
	var list []hole
	for _, c := range holes {
		if n := len(list); n > 0 {
			c.from = max(c.from, list[n-1].until)
		}
		if c.from < c.until {
			list = append(list, c)
		}
	}
	return list
}

// sparing takes the windows of written exceptions out of the holes.
func sparing(holes []hole, written []span, location *time.Location) []hole {
	c := clock{location: location}
	var list []hole
	for _, x := range holes {
		first, last := dayOf(c.reading(x.from))-2, dayOf(c.reading(x.until))+1 // a window may run into the next day
		for i := following(written, first); i < len(written) && written[i].from <= last; i++ {
			for day := max(first, written[i].from); day <= min(last, written[i].to-1); day++ {
				for _, w := range written[i].rule.windows {
					opens, closes := c.first(startOf(day)+int64(w.Opens)*60), c.first(startOf(day)+int64(w.Closes)*60)
					if before := (hole{x.from, min(x.until, opens), x.reason}); before.from < before.until {
						list = append(list, before)
					}
					x.from = max(x.from, closes)
				}
			}
		}
		if x.from < x.until {
			list = append(list, x)
		}
	}
	return apart(list)
}

// holeAfter is the index of the first hole that ends after an instant: the one that holds it, or the next.
func (s *Schedule) holeAfter(instant int64) int {
	i, _ := slices.BinarySearchFunc(s.holes, instant, func(c hole, instant int64) int {
		if c.until <= instant {
			return -1
		}
		return 1
	})
	return i
}

// holeAt is the hole that holds an instant, or nil.
func (s *Schedule) holeAt(instant int64) *hole {
	if i := s.holeAfter(instant); i < len(s.holes) && s.holes[i].from <= instant {
		return &s.holes[i]
	}
	return nil
}

// apartFromHoles are the parts of a stretch of instants that no hole takes.
func (s *Schedule) apartFromHoles(from, until int64) (parts []hole) {
	for i := s.holeAfter(from); i < len(s.holes) && s.holes[i].from < until; i++ {
		if from < s.holes[i].from {
			parts = append(parts, hole{from: from, until: s.holes[i].from})
		}
		from = s.holes[i].until
	}
	if from < until {
		parts = append(parts, hole{from: from, until: until})
	}
	return parts
}

// holedState answers with regard to the holes, and without regard to the override.
func (s *Schedule) holedState(t time.Time) State {
	state := s.ruled(t)
	instant := t.Unix()
	i := s.holeAfter(instant)
	held := i < len(s.holes) && s.holes[i].from <= instant
	if state.Open && !held {
		if i > 0 {
			state.Since = Later(state.Since, s.time(s.holes[i-1].until))
		}
		if i < len(s.holes) {
			state.Until = Earliest(state.Until, s.time(s.holes[i].from))
		}
		return state
	}
	if held {
		state.Reason = s.holes[i].reason
	}
	state.Open, state.Since, state.Until = false, s.closedSince(t), s.opensAt(t)
	return state
}

// opensAt is the first instant, from t on, at which it is open; zero: never. The rules and the holes take turns to put it off.
func (s *Schedule) opensAt(t time.Time) time.Time {
	for {
		if state := s.ruled(t); !state.Open {
			if t = state.Until; t.IsZero() {
				return t
			}
		}
		held := s.holeAt(t.Unix())
		if held == nil {
			return t
		}
		t = s.time(held.until)
	}
}

// closedSince is the instant since which it has been closed, as it is at t; zero: ever.
func (s *Schedule) closedSince(t time.Time) time.Time {
	for {
		var since time.Time
		if state := s.ruled(t); !state.Open {
			if since = state.Since; since.IsZero() {
				return since
			}
		} else {
			since = s.time(s.holeAt(t.Unix()).from) // closed, though the rules are open: a hole holds it
		}
		t = since.Add(-time.Second)
		if s.holeAt(t.Unix()) == nil && s.ruled(t).Open {
			return since
		}
	}
}

func (s *Schedule) time(instant int64) time.Time { return time.Unix(instant, 0).In(s.location) }

// plainBetween is Between without regard to the override, for an a that is not after b.
func (s *Schedule) plainBetween(a, b time.Time) time.Duration {
	total := s.ruledBetween(a, b)
	for i := s.holeAfter(a.Unix()); i < len(s.holes) && total < math.MaxInt64; i++ {
		from, until := Later(a, s.time(s.holes[i].from)), Earlier(b, s.time(s.holes[i].until))
		if !from.Before(until) {
			break
		}
		total -= s.ruledBetween(from, until)
	}
	return total
}

// plainAdd is Add without regard to the override. It passes the time between two holes at once.
func (s *Schedule) plainAdd(t time.Time, d time.Duration) (time.Time, bool) {
	last := t.Add(AddHorizon)
	for i := s.holeAfter(t.Unix()); i < len(s.holes); i++ {
		if from := s.time(s.holes[i].from); t.Before(from) {
			open := s.ruledBetween(t, from)
			if d < open || d == open && d > 0 {
				break
			}
			d -= open
		}
		t = s.time(s.holes[i].until)
	}
	then, ok := s.ruledAdd(t, d)
	return then, ok && !then.After(last)
}
