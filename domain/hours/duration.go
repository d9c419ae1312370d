package hours

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time as people write it: in Go's form, in days of 24 hours, or in both, "30s", "1h30m", "2d",
// "1d12h". It is never negative and has whole milliseconds.
type Duration time.Duration

// mostDays is the longest Duration: some ten years.
const mostDays = 3660

const allowedDurations = "a number and a unit (d, h, m, s, ms), such as 30s, 10m, 1h30m or 2d"

// ParseDuration reads a duration. The error is of type [Faults].
func ParseDuration(s string) (Duration, error) {
	var p parser
	var d time.Duration
	rest, good := s, s != "" && s[0] != '+' && s[0] != '-'
	if days, clock, found := strings.Cut(s, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16)
		d, rest = time.Duration(min(n, mostDays+1))*24*time.Hour, clock
		good = good && err == nil && (rest == "" || rest[0] >= '0' && rest[0] <= '9')
	}
	if rest != "" {
		clock, err := time.ParseDuration(rest)
		d, good = d+clock, good && err == nil && clock%time.Millisecond == 0
	}
	switch {
	case !good:
		p.fault("", 0, s, "is not a duration", allowedDurations)
		return 0, p.faults.Err()
	case d < 0 || d > mostDays*24*time.Hour:
		p.fault("", 0, s, "is too long", fmt.Sprintf("at most %dd", mostDays))
		return 0, p.faults.Err()
	}
	return Duration(d), nil
}

// String writes the duration as ParseDuration reads it, with days first and without zeros: "1d12h", "0s".
func (d Duration) String() string {
	const day = Duration(24 * time.Hour)
	clock := time.Duration(d % day).String()
	if strings.HasSuffix(clock, "m0s") {
		clock = strings.TrimSuffix(clock, "0s")
	}
	if strings.HasSuffix(clock, "h0m") {
		clock = strings.TrimSuffix(clock, "0m")
	}
	switch {
	case d < day:
		return clock
	case d%day == 0:
		clock = ""
	}
	return strconv.FormatInt(int64(d/day), 10) + "d" + clock
}

// MarshalText writes the duration as String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the text as ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}
