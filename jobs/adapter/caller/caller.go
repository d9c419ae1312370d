// Package caller makes the calls that a table of an adapter plans. It knows no product, and dials nothing itself: whoever makes a Caller
// gives it a transport that is guarded against private addresses.
//
// A plan is made from its beginning whenever it is tried again. So its calls must be such that twice is as good as once, or have a look
// that finds what stands already. A look and its call are two requests: what somebody else changes between them is overwritten, and a
// call whose answer was lost may still be on its way when the look of the next try finds nothing. Products that know no idempotency key
// leave no better way.
//
// Redirects are not followed: they could lead the token to another host. The body of an answer that refuses is not shown, since it may repeat the
// request.
package caller

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/deskbell/deskbell/jobs/adapter"
)

// MostAnswer is how many bytes of an answer are read: twenty of the longest messages of Chatwoot, or the four thousand conversations of a busy
// day.
const MostAnswer = 16 << 20

// Caller makes calls to one product.
type Caller struct {
	URL       *url.URL          // of the product. Its path, if any, stands before those of calls
	Transport http.RoundTripper // follows no redirect
	UserAgent string

	// Authorize puts a token into the header of a request: that of an administrator, or the usual one.
	Authorize func(h http.Header, admin bool)
}

// Error is returned for a call that the product has answered, and not done.
type Error struct {
	Err        error  // never nil
	Status     int    // of the answer
	RetryAfter string // the header of that name, as it came

	// Refused tells that the call was refused, and that others may be taken. Else the product as a whole does not answer as it should: it is
	// down, overloaded, or does not know the token.
	Refused bool
}

// Error implements error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// errTooLong is of an answer with more than MostAnswer bytes.
var errTooLong = fmt.Errorf("its answer has more than %d bytes", MostAnswer)

// Make makes calls, one after another, and ends at the first that fails. The error is an *Error where the product has answered, and shows the
// method and the path, and no token. Any other error wraps that of the transport, which may name addresses: hide them where the writers of
// definitions read it.
func (c *Caller) Make(ctx context.Context, calls []adapter.Call) error {
	for _, call := range calls {
		if err := c.make(ctx, call); err != nil {
			return err
		}
	}
	return nil
}

// Get gives the body of the answer to a request that changes nothing. The error is as with Make.
func (c *Caller) Get(ctx context.Context, path string, admin bool) ([]byte, error) {
	return c.request(ctx, http.MethodGet, path, nil, admin)
}

func (c *Caller) make(ctx context.Context, call adapter.Call) error {
	body := call.Body
	if look := call.Look; look != nil {
		answer, err := c.Get(ctx, look.Path, look.Admin)
		if err != nil {
			return err
		}
		found, done, err := look.Next(answer)
		if err != nil {
			return &Error{Err: fmt.Errorf("looking at %s: %w", look.Path, err), Status: http.StatusOK, Refused: true}
		}
		if done {
			return nil
		}
		body = found
	}
	answer, err := c.request(ctx, call.Method, call.Path, body, call.Admin)
	if err != nil || call.Stands == nil {
		return err
	}
	if err := call.Stands(answer); err != nil {
		return &Error{Err: fmt.Errorf("%s %s: %w", call.Method, call.Path, err), Status: http.StatusOK, Refused: true}
	}
	return nil
}

// Ask gives an answer with any status to the request of a probe, but for its time. The error is of a request without an answer, as with Make.
func (c *Caller) Ask(ctx context.Context, path string, admin bool) (adapter.Answer, error) {
	answer, err := c.exchange(ctx, http.MethodGet, path, nil, admin)
	if err != nil {
		return adapter.Answer{}, fmt.Errorf("GET %s: %w", path, err)
	}
	return answer, nil
}

// request gives the body of an answer with 2xx.
func (c *Caller) request(ctx context.Context, method, path string, body []byte, admin bool) ([]byte, error) {
	failed := func(err error) error { return fmt.Errorf("%s %s: %w", method, path, err) }
	answer, err := c.exchange(ctx, method, path, body, admin)
	if answer.Status != 0 && (answer.Status < 200 || answer.Status > 299) {
		return nil, verdict(answer, failed, admin)
	}
	if err != nil {
		return nil, failed(err)
	}
	return answer.Body, nil
}

// exchange gives an answer. One whose body cannot be read to its end has its status all the same.
func (c *Caller) exchange(ctx context.Context, method, path string, body []byte, admin bool) (adapter.Answer, error) {
	req, err := c.compose(ctx, method, path, body)
	if err != nil {
		return adapter.Answer{}, err
	}
	c.Authorize(req.Header, admin)
	resp, err := c.Transport.RoundTrip(req)
	if err != nil {
		return adapter.Answer{}, err
	}
	defer resp.Body.Close()
	answer := adapter.Answer{Status: resp.StatusCode, Header: resp.Header}
	answer.Body, err = io.ReadAll(io.LimitReader(resp.Body, MostAnswer+1))
	if err == nil && len(answer.Body) > MostAnswer {
		err = errTooLong
	}
	return answer, err
}

var errPath = errors.New("its path is not one of a URL")

func (c *Caller) compose(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	below, err := url.Parse(path)
	if err != nil || below.Host != "" || below.Scheme != "" || !strings.HasPrefix(below.Path, "/") || climbs(below.Path) {
		return nil, errPath
	}
	to := *c.URL
	to.Path, to.RawPath = strings.TrimRight(to.Path, "/")+below.Path, strings.TrimRight(to.EscapedPath(), "/")+below.EscapedPath()
	to.RawQuery = below.RawQuery
	req, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.UserAgent)
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// climbs tells whether a path may lead elsewhere than it says: an id in it may be "..".
func climbs(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// verdict is the meaning of an answer that is no success. A product that does not know the usual token takes nothing at all. One that does not
// know the administrator's takes the other calls.
func verdict(answer adapter.Answer, failed func(error) error, admin bool) error {
	status := answer.Status
	said := fmt.Errorf("it answered %s", strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status))))
	e := &Error{Status: status, RetryAfter: answer.Header.Get("Retry-After"), Refused: true}
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		e.Refused = false
	case status == http.StatusUnauthorized:
		e.Refused = admin
		said = fmt.Errorf("%w: is the token still good, and may its owner do that?", said)
	case status >= 300 && status < 400:
		said = fmt.Errorf("%w; redirects are not followed: change its url", said)
	}
	e.Err = failed(said)
	return e
}
