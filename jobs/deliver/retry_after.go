package deliver

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bounds on the pause that a receiver may ask for: no call at once, and one before the action is given up.
const leastPause, mostPause = time.Second, GiveUpAfter

// RetryAfter reads the header of that name in an answer by HTTP: whole seconds, or a date. It is from a second to GiveUpAfter; zero is for
// anything else.
func RetryAfter(value string, now time.Time) time.Duration {
	pause := mostPause
	if at, err := http.ParseTime(value); err == nil {
		pause = at.Sub(now)
	} else if value == "" || strings.Trim(value, "0123456789") != "" {
		return 0
	} else if seconds, err := strconv.Atoi(value); err == nil { // else the number overflows
		pause = time.Duration(min(seconds, int(mostPause/time.Second))) * time.Second
	}
	return min(max(pause, leastPause), mostPause)
}
