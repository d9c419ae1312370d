package hours

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// End says when an override ends. At most one of its fields is set; the zero End is
// never, until the override is undone.
type End struct {
	For   *time.Duration // after so long, a second or more
	Until time.Time
	Next  bool // at the next boundary of the schedule
}

// The errors of an End.
var (
	ErrTooShort   = errors.New("is too short; give a second or more, such as 30m")
	ErrPassed     = errors.New("has passed")
	ErrTooFar     = errors.New("is too far ahead; give a year before 9999, or no end")
	ErrNoBoundary = errors.New("has no next boundary")
)

// lastYear is the last that is one of four digits in every time zone: JSON has no
// longer ones.
const lastYear = 9998

// WholeSecond is the first whole second at or after an instant, in UTC. All boundaries are whole seconds: what was to end between two of
// them ends with the later one, and never before it was to.
func WholeSecond(t time.Time) time.Time {
	if fraction := t.Nanosecond(); fraction > 0 {
		t = t.Add(time.Second - time.Duration(fraction))
	}
	return t.UTC()
}

// Override makes an override of the schedule that is in force from the second on in which now lies, and ends with a WholeSecond. The
// error is ErrTooShort, ErrPassed, ErrTooFar or ErrNoBoundary.
func (s *Schedule) Override(open bool, end End, now time.Time) (*Override, error) {
	return JointOverride(open, end, now, s)
}

// JointOverride is Override of several schedules together, as Joint has them.
func JointOverride(open bool, end End, now time.Time, schedules ...*Schedule) (*Override, error) {
	o := &Override{Open: open, From: now.Truncate(time.Second).UTC()}
	switch {
	case end.For != nil:
		if *end.For < time.Second {
			return nil, ErrTooShort
		}
		o.Until = WholeSecond(o.From.Add(*end.For))
	case !end.Until.IsZero():
		if o.Until = WholeSecond(end.Until); !end.Until.After(now) {
			return nil, ErrPassed
		}
		if o.Until.Year() > lastYear {
			return nil, ErrTooFar
		}
	case end.Next:
		if o.Until = Joint(now, schedules...).Until.UTC(); o.Until.IsZero() {
			return nil, ErrNoBoundary
		}
	}
	return o, nil
}

// ParseSpan reads a duration as Go writes it, or in days of 24 hours: 30m, 2d. It is
// ten years at most.
func ParseSpan(text string) (time.Duration, error) {
	const most = 3660
	days, isDays := strings.CutSuffix(text, "d")
	if n, err := strconv.Atoi(days); isDays && err == nil && n >= 0 && n <= most {
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d > most*24*time.Hour {
		return 0, fmt.Errorf("expected duration such as 90s, 30m, 8h or 2d, and not %q", text)
	}
	return d, nil
}
