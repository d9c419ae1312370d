package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/deskbell/deskbell/jobs/deliver"
)

// verdict is the meaning of an answer; nil is a success.
func verdict(resp *http.Response, now time.Time) error {
	err := fmt.Errorf("it answered %s", strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", http.StatusText(resp.StatusCode))))
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return &deliver.Error{Err: err, Gone: true}
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return &deliver.Error{Err: err, RetryAfter: deliver.RetryAfter(resp.Header.Get("Retry-After"), now)}
	case status >= 300 && status < 400:
		return &deliver.Error{Err: redirected(err, resp), Refused: true}
	default:
		return &deliver.Error{Err: err, Refused: true}
	}
}

// redirect is of an answer that leads elsewhere. It does not name the host, which may be one of the inner network, to those who wrote
// the URL.
type redirect struct {
	said string
	to   string // scheme and host
}

// Error implements error.
func (r *redirect) Error() string { return r.said }

// Detail is for the log.
func (r *redirect) Detail() string { return fmt.Sprintf("it redirects to %q", r.to) }

func redirected(answered error, resp *http.Response) error {
	const longest = 253 // characters of a host name
	said := func(where string) string {
		return fmt.Sprintf("%v, which leads %s; redirects are not followed: change its url", answered, where)
	}
	to, err := resp.Location()
	switch {
	case err != nil || to.Host == "" || len(to.Host) > longest || to.Scheme != "http" && to.Scheme != "https":
		return errors.New(said("nowhere"))
	case to.Host != resp.Request.URL.Host:
		return &redirect{said("to another host"), to.Scheme + "://" + to.Host}
	case to.Scheme != resp.Request.URL.Scheme:
		return errors.New(said("to " + to.Scheme + ":// there"))
	}
	return errors.New(said("to another path there"))
}
