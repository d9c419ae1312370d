package hours

import (
	"math"
	"time"
)

// This file measures time within hours: real time that elapses while the schedule is open, and not readings of the
// clock. A window around a spring gap counts for an hour less, one around an autumn overlap for an hour more.
//
// It walks the instants one period of constant offset at a time. In a period, the running-maximum clock first stands
// (while the clocks show again what they showed before), and then runs with the wall clock. While it runs, seconds are
// readings, and open seconds are counted on the civil line: days that lie under one rule, and weeks that lie under the
// weekly table, are leapt over at once.

// AddHorizon is how far ahead Add looks for open time.
const AddHorizon = 100 * 365 * 24 * time.Hour

// Add returns the first instant at which d of open time has passed since t, as Between counts it: for every t and every
// d that is not negative, Between(t, Add(t, d)) is d. Nine to five, eight hours after nine o'clock is five o'clock, and
// not the next morning. Add of nothing is t while the schedule is open, and the next opening while it is closed. A
// negative d counts as nothing. A later t, or a longer d, never gives an earlier instant.
//
// ok is false when the schedule is not open for long enough within AddHorizon, or within the years 0 to 9999. Where the
// schedule is nil there is no such end.
func (s *Schedule) Add(t time.Time, d time.Duration) (then time.Time, ok bool) {
	d = max(d, 0)
	switch {
	case s.unset():
		return t.Add(d), true
	case s.override == nil || s.override.IsOver(t):
		return s.addBeneath(t, d)
	}
	if s.override.pending(t) {
		from := s.override.From
		if then, ok := s.addBeneath(t, d); ok && (then.Before(from) || d > 0 && then.Equal(from)) {
			return then, true
		}
		d, t = d-s.betweenBeneath(t, from), from
	}
	return s.forcedAdd(t, d)
}

// forcedAdd is Add for an instant at which the override is in force.
func (s *Schedule) forcedAdd(t time.Time, d time.Duration) (time.Time, bool) {
	until := s.override.Until
	if s.override.Open {
		then := t.Add(d)
		if until.IsZero() || !then.After(until) {
			return then.In(s.location), true
		}
		d -= until.Sub(t)
	}
	if until.IsZero() {
		return time.Time{}, false
	}
	return s.addBeneath(until, d)
}

// Between returns the open time from a to b, of which a is included and b is not. It is never longer than the time from a
// to b, and adds up: Between(a, b) + Between(b, c) is Between(a, c). When b is before a it is negative, as Between(b, a)
// would be positive. Over 292 years it is the longest Duration there is. Instants outside the years 0 to 9999 count as the
// nearest one inside.
func (s *Schedule) Between(a, b time.Time) time.Duration {
	switch {
	case b.Before(a):
		return -s.Between(b, a)
	case s.unset():
		return b.Sub(a)
	case s.override == nil:
		return s.plainBetween(a, b)
	}
	from, until := a, b // of the override, as far as it is between a and b
	if o := s.override; !o.From.IsZero() && o.From.After(a) {
		from = Earlier(o.From, b)
	}
	if o := s.override; !o.Until.IsZero() && o.Until.Before(b) {
		until = Later(o.Until, a)
	}
	total := sum(s.betweenBeneath(a, from), s.betweenBeneath(until, b))
	if s.override.Open {
		total = sum(total, until.Sub(from))
	}
	return total
}

// addBeneath is Add as if the override were not there.
func (s *Schedule) addBeneath(t time.Time, d time.Duration) (time.Time, bool) {
	if s.under != nil {
		return s.under.Add(t, d)
	}
	return s.plainAdd(t, d)
}

// betweenBeneath is Between as if the override were not there.
func (s *Schedule) betweenBeneath(a, b time.Time) time.Duration {
	if s.under != nil {
		return s.under.Between(a, b)
	}
	return s.plainBetween(a, b)
}

// ruledAdd is Add without regard to any override and to holes.
func (s *Schedule) ruledAdd(t time.Time, d time.Duration) (time.Time, bool) {
	q := s.ask(t)
	// Counting starts at the whole second, and whole seconds are counted: each is open from its beginning to its end, or
	// closed.
	counted := uint64(d) + uint64(q.fraction(t))
	seconds := max(1, int64((counted+uint64(time.Second)-1)/uint64(time.Second)))
	limit := min(q.instant+int64(AddHorizon/time.Second), startOf(lastDay+2))
	end, missing := q.elapse(limit, seconds)
	if missing > 0 {
		return time.Time{}, false
	}
	return time.Unix(end-seconds+int64(counted/uint64(time.Second)), int64(counted%uint64(time.Second))).In(s.location), true
}

