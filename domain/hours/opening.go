package hours

import (
	"slices"
	"time"
)

// OpenDay is the open time of one date, as clocks show it.
type OpenDay struct {
	Date    Date
	Windows []Window // that open on it; one that is open beyond midnight closes after 24:00. Empty: it is closed
	Name    string   // of the exception or holiday by which it is so; empty: it has none
}

// OpenDays gives so many dates from one on, without an override. Windows that touch are one, so that 20:00-24:00 and 00:00-02:00 of
// the next date run into the night. Open time of a day and longer is cut at each midnight: a date that is open all day has
// 00:00-24:00.
func (s *Schedule) OpenDays(from Date, n int) []OpenDay {
	if s.unset() {
		s = Always(time.UTC)
	} else if s.override != nil {
		s = s.clone()
		s.override, s.under = nil, nil
	}
	days := make([]OpenDay, n)
	first := from.number()
	for i := range days {
		days[i].Date = dateOf(first + i)
	}
	const margin = 2 // days, so that what is cut there belongs to no date that is asked for
	add := func(opens, closes int64, reason string) {
		if i := dayOf(opens) - first; i >= 0 && i < n {
			start := startOf(dayOf(opens))
			opened := int((opens - start + 59) / 60)
			if closed := int((closes - start) / 60); closed > opened {
				days[i].Windows = append(days[i].Windows, Window{opened, closed})
				if len(days[i].Windows) == 1 {
					days[i].Name = givenName(reason)
				}
			}
		}
	}
	end := FirstInstant(dateOf(first+n+margin).Time(), s.location)
	for t := FirstInstant(dateOf(first-margin).Time(), s.location); t.Before(end); {
		state := s.At(t)
		until := state.Until
		if until.IsZero() || until.After(end) {
			until = end
		}
		if state.Open {
			opens, closes := shown(t, s.location), shown(until, s.location)
			for closes-opens >= secondsPerDay { // cut
				midnight := startOf(dayOf(opens) + 1)
				add(opens, midnight, state.Reason)
				opens = midnight
			}
			add(opens, closes, state.Reason)
		}
		t = until
	}
	for i := range days {
		if len(days[i].Windows) == 0 {
			days[i].Name = givenName(s.governing(first + i).reason)
		}
	}
	return days
}

// givenName is a reason that a definition names; empty: it is none.
func givenName(reason string) string {
	switch reason {
	case reasonWeekly, reasonException, reasonLeave, reasonAlways:
		return ""
	}
	return reason
}

// shown is what clocks show at an instant, in seconds.
func shown(t time.Time, location *time.Location) int64 {
	_, offset := t.In(location).Zone()
	return t.Unix() + int64(offset)
}

// Week is the open time of an ordinary week, by time.Weekday, as OpenDays has it: without exceptions, holidays and calendars.
func (s *Schedule) Week() (week [7][]Window) {
	plain := Always(time.UTC)
	if !s.unset() {
		plain.layers.rules = &rules{weekly: s.weekly}
	}
	for _, day := range plain.OpenDays(Date{2026, time.November, 23}, 7) { // a Monday: any week is the same
		week[day.Date.Time().Weekday()] = day.Windows
	}
	return week
}

// SpecialDays are those among so many dates from one on whose open time is not that of their weekday in Week.
func (s *Schedule) SpecialDays(from Date, n int) []OpenDay {
	week := s.Week()
	return slices.DeleteFunc(s.OpenDays(from, n), func(d OpenDay) bool { return slices.Equal(d.Windows, week[d.Date.Time().Weekday()]) })
}
