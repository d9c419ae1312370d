package hours

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/deskbell/deskbell/domain/hours/holidays"
)

// Holidays are the public holidays of a country, from the table of package holidays. Each closes its date, unless it is
// switched off or given hours. Both the date itself and the working day that stands in for it count. One that
// takes a part of its date, such as the afternoon of 24 December, leaves the rest of that day's hours as they are.
type Holidays struct {
	Country string              // ISO 3166-1 alpha-2, "FR"
	Region  string              // "BY" for Bavaria; empty: the whole country, where the table has such a list
	Also    []holidays.Type     // the types that close beside the public ones: bank, school, optional
	Except  []string            // names of holidays that are days like others
	Hours   map[string][]Window // by name: the windows of that holiday; empty: closed
}

// feast is one holiday with the rule it puts on its dates, which may differ by weekday.
type feast struct {
	holiday holidays.Holiday
	rules   [7]*rule
}

// almanac knows on which dates the holidays fall. A year is computed when it is first asked for.
type almanac struct {
	feasts []feast
	years  atomic.Pointer[map[int][]span] // replaced, never written
}

// maxYears bounds the almanac's memory. Only tests ask for so many years.
const maxYears = 64

// newAlmanac makes the almanac of holidays that have been checked, beside the hours of a week.
func newAlmanac(h *Holidays, week *[7]rule) *almanac {
	a := &almanac{}
	for _, holiday := range h.list() {
		if !slices.ContainsFunc(h.Except, h.naming(holiday)) {
			a.feasts = append(a.feasts, feast{holiday, h.rules(holiday, week)})
		}
	}
	return a
}

// rules are those of a holiday by weekday. Where they do not depend on the weekday they are one and the same.
func (h *Holidays) rules(holiday holidays.Holiday, week *[7]rule) (rules [7]*rule) {
	reason := holiday.Local
	if holiday.Observed {
		reason += " (observed)"
	}
	for name, windows := range h.Hours {
		if h.naming(holiday)(name) {
			return fill(&rule{normal(windows), reason})
		}
	}
	if holiday.Whole() {
		return fill(&rule{nil, reason})
	}
	for day := range rules {
		rules[day] = &rule{without(week[day].windows, holiday.From, holiday.To), reason}
	}
	return rules
}

func fill(r *rule) (rules [7]*rule) {
	for day := range rules {
		rules[day] = r
	}
	return rules
}

// without cuts a part of the date out of windows. A part at the end of the date also ends the night that began in it, too.
func without(windows []Window, from, to int) []Window {
	if to == minutesPerDay {
		to = 2 * minutesPerDay
	}
	var rest []Window
	for _, w := range windows {
		if before := (Window{w.Opens, min(w.Closes, from)}); before.Opens < before.Closes {
			rest = append(rest, before)
		}
		if after := (Window{max(w.Opens, to), w.Closes}); after.Opens < after.Closes {
			rest = append(rest, after)
		}
	}
	return rest
}

// year returns the holidays of a year as spans of a day each.
func (a *almanac) year(year int) []span {
	known := a.years.Load()
	if known != nil {
		if spans, ok := (*known)[year]; ok {
			return spans
		}
	}
	next := make(map[int][]span)
	if known != nil && len(*known) < maxYears {
		maps.Copy(next, *known)
	}
	spans := a.compute(year)
	next[year] = spans
	a.years.Store(&next) // two goroutines may both compute; either result will do
	return spans
}

// compute lays the holidays of a year over its days. Where two share a date, the first one in the list has it.
func (a *almanac) compute(year int) []span {
	days := make(map[int]*rule)
	for _, f := range a.feasts {
		for _, day := range f.holiday.Days(year) {
			if _, taken := days[day]; !taken {
				days[day] = f.rules[weekdayOf(day)]
			}
		}
	}
	spans := make([]span, 0, len(days))
	for _, day := range slices.Sorted(maps.Keys(days)) {
		spans = append(spans, span{day, day + 1, days[day]})
	}
	return spans
}
