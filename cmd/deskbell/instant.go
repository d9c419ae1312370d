package main

import (
	"cmp"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/draw"
	"github.com/deskbell/deskbell/domain/hours"
)

// instant is exactInstant in whole seconds.
func instant(flag, text string, now time.Time, loc *time.Location) (time.Time, error) {
	t, err := exactInstant(flag, text, now, loc)
	return t.Truncate(time.Second), err
}

// exactInstant reads the time in a flag. A date or date-time without an offset is a reading of the clock in loc.
func exactInstant(flag, text string, now time.Time, loc *time.Location) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if wanted, err := time.Parse(layout, text); err == nil {
			return hours.FirstInstant(wanted, loc), nil
		}
	}
	return time.Time{}, usagef("%s %q is not a time; write 2026-03-29, 2026-03-29T09:00, 2026-03-29T09:00:00+02:00 or now", flag, text)
}

// between is the stretch that --from and --to ask for, in whole seconds: 7 days of the clock in loc where --to is empty,
// and 10 years at most.
func between(fromText, toText string, now time.Time, loc *time.Location) (from, to time.Time, err error) {
	if from, err = instant("--from", fromText, now, loc); err != nil {
		return
	}
	to = hours.FirstInstant(draw.Reading(from.In(loc)).AddDate(0, 0, 7), loc)
	if toText != "" {
		if to, err = instant("--to", toText, now, loc); err != nil {
			return
		}
	}
	switch {
	case to.Before(from):
		err = usagef("--to %s is before --from %s; swap them", toText, fromText)
	case to.After(from.AddDate(10, 0, 0)):
		err = usagef("--from %s --to %s is over 10 years; ask for a shorter span", fromText, cmp.Or(toText, "(7 days later)"))
	}
	return
}
