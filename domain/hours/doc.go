// Package hours tells whether something is open at an instant, and when that changes.
//
//	spec, err := hours.Parse("mon-fri 9-12, 13-18; sat 22-2")
//	schedule, err := spec.Compile(paris)
//	schedule.At(t)           // open, "weekly", since 13:00, until 18:00
//	schedule.NextBoundary(t) // 18:00
//
// # The rule
//
// Hours are readings of a clock on a wall, and clocks are put forward and back. One rule decides every
// odd case: an edge falls at the first instant at which the local clock shows
// that time or a later one.
//
// # The idea
//
// Imagine beside the clock on the wall a second one that shows the highest reading so far. It never
// goes back. Where the wall clock jumps forward, so does it; where the wall clock is put back, it
// waits:
//
//	reading                                     reading
//	  ^            / /                            ^                 /
//	04:00         / /                           04:00              /  both again
//	03:00        +   jump: 02:00 to 03:00       03:00    .________+   the mark waits an hour
//	02:00       /    were never shown           02:00   /   /         while the wall shows
//	01:00      /                                01:00  /   /          02:00 to 03:00 once more
//	  +--------------> instant                    +--------------> instant
//	     a spring gap                                an autumn overlap
//
// Call its reading at the instant t mark(t). It never decreases, and so an edge at the
// reading r has been passed at t exactly when r <= mark(t). And so windows are intervals of integers on
// one line, the civil line, and being open is lying inside one of them:
//
//	      fri                  sat                  sun
//	------[=====)--[=======)---|-----------[=========|=====)--------> civil line
//	      9    12  13     18              22        24     2
//	                   ^ mark(t)
//
// A window inside a gap is stepped over and never opens; one around an overlap is open for an hour
// longer; a date that a zone skipped, such as 2011-12-30 in Apia, is a gap of 24 hours. Nothing about
// daylight saving is left to decide.
//
// # The files
//
//	clock.go    instants to readings and back: the running-maximum clock
//	rules.go    which rule governs a date, and for how many dates around: leave > exception > holiday > week
//	walk.go     the civil line: am I inside a window, where does this state begin and end
//	schedule.go the question joined from the three: At, NextBoundary
//	add.go      the open time between two instants, and the instant after so much of it
//	door.go     the same for several schedules that have to be open together, and for overrides of before
//	override.go an override laid over the answer    leave.go  leave laid under it
//	spec.go     a definition, checked and compiled    exception.go, holiday.go, country.go  its parts
//	overlay.go  exceptions inside of longer ones
//	parse.go    text to definition, with every fault: parse_holiday.go, preset.go, days.go, date.go, window.go, fault.go
//	weekplan.go several keys for one day
//	print.go    definition to text
package hours
