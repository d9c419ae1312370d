package holidays

import (
	"slices"
	"strings"
)

// wholeDay is the number of minutes in a date.
const wholeDay = 24 * 60

// Holiday is one holiday of a place, or the days that stand in for it.
type Holiday struct {
	Type      Type
	English   string
	Local     string // in the language of the place
	Observed  bool   // the days that stand in for it, where its own is a Sunday or the like
	Estimated bool   // decided by the sight of the moon: the law may set it a day earlier or later
	From, To  int    // the part of the date that it takes, in minutes since midnight; 0 and 1440: all of it
	rule      rule
}

// Whole reports whether the holiday takes the whole of its date.
func (h *Holiday) Whole() bool { return h.From == 0 && h.To == wholeDay }

// Called reports whether a name is one of the holiday's. Case does not matter.
func (h *Holiday) Called(name string) bool {
	return strings.EqualFold(h.Local, name) || strings.EqualFold(h.English, name)
}

// Days returns the dates of the holiday in a year as day numbers, counted from 1970-01-01, in order. The rule is a list of terms:
//
//	12-25              a date of each year; 02-29 is 1 March in common years
//	easter-2           days from Easter Sunday; orthodox+1 from the Orthodox one
//	mon>=05-25         the first Monday on or after a date
//	@shawwal+2         days from the dates of a series, which the table lists at its top
//	12-25,sat+2,sun!   moved by two days where it is a Saturday, and none where it is a Sunday
//	12-25,only,sun+1   none but those that are Sundays, moved by a day
//	@shawwal/3         three days from each
//	2020-05-08         a date of one year; -2020-05-04 takes one away
//	2016..  ..2022     the years in which the terms after it hold
func (h *Holiday) Days(year int) []int {
	days := make([]int, 0, 4)
	for y := year - 1; y <= year+1; y++ {
		for _, t := range h.rule {
			for _, start := range t.starts(y) {
				for day := start; day < start+t.length; day++ {
					if t.without {
						days = slices.DeleteFunc(days, func(d int) bool { return d == day })
					} else if yearOf(day) == year {
						days = append(days, day)
					}
				}
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}
