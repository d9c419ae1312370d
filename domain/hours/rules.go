package hours

import (
	"math"
	"slices"
	"time"
)

// rule governs a date: the windows that open on it, and the reason.
type rule struct {
	windows []Window // sorted, not overlapping
	reason  string
}

// span is a run of days under one rule. In the dated layers the days are day numbers; in the yearly
// layer they are ordinals of a year. The end is exclusive.
type span struct {
	from, to int
	rule     *rule
}

// rules is a compiled definition. It is never written after Compile, except for the almanac's own
// memory, so that any number of schedules and goroutines share it.
type rules struct {
	weekly   [7]rule // by time.Weekday
	dated    []span  // sorted, disjoint
	yearly   []span  // sorted, disjoint, ordinals; a range that wraps the year is two spans
	holidays *almanac

	// steady says that all recurring rules agree for ever: all closed, or all open around the clock. A
	// search then need not visit every holiday of every year to find that nothing happens.
	steady bool

	rotation *Rotation // see Turn; nil: none

	lengths [daysPerWeek]int64 // the open readings of each weekday after the weekday before, in seconds
	length  int64              // of all seven
}

// layers joins the rules with the leave that WithLeave lays over them.
type layers struct {
	*rules
	leave   []span // sorted, disjoint
	covered []span // sorted, single days: those on which the agent stands in for another
	turns   *turns // nil: no rotation, or not that of an agent
}

// stretch is a run of days, from <= day < to, on which one layer answers: a single rule, or the
// weekly table when rule is nil.
type stretch struct {
	from, to int
	rule     *rule
}

const (
	beginning = math.MinInt
	forever   = math.MaxInt
)

// stretch returns the run of days around day. Where recurring is false and the recurring layers are
// steady, holidays and yearly exceptions are left out: they give the reason but never the answer.
func (l layers) stretch(day int, recurring bool) stretch {
	st := stretch{from: beginning, to: forever}
	if st.narrow(l.leave, day) || st.narrow(l.covered, day) || l.turns != nil && l.turns.narrow(&st, day) || st.narrow(l.dated, day) {
		return st
	}
	if l.steady && !recurring || len(l.yearly) == 0 && l.holidays == nil {
		return st
	}
	date := dateOf(day)
	newYear, nextYear := Date{date.Year, time.January, 1}.number(), Date{date.Year + 1, time.January, 1}.number()
	st.from, st.to = max(st.from, newYear), min(st.to, nextYear)
	if st.narrowYearly(l.yearly, date) {
		return st
	}
	if l.holidays != nil {
		st.narrow(l.holidays.year(date.Year), day)
	}
	return st
}

// governing returns the rule of a day.
func (l layers) governing(day int) *rule {
	if st := l.stretch(day, true); st.rule != nil {
		return st.rule
	}
	return &l.weekly[weekdayOf(day)]
}

// narrow cuts the stretch to the span that holds the day, taking its rule, or else to the gap between
// its neighbours. It reports whether a span holds the day.
func (st *stretch) narrow(spans []span, day int) bool {
	i := following(spans, day)
	if i < len(spans) && spans[i].from <= day {
		st.from, st.to, st.rule = max(st.from, spans[i].from), min(st.to, spans[i].to), spans[i].rule
		return true
	}
	if i < len(spans) {
		st.to = min(st.to, spans[i].from)
	}
	if i > 0 {
		st.from = max(st.from, spans[i-1].to)
	}
	return false
}

// narrowYearly is narrow for spans of ordinals, read in the year of the date.
func (st *stretch) narrowYearly(spans []span, date Date) bool {
	day := func(ordinal int) int { return monthDay(date.Year, ordinal).number() }
	i := following(spans, date.ordinal())
	if i < len(spans) && spans[i].from <= date.ordinal() {
		st.from, st.to, st.rule = max(st.from, day(spans[i].from)), min(st.to, day(spans[i].to)), spans[i].rule
		return true
	}
	if i < len(spans) {
		st.to = min(st.to, day(spans[i].from))
	}
	if i > 0 {
		st.from = max(st.from, day(spans[i-1].to))
	}
	return false
}

// following returns the index of the first span that ends after the day: the one that holds it, or
// the next.
func following(spans []span, day int) int {
	i, _ := slices.BinarySearchFunc(spans, day, func(s span, day int) int {
		if s.to <= day {
			return -1
		}
		return 1
	})
	return i
}

// isSteady reports whether every recurring rule is closed, or every one is open all day.
func (r *rules) isSteady() bool {
	closed, open := true, true
	count := func(windows []Window) {
		closed = closed && len(windows) == 0
		open = open && len(windows) == 1 && windows[0] == wholeDay()
	}
	for _, day := range r.weekly {
		count(day.windows)
	}
	for _, yearly := range r.yearly {
		count(yearly.rule.windows)
	}
	if r.holidays != nil {
		for _, feast := range r.holidays.feasts {
			for _, r := range feast.rules {
				count(r.windows)
			}
		}
	}
	return closed || open
}
