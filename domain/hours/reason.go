package hours

import "time"

// reasonReach is how many days ahead a change of the reason is sought.
const reasonReach = 366

// ReasonUntil is the first instant after t at which the reason may be another while the answer stays as it is, as when a
// holiday begins in a closed night; is must be At(t). It is zero where the reason stays up to the next boundary, or for a
// year at least.
func (s *Schedule) ReasonUntil(t time.Time, is State) time.Time {
	if s.unset() {
		return time.Time{}
	}
	next := s.nextRule(t, is)
	if next.IsZero() || !is.Until.IsZero() && !next.Before(is.Until) {
		return time.Time{}
	}
	return next
}

// nextRule is ReasonUntil, but may lie beyond the next boundary.
func (s *Schedule) nextRule(t time.Time, is State) time.Time {
	if s.override == nil {
		return s.nextPlainRule(t, is)
	}
	switch {
	case s.override.InForce(t):
		return s.override.Until
	case s.under != nil:
		is = s.under.At(t)
	default:
		is = s.plain(t)
	}
	next := s.nextPlainRule(t, is)
	if s.under != nil {
		next = s.under.nextRule(t, is)
	}
	if s.override.pending(t) {
		next = Earliest(next, s.override.From)
	}
	return next
}

func (s *Schedule) nextPlainRule(t time.Time, is State) time.Time {
	if len(s.holes) == 0 {
		return s.nextRuling(t, is)
	}
	if held := s.holeAt(t.Unix()); held != nil {
		return s.time(held.until)
	}
	next := s.nextRuling(t, is)
	if i := s.holeAfter(t.Unix()); i < len(s.holes) {
		next = Earliest(next, s.time(s.holes[i].from))
	}
	return next
}

// nextRuling is nextPlainRule without regard to holes. While it is closed, the rule of the local date gives the reason, and
// while it is open, that of the date on which the latest window opened.
func (s *Schedule) nextRuling(t time.Time, is State) time.Time {
	c := clock{location: s.location}
	first := dayOf(c.reading(t.Unix()))
	until := is.Until
	for day := first; day < min(first+reasonReach, lastDay); {
		if !until.IsZero() && c.first(startOf(day)) >= until.Unix() {
			break
		}
		rule := s.governing(day)
		if day > first && rule.reason == is.Reason {
			day = max(day+1, s.stretch(day, true).to) // a week has one reason
			continue
		}
		for _, minute := range edgesOf(rule, is.Open) {
			at := s.time(c.first(startOf(day) + 60*int64(minute)))
			if at.After(t) && (until.IsZero() || at.Before(until)) && s.ruled(at).Reason != is.Reason {
				until = at // of a night that runs into a day with edges of its own, the first counts
			}
		}
		day++
	}
	return until
}

// edgesOf are the minutes of a day at which its rule may begin or cease to give the reason.
func edgesOf(r *rule, open bool) []int {
	if !open {
		return []int{0}
	}
	var edges []int
	for _, w := range r.windows {
		edges = append(edges, w.Opens, w.Closes)
	}
	return edges
}
