// Package ical reads and writes iCalendar (RFC 5545). Parse makes the closures of package hours out of a calendar's events,
// Fetcher gets a calendar from its address, and Write says the stretches of a schedule as events.
//
// # What a calendar says
//
// Events of whole days close these dates; timed ones close what they cover. An event closes nothing when it is cancelled, when
// it is marked as free time (TRANSP:TRANSPARENT, in most programs "show as free"), or when it lasts for no time. The summary
// is the reason, unless the event is marked as private. To-dos, alarms and free-busy lists are passed over.
//
// An event without an end lasts for its DURATION; without that, a date lasts for the day and a time for no time (section
// 3.6.1). Of an event that repeats, each time ends at the same reading of the clock as the first: a night shift to 06:00 ends
// at 06:00 also when the clocks change. An end in another zone than the beginning, and the hours of a DURATION, are counted as
// time that passes.
//
// # Readings, and not instants
//
// The closures are expanded from one year before now to five years after (Window), and kept as readings of the clock in their
// zone. The text is not kept: a worker that decides needs neither a disk nor this package, and a schedule costs what its
// closures cost. Instants would be smaller still, but they would freeze the rules of the zones as they were on the day of
// reading: as readings, they are resolved with the rules of the day on which they are asked for. A feed is read in full at least
// once a day, so that its window moves along; a file whenever it is applied.
//
// # Zones
//
// A TZID is a name of the IANA database, also at the end of a longer one ("/citadel.org/20210210_1/Europe/Paris"), or a name of
// Windows. VTIMEZONE components are not read: their rules have been found wrong and outdated too often, and a name says
// which rules were meant. A time without a zone is in that of the schedule.
//
// # Bounds
//
// A calendar has at most 1 MB (MostBytes) and closes at most 10,000 times within the window (MostOccurrences). Rules that
// repeat more than once a day are refused, and so is a calendar that takes longer to read than the context lasts. This package
// splits the lines by itself: github.com/arran4/golang-ical gives no line numbers, stops at the first fault, and so could not
// list the faults; the tests hold Write to it. Rules of repetition are github.com/teambition/rrule-go's, with guards: see rule.go.
package ical
