package shout

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// plan is how the library sends by a service.
type plan struct {
	to     *url.URL // that it asks first
	titled bool     // the service has titles
}

// params are the parameters of a notice.
func (p plan) params(title string) *types.Params {
	if p.titled {
		return &types.Params{"title": title}
	}
	return &types.Params{}
}

// text is the text of a notice: without titles, the title stands above it.
func (p plan) text(title, text string) string {
	if p.titled || title == "" {
		return text
	}
	return title + "\n\n" + text
}

// rehearse lets the library send a notice as far as its first request, which goes nowhere: many a URL lacks a part that is missed only
// then, and some services refuse a notice for its title. smtp dials by itself: nothing of it is rehearsed.
func rehearse(scheme, serviceURL string) (plan, error) {
	if scheme == "smtp" {
		u, err := url.Parse(serviceURL)
		if err != nil {
			return plan{}, errBadURL
		}
		return plan{to: u, titled: true}, nil
	}
	for _, titled := range []bool{true, false} {
		p := plan{titled: titled}
		if p.to = asked(serviceURL, p); p.to != nil && p.to.Hostname() != "" {
			return p, nil
		}
	}
	return plan{}, errIncomplete
}

// asked is the URL that the library would ask; nil: it comes to no request.
func asked(serviceURL string, p plan) *url.URL {
	stage := make(stage, 1)
	r, err := router.NewWithOptions(nil, types.SenderOptions{HTTPClient: &http.Client{Transport: stage, Timeout: defaultTimeout}, Timeout: defaultTimeout})
	if err != nil {
		return nil
	}
	service, err := r.Locate(serviceURL)
	if err != nil {
		return nil
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = perform(service, p.text("title", "text"), p.params("title")) // it fails in either case
	}()
	late := time.NewTimer(defaultTimeout)
	defer late.Stop()
	select {
	case <-done:
	case to := <-stage: // it may try again for a while, in vain
		return to
	case <-late.C:
		return nil
	}
	select {
	case to := <-stage:
		return to
	default:
		return nil
	}
}

// stage takes the first request of a rehearsal, and answers none.
type stage chan *url.URL

var errRehearsal = errors.New("this is a rehearsal")

// RoundTrip implements http.RoundTripper.
func (s stage) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close() // as a RoundTripper must
	}
	select {
	case s <- r.URL:
	default: // it is not the first
	}
	return nil, errRehearsal
}

// perform sends. The library reads URLs that anybody may have written: a panic in it is an error of the notice alone.
func perform(service types.Service, text string, params *types.Params) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the service panicked: %w", errBadURL)
		}
	}()
	return service.Send(text, params)
}
