package webhook

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/jobs/deliver"
)

// Bounds on the pause that a receiver may ask for: no call at once, and one before the action is given up.
const leastPause, mostPause = time.Second, deliver.GiveUpAfter

// verdict is the meaning of an answer; nil is a success.
func verdict(resp *http.Response, now time.Time) error {
	err := fmt.Errorf("it answered %s", strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", http.StatusText(resp.StatusCode))))
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return &deliver.Error{Err: err, Gone: true}
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return &deliver.Error{Err: err, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), now)}
	case status >= 300 && status < 400:
		return &deliver.Error{Err: fmt.Errorf("%w, %s; redirects are not followed: change its url", err, target(resp)), Refused: true}
	default:
		return &deliver.Error{Err: err, Refused: true}
	}
}

// target is the host of a redirect.
func target(resp *http.Response) string {
	const longest = 253 // characters of a host name
	to, err := resp.Location()
	switch {
	case err != nil || to.Host == "" || len(to.Host) > longest || to.Scheme != "http" && to.Scheme != "https":
		return "which leads nowhere"
	case to.Host == resp.Request.URL.Host && to.Scheme == resp.Request.URL.Scheme:
		return "which leads to another path there"
	}
	return fmt.Sprintf("which leads to %q", to.Scheme+"://"+to.Host)
}

// retryAfter reads the header of that name: whole seconds, or a date. Zero is for
// anything else.
func retryAfter(value string, now time.Time) time.Duration {
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
