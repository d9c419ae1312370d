package agent

import (
	"slices"
	"time"
)

// Run is a time from one sign of life to another, both included, in which the agent was never idle. Its instants are whole
// seconds.
type Run struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// mostRuns are kept, the latest: of those before nothing depends, unless a sign comes that late.
const mostRuns = 4

// withRun joins a sign to the runs that are no further away than the idle time.
func withRun(runs []Run, at time.Time, idle time.Duration) []Run {
	one := Run{second(at), second(at)}
	kept := make([]Run, 0, len(runs)+1)
	for _, r := range runs {
		if !r.To.Add(idle).Before(one.From) && !one.To.Add(idle).Before(r.From) {
			one = Run{earlier(one.From, r.From), later(one.To, r.To)}
			continue
		}
		kept = append(kept, r)
	}
	kept = append(kept, one)
	slices.SortFunc(kept, func(a, b Run) int { return a.From.Compare(b.From) })
	return kept[max(0, len(kept)-mostRuns):]
}
