package main

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// standing is "Now closed (weekly). Opens Mon 23 Nov 09:00 CET, in 1 day 22 h."
func standing(s *hours.Schedule, now time.Time) string {
	state := s.At(now)
	is, will := "closed", "Opens"
	if state.Open {
		is, will = "open", "Closes"
	}
	if state.Until.IsZero() {
		return fmt.Sprintf("Now %s (%s), and nothing changes that.", is, state.Reason)
	}
	at := state.Until.In(s.Location())
	layout := "Mon 2 Jan 15:04 MST"
	if at.Year() != now.In(s.Location()).Year() {
		layout = "Mon 2 Jan 2006 15:04 MST"
	}
	return fmt.Sprintf("Now %s (%s). %s %s, in %s.", is, state.Reason, will, at.Format(layout), inWords(at.Sub(now)))
}

// inWords is a duration in its two largest units, the minutes rounded up.
func inWords(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	days, hours, minutes := minutes/(24*60), minutes/60%24, minutes%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%s %d h", count(days, "day", "days"), hours)
	case days > 0:
		return count(days, "day", "days")
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d min", minutes)
}

// zoneName is "Europe/Paris".
func zoneName(loc *time.Location) string {
	if loc == time.Local {
		return "this machine's time zone"
	}
	return loc.String()
}
