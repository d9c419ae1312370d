package clock

import (
	"fmt"
	"math"
	"time"
)

// State is how the machine's clock does.
type State string

// The states of a clock.
const (
	Unknown State = "unknown" // it has not been compared yet, or not since it leapt: nothing is decided
	Right   State = "right"
	Off     State = "off"   // by more than MostOff: times are corrected
	Wrong   State = "wrong" // by more than MostWrong: nothing is decided
)

const (
	// MostOff is how far the machine's clock may be from Redis' without a word.
	MostOff = 500 * time.Millisecond
	// MostWrong is how far it may be while the process still decides.
	MostWrong = 5 * time.Second
)

// Report is how the machine's clock did at the last comparison.
type Report struct {
	State State   `json:"state"`
	Ahead float64 `json:"ahead_seconds"` // of Redis' clock; negative: behind it
}

// Decides tells whether a process with such a clock may decide.
func (r Report) Decides() bool { return r.State == Right || r.State == Off }

// Difference is "1.5 seconds ahead of that of Redis".
func (r Report) Difference() string {
	where := "ahead of"
	if r.Ahead < 0 {
		where = "behind"
	}
	return fmt.Sprintf("%.1f seconds %s that of Redis", math.Abs(r.Ahead), where)
}

// report judges an estimate.
func report(s Sample) Report {
	r := Report{State: Right, Ahead: (-s.Offset).Round(time.Millisecond).Seconds()}
	switch off := s.proven(); {
	case off > MostWrong:
		r.State = Wrong
	case off > MostOff:
		r.State = Off
	}
	return r
}