// ruledBetween is Between without regard to any override and to holes, for an a that is not after b.
func (s *Schedule) ruledBetween(a, b time.Time) time.Duration {
	q, end := s.ask(a), s.ask(b)
	before := q.fraction(a)
	_, left := q.elapse(end.instant, math.MaxInt64)
	const most = math.MaxInt64/int64(time.Second) - 1
	if seconds := math.MaxInt64 - left; seconds <= most {
		return time.Duration(seconds)*time.Second - before + end.fraction(b)
	}
	return math.MaxInt64
}

// fraction is the open time between the whole second at which the question was asked and the instant t that it was
// asked for.
func (q *question) fraction(t time.Time) time.Duration {
	if t.Nanosecond() == 0 || q.instant != t.Unix() {
		return 0
	}
	if _, _, _, open := q.holding(q.mark); !open {
		return 0
	}
	return time.Duration(t.Nanosecond())
}

// elapse walks from the question's instant to the limit, or until so many open seconds have passed. It returns the
// instant at which it stopped, and the number of seconds that were not passed.
func (q *question) elapse(limit, seconds int64) (instant, left int64) {
	instant, left = q.instant, seconds
	for mark := q.mark; instant < limit && left > 0; {
		reading := q.clock.reading(instant)
		end := min(limit, q.clock.end)
		if reading < mark {
			end = min(end, instant+mark-reading)
			instant, left = q.stand(mark, instant, end, left)
			continue
		}
		reached, rest := q.pass(reading, reading+end-instant, left)
		instant, left = instant+reached-reading, rest
		mark = reached - 1 // the highest reading that was shown; it matters at the end of the period only
	}
	return instant, left
}

// stand is the part of elapse in which the clock stands at a mark.
func (q *question) stand(mark, from, to, seconds int64) (instant, left int64) {
	if _, _, _, open := q.holding(mark); open {
		return through(from, to, from, to, seconds)
	}
	return to, seconds
}

// pass walks the civil line from a reading to another, or until so many open readings have been passed. It returns the
// reading at which it stopped, and the number that was not passed.
func (w *walk) pass(from, to, open int64) (reading, left int64) {
	for from < to && open > 0 {
		if day := dayOf(from); from == startOf(day) {
			day, open = w.leap(day, dayOf(to), open)
			from = startOf(day)
		}
		from, open = w.passDay(from, min(to, startOf(dayOf(from)+1)), open)
	}
	return from, open
}

// leap passes whole days up to the last, as long as they are under the rule of the day before, and stops before the day
// on which the number of open readings would be passed.
func (w *walk) leap(day, last int, open int64) (int, int64) {
	w.rule(day)
	if last = min(last, w.stretch.to); day <= w.stretch.from || day >= last {
		return day, open
	}
	if alike := w.stretch.rule; alike != nil {
		return leapAlike(day, last, 1, dayLength(alike, alike), open)
	}
	day, open = leapAlike(day, last, daysPerWeek, w.length, open)
	for ; day < last && w.lengths[weekdayOf(day)] < open; day++ {
		open -= w.lengths[weekdayOf(day)]
	}
	return day, open
}

const daysPerWeek = 7

// leapAlike is leap for days, or groups of days, that are open for equally long.
func leapAlike(day, last, group int, length, open int64) (int, int64) {
	n := int64((last - day) / group)
	if length > 0 {
		n = min(n, (open-1)/length)
	}
	return day + int(n)*group, open - n*length
}

// passDay is pass within a day.
func (w *walk) passDay(from, to, open int64) (reading, left int64) {
	w.move(dayOf(from))
	start := startOf(w.day)
	if spill, spills := w.spill(); spills {
		from, open = through(from, to, start, start+int64(spill.Closes)*60, open)
	}
	for _, window := range w.today.windows {
		from, open = through(from, to, start+int64(window.Opens)*60, start+int64(window.Closes)*60, open)
	}
	if open > 0 {
		from = to
	}
	return from, open
}

// through passes the part of a window that lies between two readings. Where there is none, it stays.
func through(from, to, opens, closes, open int64) (reading, left int64) {
	begin := max(from, opens)
	length := min(min(to, closes)-begin, open)
	if length <= 0 {
		return from, open
	}
	return begin + length, open - length
}

// dayLength is the number of open readings of a day, of which the rule and that of the day before are given.
func dayLength(before, today *rule) int64 {
	w := walk{before: before, today: today, standing: true} // on day 0
	_, left := w.passDay(0, secondsPerDay, math.MaxInt64)
	return math.MaxInt64 - left
}

// measure fills in the lengths of the weekly table.
func (r *rules) measure() {
	for _, day := range week() {
		r.lengths[day] = dayLength(&r.weekly[(day+6)%daysPerWeek], &r.weekly[day])
		r.length += r.lengths[day]
	}
}

// sum adds durations that are not negative. Where the sum would be too long, it is the longest there is.
func sum(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
