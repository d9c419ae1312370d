package hours

import (
	"fmt"
	"slices"
	"time"
)

// WithLeave returns the schedule closed on every date of leave, which replaces the leave it may have
// had. Ranges may overlap. Leave beats exceptions, holidays and the week, and yields to an override.
// Like an exception it replaces the windows that open on its dates: a night shift that began on the
// evening before runs on. The copy is cheap. A nil receiver is always open in UTC otherwise; use
// [Always] for an agent without a schedule in another zone.
func (s *Schedule) WithLeave(leave []DateRange) *Schedule {
	c := s.clone()
	away := &rule{reason: reasonLeave}
	var spans []span
	for _, r := range leave {
		if r.From.exists() && r.To.exists() && r.From.Compare(r.To) <= 0 {
			spans = append(spans, span{r.From.number(), r.To.number() + 1, away})
		}
	}
	c.leave = union(spans)
	if c.under != nil {
		c.under = c.under.WithLeave(leave)
	}
	return c
}

// WithLeaveIn is WithLeave with the dates of the leave read in another zone, that of the agent: windows that open within
// them are closed. A nil zone is that of the schedule.
func (s *Schedule) WithLeaveIn(zone *time.Location, leave []DateRange) *Schedule {
	if zone == nil || zone.String() == s.Location().String() {
		return s.WithLeave(leave)
	}
	c := s.clone()
	c.leave = nil
	from, own := clock{location: zone}, clock{location: c.location}
	var away []span // of readings of the schedule's own clock
	for _, r := range leave {
		if r.From.exists() && r.To.exists() && r.From.Compare(r.To) <= 0 {
			begin, end := from.first(startOf(r.From.number())), from.first(startOf(r.To.number()+1))
			away = append(away, span{int(own.mark(begin)), int(own.mark(end)), nil})
		}
	}
	c.leave = c.awayDays(union(away))
	if c.under != nil {
		c.under = c.under.WithLeaveIn(zone, leave)
	}
	return c
}

// awayDays turns spans of readings into spans of days. Whole days are closed. The days on which a span begins and ends keep
// the windows that open outside it.
func (l layers) awayDays(away []span) []span {
	closed := &rule{reason: reasonLeave}
	partly := make(map[int]*rule)
	var days []span
	for _, a := range away {
		first, last := dayOf(int64(a.from)), dayOf(int64(a.to))
		if startOf(first) < int64(a.from) {
			l.cut(partly, first, a)
			first++
		}
		if startOf(last) < int64(a.to) {
			l.cut(partly, last, a)
		}
		if first < last {
			days = append(days, span{first, last, closed})
		}
	}
	for day, r := range partly {
		days = append(days, span{day, day + 1, r})
	}
	slices.SortFunc(days, func(a, b span) int { return a.from - b.from })
	return days
}

// cut takes from the windows of a day those that open within a span of readings.
func (l layers) cut(partly map[int]*rule, day int, away span) {
	r := partly[day]
	if r == nil {
		r = l.governing(day)
	}
	kept := rule{reason: r.reason}
	for _, w := range r.windows {
		if opens := int(startOf(day)) + 60*w.Opens; opens < away.from || opens >= away.to {
			kept.windows = append(kept.windows, w)
		}
	}
	if len(kept.windows) == 0 {
		kept.reason = reasonLeave
	}
	partly[day] = &kept
}

// An Absence is a leave of an agent: dates, or a calendar that says when the agent is away.
type Absence struct {
	DateRange
	Calendar
}

// WithAbsences is WithLeaveIn, also for calendars: whole days are as dates of leave, and stretches cut the windows. The
// reason is "leave", whatever the events are called: an agent's calendar is private.
func (s *Schedule) WithAbsences(zone *time.Location, absences []Absence, feeds Feeds) *Schedule {
	var dates []DateRange
	var closures []Closure
	for _, a := range absences {
		if a.Calendar.IsZero() {
			dates = append(dates, a.DateRange)
		}
		closures = append(closures, a.closures(feeds)...)
	}
	for i, c := range closures {
		if closures[i].Name = ""; c.isDays() {
			dates = append(dates, c.Days)
		}
	}
	c := s.WithLeaveIn(zone, dates)
	if c.under != nil {
		c.under = s.under.WithAbsences(zone, absences, feeds)
	}
	if zone == nil {
		zone = c.location
	}
	c.holes = apart(append(holesOf(closures, zone, reasonLeave), s.holesOrNone()...))
	return c
}

func (s *Schedule) holesOrNone() []hole {
	if s == nil {
		return nil
	}
	return s.holes
}

// HasLeave tells whether there is any leave, of any time: [OnLeave] may be true then.
func (s *Schedule) HasLeave() bool {
	return s != nil && (len(s.leave) > 0 || slices.ContainsFunc(s.holes, func(h hole) bool { return h.reason == reasonLeave }))
}

// OnLeave tells whether a schedule is closed because of leave.
func (s State) OnLeave() bool { return !s.Open && s.Reason == reasonLeave }

// union sorts the spans of one rule and joins those that overlap or touch.
func union(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var joined []span
	for _, s := range spans {
		if last := len(joined) - 1; last >= 0 && s.from <= joined[last].to {
			joined[last].to = max(joined[last].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// ParseLeave reads the leave of an agent: a list of {from: 2026-12-21, to: 2027-01-03} or
// {on: 2026-12-24}, both dates included. The error is of type [Faults].
func ParseLeave(tree any) ([]DateRange, error) {
	var p parser
	items, ok := tree.([]any)
	if !ok {
		p.fault("", 0, show(tree), "is not a list of leave", `a list such as [{from: 2026-12-21, to: 2027-01-03}, {on: 2026-12-24}]`)
		return nil, p.faults.Err()
	}
	if len(items) > maxExceptions {
		p.fault("", 0, fmt.Sprintf("%d ranges", len(items)), "are too many", fmt.Sprintf("at most %d", maxExceptions))
		return nil, p.faults.Err()
	}
	var ranges []DateRange
	for i, item := range items {
		path := fmt.Sprintf("/%d", i)
		if fields, ok := p.object(path, item, "on", "from", "to"); ok {
			from, to := p.dates(path, fields, false)
			ranges = append(ranges, DateRange{from, to})
		}
	}
	if err := p.faults.Err(); err != nil {
		return nil, err
	}
	return ranges, nil
}
