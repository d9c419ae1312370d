// Package phrase says in the visitor's language when a property opens and closes: "in 30 minutes", "tomorrow at 9:00 AM".
//
// The words, the forms of dates and the choice of the 12- or 24-hour clock are those of the Unicode CLDR, which browsers use
// too; cldr.go is the part that is needed. It comes from CLDR itself since go-playground/locales has no relative texts, and
// golang.org/x/text, which matches languages and finds plural forms here, does not export its dates. CLDR lacks one thing,
// the word before a weekday: see on.
//
// To generate cldr.go again, for a new version of CLDR, needs npm and the network:
//
//go:generate npm install --silent --no-save --prefix ../../dist/cldr-48.2.0 cldr-core@48.2.0 cldr-dates-full@48.2.0 cldr-numbers-full@48.2.0
//go:generate go run ./cldrgen ../../dist/cldr-48.2.0/node_modules
package phrase

import "time"

// Back says when a property opens next, to follow upon "we are back". The time in it is never too early, so that
// no visitor comes to a closed door:
//
//   - Up to an hour ahead, in minutes, rounded up to five: "in 35 minutes", "in 1 hour".
//   - Beyond that the clock, in the zone of opens: "today at 3:00 PM", "tomorrow at 9:00 AM", within six days "on Monday
//     at 9:00 AM", then the date, in another year with the year.
//
// More than an hour is not given relatively: "in 3 hours" would have to be rounded up by as much as an hour, and is wrong
// when the message is read later. A time of day is exact and stays so. Days are dates of the calendar in the zone of opens.
// A fraction of a minute counts as a minute. Where the clocks go back, a reading that they show twice stands for either.
//
// The language is a BCP 47 tag such as fr or pt-BR, or the value of an Accept-Language header; English is used for one
// that CLDR does not have. See First. The text is "" when opens is not after now, the zero time included.
func Back(language string, now, opens time.Time) string {
	if !opens.After(now) {
		return ""
	}
	l := match(language)
	if wait := opens.Sub(now); wait <= 55*time.Minute {
		return l.in(l.minutes, int(roundUp(wait, 5*time.Minute)/time.Minute))
	} else if wait <= time.Hour {
		return l.in(l.hours, 1)
	}
	opens = wholeMinute(opens)
	return l.day(now.In(opens.Location()), opens)
}

// Clock is the time of day, in the zone of at, as the language writes it: "5:30 PM", "17:30". A fraction of a minute is left
// out, so that the time of a closing is never too late. For the language see Back.
func Clock(language string, at time.Time) string {
	l := match(language)
	return l.format(l.clock, at)
}

func roundUp(d, unit time.Duration) time.Duration { return (d + unit - 1).Truncate(unit) }

func wholeMinute(t time.Time) time.Time {
	over := time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return t.Add(roundUp(over, time.Minute) - over)
}

// day gives an instant as its day, as seen from now, and the clock. Both are in one
// zone.
func (l locale) day(now, at time.Time) string {
	switch days := daysBetween(now, at); {
	case days == 0:
		return l.join(l.relative, l.today, at)
	case days == 1:
		return l.join(l.relative, l.tomorrow, at)
	case days <= 6:
		return l.join(l.at, l.on(l.days[at.Weekday()]), at)
	case at.Year() == now.Year():
		return l.join(l.at, l.on(l.format(l.date, at)), at)
	default:
		return l.join(l.at, l.on(l.format(l.dateYear, at)), at)
	}
}

// daysBetween counts dates. In UTC, where each has 24 hours.
func daysBetween(a, b time.Time) int {
	return int(date(b).Sub(date(a)) / (24 * time.Hour))
}

func date(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
