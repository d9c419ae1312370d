package hours

import (
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rickar/cal/v2"
)

// Holidays are the public holidays of a country, from rickar/cal. Each closes its date, unless it is
// switched off or given hours. Both the date itself and the working day that stands in for it count.
type Holidays struct {
	Country string              // ISO 3166-1 alpha-2, "FR"
	Region  string              // "BY" for Bavaria; empty: the whole country, where its table has such a list
	Except  []string            // names of holidays that are days like others
	Hours   map[string][]Window // by name: the windows of that holiday; empty: closed
}

// feast is one holiday with the rules it puts on its dates.
type feast struct {
	holiday          *cal.Holiday
	actual, observed *rule
}

// almanac knows on which dates the holidays fall. A year is computed when it is first asked for.
type almanac struct {
	feasts []feast
	years  atomic.Pointer[map[int][]span] // replaced, never written
}

// maxYears bounds the almanac's memory. Only tests ask for so many years.
const maxYears = 64

func newAlmanac(h *Holidays) *almanac {
	list, _ := holidaysOf(h.Country, h.Region)
	a := &almanac{}
	for _, holiday := range list {
		if nameIn(h.Except, holiday.Name) != "" {
			continue
		}
		windows := normal(h.Hours[nameIn(slices.Collect(maps.Keys(h.Hours)), holiday.Name)])
		a.feasts = append(a.feasts, feast{
			holiday:  holiday,
			actual:   &rule{windows, holiday.Name},
			observed: &rule{windows, holiday.Name + " (observed)"},
		})
	}
	return a
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

// compute also adds the neighbouring years, since New Year's Day may be observed in December. Where
// two holidays share a date, the one whose own date it is goes first, then the one listed first.
func (a *almanac) compute(year int) []span {
	days := make(map[int]*rule)
	claim := func(day int, r *rule) {
		if _, taken := days[day]; !taken && dateOf(day).Year == year {
			days[day] = r
		}
	}
	type standIn struct {
		day  int
		rule *rule
	}
	var observed []standIn
	for y := year - 1; y <= year+1; y++ {
		for _, f := range a.feasts {
			if day, other, ok := fallsOn(f.holiday, y); ok {
				claim(day, f.actual)
				observed = append(observed, standIn{other, f.observed})
			}
		}
	}
	for _, o := range observed {
		claim(o.day, o.rule)
	}
	spans := make([]span, 0, len(days))
	for _, day := range slices.Sorted(maps.Keys(days)) {
		spans = append(spans, span{day, day + 1, days[day]})
	}
	return spans
}

// fallsOn returns the day of a holiday in a year and the day on which it is observed. It does the same
// as cal.Holiday.Calc, but with day numbers: cal computes in the zone of the machine, and where that
// zone skips midnight, 00:00 of a date is 23:00 of the one before.
func fallsOn(h *cal.Holiday, year int) (actual, observed int, ok bool) {
	if h.Func == nil || h.StartYear > 0 && year < h.StartYear || h.EndYear > 0 && year > h.EndYear || slices.Contains(h.Except, year) {
		return 0, 0, false
	}
	t := h.Func(h, year)
	if t.IsZero() {
		return 0, 0, false
	}
	actual = DateOf(t.Add(2*time.Hour)).number() + h.CalcOffset
	observed = actual
	for _, alternative := range h.Observed {
		if alternative.Day == weekdayOf(actual) {
			return actual, actual + alternative.Offset, true
		}
	}
	return actual, observed, true
}
