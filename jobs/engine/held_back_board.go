package engine

import (
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// boardLimiter bounds how many held-back messages one worker shows on the board: some at once, and
// then one in a few seconds, so that they neither cost anything nor fill the list.
func boardLimiter() *rate.Limiter { return rate.NewLimiter(rate.Every(4*time.Second), 5) }

// showHeldBack lets some of the held-back messages go with their changes, for the board alone.
// A nil limit shows none.
func showHeldBack(out *Outcome, limit *rate.Limiter, at time.Time) {
	if limit == nil || len(out.Skipped) == 0 {
		return
	}
	words := SkipReasons()
	for i := range out.Skipped {
		s := &out.Skipped[i]
		text := words[s.Reason]
		if text == "" || !limit.AllowN(at, 1) {
			continue
		}
		n := slices.IndexFunc(out.Changes, func(c Change) bool { return c.Subject == s.subject })
		if n < 0 {
			continue
		}
		a := s.action(text)
		if actions, err := appendAction(out.Changes[n].Actions, a, []string{}); err == nil { // otherwise it is shown nowhere
			out.Changes[n].Actions = actions
		}
	}
}
