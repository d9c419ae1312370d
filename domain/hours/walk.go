package hours

// walk reads the civil line: readings of the running-maximum clock, on which every window is a
// half-open interval of integers. It holds the rules of two neighbouring days, since a window may run
// from one into the next, and remembers the stretch it is in, so that a step costs a few nanoseconds.
type walk struct {
	layers
	day           int // the day it stands on
	before, today *rule
	stretch       stretch // that of the rule looked up last
	standing      bool    // false until the first move
}

const (
	// settled is the number of days after which a stretch has shown all it has: one day that an
	// earlier rule may run into, and seven of its own.
	settled = 8

	// Boundaries are sought on these days, and questions clamped to two days around them: all within
	// the years 0 to 9999, which RFC 3339 can write, in any zone.
	firstDay = -719528 + 4 // 0000-01-05
	lastDay  = 2932896 - 4 // 9999-12-27
)

func dayOf(reading int64) int { return int(floorDiv(reading, secondsPerDay)) }

func startOf(day int) int64 { return int64(day) * secondsPerDay }

// move steps to a day. A step to a neighbour looks up one rule only.
func (w *walk) move(day int) {
	switch {
	case w.standing && day == w.day:
		return
	case w.standing && day == w.day+1:
		w.before, w.today = w.today, w.rule(day)
	case w.standing && day == w.day-1:
		w.today = w.before
		w.before = w.rule(day - 1)
	default:
		w.before = w.rule(day - 1)
		w.today = w.rule(day)
	}
	w.day, w.standing = day, true
}

func (w *walk) rule(day int) *rule {
	if day < w.stretch.from || day >= w.stretch.to {
		w.stretch = w.layers.stretch(day, false)
	}
	if w.stretch.rule != nil {
		return w.stretch.rule
	}
	return &w.weekly[weekdayOf(day)]
}

// spill returns the window of the day before that runs into this day or ends with it, in minutes of
// this day. Only the last window of a day can: they do not overlap and all open before 24:00.
func (w *walk) spill() (Window, bool) {
	if n := len(w.before.windows); n > 0 {
		last := w.before.windows[n-1]
		return Window{last.Opens - minutesPerDay, last.Closes - minutesPerDay}, last.Closes >= minutesPerDay
	}
	return Window{}, false
}

// holding returns the extent of the windows that hold the reading, and the date on which the one
// that opened last was opened; ok is false when none holds it.
func (w *walk) holding(reading int64) (from, to int64, opened int, ok bool) {
	w.move(dayOf(reading))
	start := startOf(w.day)
	second := int(reading - start)
	from, to = reading, reading
	if spill, spills := w.spill(); spills && second < spill.Closes*60 {
		from, to, opened, ok = start+int64(spill.Opens)*60, start+int64(spill.Closes)*60, w.day-1, true
	}
	for _, window := range w.today.windows {
		if window.Opens*60 <= second && second < window.Closes*60 {
			return min(from, start+int64(window.Opens)*60), max(to, start+int64(window.Closes)*60), w.day, true
		}
	}
	return from, to, opened, ok
}

// forward returns the first reading after the given one at which the line stops being open (or, if
// open is false, closed).
func (w *walk) forward(reading int64, open bool) (turn int64, ok bool) {
	w.move(dayOf(reading))
	entered := w.day
	for limit := w.limitAfter(); w.day < limit; w.move(dayOf(reading)) {
		next, turned := w.endOfState(reading, open)
		if turned {
			return next, true
		}
		if w.day-max(entered, w.stretch.from) >= settled {
			if w.stretch.to >= limit {
				return 0, false
			}
			next = max(next, startOf(w.stretch.to))
		}
		reading = next
	}
	return 0, false
}

// endOfState returns the next turn if it falls on this day, or else a later reading up to which the
// state holds.
func (w *walk) endOfState(reading int64, open bool) (next int64, turned bool) {
	if open {
		_, to, _, held := w.holding(reading)
		return to, !held
	}
	start := startOf(w.day)
	for _, window := range w.today.windows {
		if opens := start + int64(window.Opens)*60; opens >= reading {
			return opens, true
		}
	}
	return start + secondsPerDay, false
}

// backward returns the first reading since which the line has been open (or closed), up to the given
// one.
func (w *walk) backward(reading int64, open bool) (turn int64, ok bool) {
	w.move(dayOf(reading))
	entered := w.day
	for limit := w.limitBefore(); w.day > limit; w.move(dayOf(reading)) {
		previous, turned := w.startOfState(reading, open)
		if turned {
			return previous, true
		}
		// stretch is that of the day before this one.
		if first := min(entered, w.stretch.to-1); first-w.day >= settled && w.day > w.stretch.from {
			if w.stretch.from <= limit {
				return 0, false
			}
			previous = min(previous, startOf(w.stretch.from+1)-1)
		}
		reading = previous
	}
	return 0, false
}

// startOfState returns the last turn if it falls on this day, or else an earlier reading at which the
// state still holds or has just begun.
func (w *walk) startOfState(reading int64, open bool) (previous int64, turned bool) {
	if open {
		from, _, _, held := w.holding(reading)
		if !held {
			return reading + 1, true
		}
		return from - 1, false
	}
	start := startOf(w.day)
	latest := start - 1
	if spill, spills := w.spill(); spills {
		latest = start + int64(spill.Closes)*60 // not past the reading, or it would be open
	}
	for _, window := range w.today.windows {
		if closes := start + int64(window.Closes)*60; closes <= reading {
			latest = max(latest, closes)
		}
	}
	return latest, latest >= start
}

// limitAfter is the day at which a search forward gives up: one Gregorian cycle past the last dated
// rule, all that recurs has been seen.
func (w *walk) limitAfter() int {
	last := w.day
	for _, layer := range [3][]span{w.leave, w.covered, w.dated} {
		if n := len(layer); n > 0 {
			last = max(last, layer[n-1].to)
		}
	}
	return min(last+daysPerEra+settled, lastDay)
}

// limitBefore is limitAfter for a search backward.
func (w *walk) limitBefore() int {
	first := w.day
	for _, layer := range [3][]span{w.leave, w.covered, w.dated} {
		if len(layer) > 0 {
			first = min(first, layer[0].from)
		}
	}
	return max(first-daysPerEra-settled, firstDay)
}
