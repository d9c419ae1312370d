package draw

import (
	"fmt"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/destination/logline"
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
	date := logline.Date(at, now, s.Location())
	return fmt.Sprintf("Now %s (%s). %s %s, in %s.", is, state.Reason, will, date+at.Format(" 15:04 MST"), inWords(at.Sub(now)))
}
