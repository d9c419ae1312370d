package hours

import (
	"slices"
	"time"
)

// mostCovered bounds the dates of one cover.
const mostCovered = 400

// Covering returns the schedule with the hours that another has on some dates, in addition to its own: those of an agent
// who stands in for a colleague. The dates are read in a zone, that of the colleague; nil is that of the other schedule.
// Leave of this schedule beats them; days of leave of the other do not count, since they are why somebody stands in.
// Stretches that calendars close in either schedule stay closed. At most 400 dates of a range count.
func (s *Schedule) Covering(other *Schedule, zone *time.Location, dates DateRange) *Schedule {
	c, from := s.clone(), other.clone()
	if !dates.From.exists() || !dates.To.exists() {
		return c
	}
	its := from.layers
	its.leave = nil
	if zone == nil {
		zone = from.location
	}
	theirs, own, calendar := clock{location: from.location}, clock{location: c.location}, clock{location: zone}
	first, last := dates.From.number(), min(dates.To.number(), dates.From.number()+mostCovered-1)
	begin, end := calendar.first(startOf(first)), calendar.first(startOf(last+1))
	extra := make(map[int][]Window)              // by day of this schedule
	for day := first - 2; day <= last+2; day++ { // no two zones are farther apart
		for _, w := range its.governing(day).windows {
			opens, closes := startOf(day)+60*int64(w.Opens), startOf(day)+60*int64(w.Closes)
			opening := theirs.first(opens)
			if opening < begin || opening >= end {
				continue
			}
			pieces := []hole{{from: opens, until: closes}} // readings of this schedule's clock
			if len(from.holes) > 0 || c.location.String() != from.location.String() {
				pieces = from.apartFromHoles(opening, theirs.first(closes))
				for i, p := range pieces {
					pieces[i] = hole{from: own.mark(p.from), until: own.mark(p.until)}
				}
			}
			for _, p := range pieces {
				if on := dayOf(p.from); p.from < p.until {
					extra[on] = append(extra[on], Window{int(p.from-startOf(on)) / 60, min(int(p.until-startOf(on))/60, 2*minutesPerDay)})
				}
			}
		}
	}
	below := c.layers
	below.leave = nil
	covered := slices.Clone(c.covered)
	for day, windows := range extra {
		together := &rule{merged(append(windows, below.governing(day).windows...)), reasonCover}
		covered = slices.DeleteFunc(covered, func(s span) bool { return s.from == day })
		covered = append(covered, span{day, day + 1, together})
	}
	slices.SortFunc(covered, func(a, b span) int { return a.from - b.from })
	c.covered = covered
	if c.under != nil {
		c.under = c.under.Covering(other, zone, dates)
	}
	return c
}

// merged are windows of a day sorted, and joined where they overlap or touch.
func merged(windows []Window) []Window {
	slices.SortFunc(windows, func(a, b Window) int { return a.Opens - b.Opens })
	var joined []Window
	for _, w := range windows {
		if last := len(joined) - 1; last >= 0 && w.Opens <= joined[last].Closes {
			joined[last].Closes = max(joined[last].Closes, w.Closes)
			continue
		}
		joined = append(joined, w)
	}
	return joined
}
