package trigger

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
)

// The rules of how often a trigger may speak to one visitor.
const (
	OncePerVisitor = "once_per_visitor"
	OncePerVisit   = "once_per_visit"
	EveryTime      = "every_time"
)

// FrequencyRules are all of them, the default first.
func FrequencyRules() []string { return []string{OncePerVisitor, OncePerVisit, EveryTime} }

// Frequency is how often a trigger may speak to one visitor. In JSON and YAML it is a word, or {"every": "10m"}.
type Frequency struct {
	Rule  string         // empty: OncePerVisitor, unless Every is set
	Every hours.Duration // at least so long after the last time
}

// Fired is when a trigger last spoke to a visitor. The zero value: never.
type Fired struct {
	At      time.Time `json:"at"`
	Visit   string    `json:"visit"`
	Earlier []string  `json:"earlier,omitempty"` // other visits in which it has spoken, the last ones first
}

// mostEarlier bounds the earlier visits that are known. Somebody with two devices is in two visits at once, and views
// pages in turns.
const mostEarlier = 2

// Again is the Fired after the trigger has spoken once more.
func (f Fired) Again(visit string, at time.Time) Fired {
	next := Fired{At: at, Visit: visit}
	if f.At.IsZero() {
		return next
	}
	for _, v := range append([]string{f.Visit}, f.Earlier...) {
		if v != visit && len(next.Earlier) < mostEarlier {
			next.Earlier = append(next.Earlier, v)
		}
	}
	return next
}

// VisitEnd is how long after the last sign of life a visit is over, where no event says that the visitor has left. A visit
// without an id lasts as long.
const VisitEnd = 30 * time.Minute

// Allowed tells whether a trigger may speak to a visitor in a visit, at an instant. It knows the last few visits only:
// an event of a visit before these may be allowed again by OncePerVisit.
//
// One proactive message in a visit, where a property wants that, is OncePerVisit with the last proactive message of any
// trigger.
func Allowed(f Frequency, last Fired, visit string, at time.Time) bool {
	switch {
	case last.At.IsZero():
		return true
	case f.Every > 0:
		return at.Sub(last.At) >= time.Duration(f.Every)
	case f.Rule == OncePerVisit && visit == "":
		return at.Sub(last.At) >= VisitEnd
	case f.Rule == OncePerVisit:
		return last.Visit != visit && !slices.Contains(last.Earlier, visit)
	default:
		return f.Rule == EveryTime
	}
}

type every struct {
	Every hours.Duration `json:"every"`
}

// MarshalJSON writes a word, or {"every": "10m"}.
func (f Frequency) MarshalJSON() ([]byte, error) {
	switch {
	case f.Every > 0:
		return json.Marshal(every{f.Every})
	case f.Rule == "":
		return json.Marshal(OncePerVisitor)
	}
	return json.Marshal(f.Rule)
}

// UnmarshalJSON reads the output of MarshalJSON.
func (f *Frequency) UnmarshalJSON(b []byte) error {
	*f = Frequency{}
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &f.Rule)
	}
	var e every
	err := json.Unmarshal(b, &e)
	f.Every = e.Every
	return err
}
