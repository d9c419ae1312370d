package ical

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/deskbell/deskbell/jobs/destination/guard"
)

const (
	fetchTime     = 20 * time.Second // for one calendar, with its redirects
	expandTime    = 20 * time.Second
	mostRedirects = 5
)

// Fetcher gets calendars from their addresses. A guard sees to it that these are public, after DNS and at each redirect.
type Fetcher struct {
	client *http.Client
	now    func() time.Time
}

// NewFetcher makes a fetcher.
func NewFetcher(g guard.Guard, now func() time.Time) *Fetcher {
	client := g.Client(fetchTime, MostBytes+1)
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		switch {
		case len(via) >= mostRedirects:
			return &redirectError{fmt.Sprintf("it redirects more than %d times", mostRedirects)}
		case r.URL.Scheme != "https" && via[0].URL.Scheme == "https":
			return &redirectError{"it redirects from https:// to an address that is not encrypted"}
		}
		r.Header.Del("Referer") // the address may hold a token
		return nil
	}
	return &Fetcher{client, now}
}

// Validators came with the last answer of a server, to be asked whether anything has changed since. Both may be empty.
type Validators struct{ ETag, Modified string }

// Fetched is the answer of a server.
type Fetched struct {
	Unchanged  bool // it has no more to say
	Calendar   Calendar
	Validators Validators
}

// mostValidator bounds the headers that are kept.
const mostValidator = 256

// Fetch gets a calendar. No error shows its address, which may hold a token.
func (f *Fetcher) Fetch(ctx context.Context, address string, last Validators) (Fetched, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return Fetched{}, errors.New("fetching the calendar: the address cannot be read")
	}
	r.Header.Set("Accept", "text/calendar, */*;q=0.1")
	r.Header.Set("User-Agent", "Deskbell")
	if last.ETag != "" {
		r.Header.Set("If-None-Match", last.ETag)
	}
	if last.Modified != "" {
		r.Header.Set("If-Modified-Since", last.Modified)
	}
	answer, err := f.client.Do(r)
	if err != nil {
		return Fetched{}, fmt.Errorf("fetching the calendar: %w", withoutAddress(err))
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotModified && last != Validators{}:
		return Fetched{Unchanged: true, Validators: last}, nil
	case answer.StatusCode != http.StatusOK:
		return Fetched{}, fmt.Errorf("fetching the calendar: the server answers %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	}
	src, err := io.ReadAll(io.LimitReader(answer.Body, MostBytes+1))
	if err != nil {
		return Fetched{}, fmt.Errorf("fetching the calendar: %w", withoutAddress(err))
	}
	ctx, cancel := context.WithTimeout(ctx, expandTime)
	defer cancel()
	c, err := Parse(ctx, src, f.now())
	if err != nil {
		return Fetched{}, fmt.Errorf("reading the calendar: %w", err)
	}
	return Fetched{Calendar: c, Validators: Validators{short(answer.Header.Get("ETag")), short(answer.Header.Get("Last-Modified"))}}, nil
}

func short(header string) string {
	if len(header) > mostValidator {
		return ""
	}
	return header
}

// redirectError is of a redirect that is not followed.
type redirectError struct{ problem string }

// Error implements error.
func (e *redirectError) Error() string { return e.problem }

// withoutAddress says what went wrong without an address: that which was asked for, one to which a server redirects, and those of the
// inner network.
func withoutAddress(err error) error {
	var redirect *redirectError
	switch {
	case errors.As(err, &redirect):
		return redirect
	case strings.Contains(err.Error(), "Location header"):
		return errors.New("it redirects to an address that cannot be read")
	case strings.Contains(err.Error(), "unsupported protocol scheme"):
		return errors.New("unsupported protocol scheme: it redirects to an address that is neither http:// nor https://")
	}
	return guard.Reason(err)
}
