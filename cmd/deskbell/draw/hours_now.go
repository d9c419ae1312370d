package draw

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
