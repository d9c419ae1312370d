package shout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// exchange is the HTTP client of one notice. Its requests end with the context of the notice, also those that a service would
// make without one. The failure of the first that failed is kept: services forget it, and some then say that all is well.
type exchange struct {
	ctx    context.Context //nolint:containedctx // the library has no way to pass it
	client doer
	failed error // of the first request that failed; no other follows it
}

type doer interface {
	Do(r *http.Request) (*http.Response, error)
}

// errEnough ends the tries of a service: a notice that may have been sent is not sent again here. To the library it is a
// cancellation, after which it does not try again.
var errEnough = fmt.Errorf("an earlier request of the notice failed: %w", context.Canceled)

// Do implements types.HTTPClient.
func (e *exchange) Do(r *http.Request) (*http.Response, error) {
	if e.failed != nil {
		return nil, errEnough
	}
	written := false
	ctx := httptrace.WithClientTrace(e.ctx, &httptrace.ClientTrace{WroteRequest: func(w httptrace.WroteRequestInfo) { written = w.Err == nil }})
	answer, err := e.client.Do(r.WithContext(ctx))
	if err != nil {
		e.failed = failure(err, written)
		return nil, err
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		e.failed = errRefused
	}
	answer.Body = &heard{answer.Body, e}
	return answer, nil
}

// heard is the body of an answer. One that breaks off is a failure, and the notice may have been sent.
type heard struct {
	io.ReadCloser
	by *exchange
}

// Read implements io.Reader.
func (h *heard) Read(b []byte) (int, error) {
	n, err := h.ReadCloser.Read(b)
	if err != nil && !errors.Is(err, io.EOF) && h.by.failed == nil {
		h.by.failed = failure(err, true)
	}
	return n, err
}

var (
	errBadURL     = errors.New("its URL is not one that the service understands")
	errIncomplete = errors.New("its URL lacks a part without which the service sends nothing")
	errRefused    = errors.New("it could not be reached, or refused the notice")
	errSlow       = errors.New("it could not be reached in time")
	errPlain      = errors.New("it offers no encryption, without which nothing secret is sent to it")
	errTooLong    = &unsure{guard.ErrTooLong.Error()}
	errCut        = &unsure{"it broke off before it had answered"}
)

// unsure is an error of a notice that may have been sent.
type unsure struct{ text string }

// Error implements error.
func (e *unsure) Error() string { return e.text }

// Is makes it deliver.ErrNoAnswer to errors.Is.
func (e *unsure) Is(target error) bool { return target == deliver.ErrNoAnswer }

// failure is an error of the network without its parts that may be secret. written says that the notice was with the service
// by then, which may have taken it.
func failure(err error, written bool) error {
	if no := guard.NoAddress(err); no != nil {
		return no
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	return guard.WithDetail(kind(err, written), err)
}

func kind(err error, written bool) error {
	var network net.Error
	late := errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
	switch {
	case late && written:
		return deliver.ErrNoAnswer
	case late:
		return errSlow
	case errors.Is(err, guard.ErrTooLong) && written:
		return errTooLong
	case errors.Is(err, guard.ErrTooLong):
		return guard.ErrTooLong
	case written:
		return errCut
	default:
		return errRefused
	}
}
