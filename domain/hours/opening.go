package hours

import (
	"slices"
	"time"
)

// OpenHours is the open time of something for people to read, as its clocks show it.
type OpenHours struct {
	Week    [7][]Window   // an ordinary week, by time.Weekday: without exceptions, holidays, calendars and overrides
	Special []SpecialDays // the dates that differ from it, in their order
}

// SpecialDays are dates in a row that have the same open time for the same reason. The first and the last of them differ from the week.
type SpecialDays struct {
	Dates   DateRange
	Windows []Window // of each, as OpenDay has them
	Name    string   // as OpenDay has it
}

// OpenDay is the open time of one date.
type OpenDay struct {
	Date    Date
	Windows []Window // that open on it; one that is open beyond midnight closes after 24:00. Empty: it is closed
	Name    string   // of the exception or holiday by which it is so; empty: it has none
}

// OpenHoursFrom gives the hours of what is open while all of some schedules are, with special dates among so many from one on. An
// override is a part of its schedule. The clocks are those of the last schedule.
func OpenHoursFrom(from Date, n int, schedules ...*Schedule) OpenHours {
	var o OpenHours
	for _, day := range OpenDays(from, len(o.Week), ordinary(schedules)...) {
		o.Week[day.Date.Time().Weekday()] = day.Windows
	}
	reach := Date{} // up to which the last of the dates may go on: those of an ordinary week between two that differ belong to them
	for _, day := range OpenDays(from, n, schedules...) {
		last := len(o.Special) - 1
		usual := slices.Equal(day.Windows, o.Week[day.Date.Time().Weekday()])
		goesOn := last >= 0 && day.Date.number() == reach.number()+1 && o.Special[last].isAs(day)
		switch {
		case goesOn && !usual:
			o.Special[last].Dates.To = day.Date
		case !usual:
			o.Special = append(o.Special, SpecialDays{DateRange{day.Date, day.Date}, day.Windows, day.Name})
		}
		if goesOn || !usual {
			reach = day.Date
		}
	}
	return o
}

func (s *SpecialDays) isAs(day OpenDay) bool {
	return s.Name == day.Name && slices.Equal(s.Windows, day.Windows)
}

// ordinary gives schedules without all that is not of every week. Where they share a zone, its clocks never change either.
func ordinary(schedules []*Schedule) []*Schedule {
	list := make([]*Schedule, len(schedules))
	for i, s := range schedules {
		list[i] = Always(s.Location())
		if !s.unset() {
			list[i].rules = &rules{weekly: s.weekly}
		}
	}
	for _, s := range list {
		if s.location.String() != list[0].location.String() {
			return list
		}
	}
	for _, s := range list {
		s.location = time.UTC
	}
	return list
}

// OpenDays gives so many dates from one on, of what is open while all of some schedules are. Windows that touch are one, so that
// 20:00-24:00 and 00:00-02:00 of the next date run into the night. Open time of a day and longer is cut at each midnight: a date that
// is open all day has 00:00-24:00.
func OpenDays(from Date, n int, schedules ...*Schedule) []OpenDay {
	location := schedules[len(schedules)-1].Location()
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
	end := FirstInstant(dateOf(first+n+margin).Time(), location)
	for t := FirstInstant(dateOf(first-margin).Time(), location); t.Before(end); {
		state := together(t, schedules)
		until := state.Until
		if until.IsZero() || until.After(end) {
			until = end
		}
		if state.Open {
			opens, closes := shown(t, location), shown(until, location)
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
			days[i].Name = closedName(first+i, schedules)
		}
	}
	return days
}

// together is Joint for a walk: closed, it ends at the first boundary of those that are closed, whatever comes then.
func together(t time.Time, schedules []*Schedule) State {
	joint := State{Open: true}
	for _, s := range schedules {
		state := s.At(t)
		if !state.Open {
			return state
		}
		joint.Reason, joint.Until = state.Reason, Earliest(joint.Until, state.Until)
	}
	return joint
}

// closedName names a day on which one of some schedules or all are closed; empty: none has a name for that.
func closedName(day int, schedules []*Schedule) string {
	for _, s := range schedules {
		if s.unset() {
			continue
		}
		if r := s.governing(day); len(r.windows) == 0 {
			if name := givenName(r.reason); name != "" {
				return name
			}
		}
	}
	return ""
}

// givenName is a reason that a definition names; empty: it is none.
func givenName(reason string) string {
	switch reason {
	case reasonWeekly, reasonException, reasonLeave, reasonOverride, reasonAlways:
		return ""
	}
	return reason
}

// shown is what clocks show at an instant, in seconds.
func shown(t time.Time, location *time.Location) int64 {
	_, offset := t.In(location).Zone()
	return t.Unix() + int64(offset)
}
