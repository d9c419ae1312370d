package shout

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// NotifyAt is Notify, with every HTTP request going to one server, whatever host the service has.
func (n Notifier) NotifyAt(ctx context.Context, server, serviceURL, title, text string) error {
	to, err := url.Parse(server)
	if err != nil {
		return err
	}
	a, err := readAddress(serviceURL)
	if err != nil {
		return err
	}
	client := n.Guard.Client(time.Hour, guard.MostAnswer)
	defer client.CloseIdleConnections()
	client.Transport = elsewhere{to, client.Transport}
	return n.send(ctx, client, a, title, text)
}

type elsewhere struct {
	to *url.URL
	by http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	moved := r.Clone(r.Context())
	moved.Host, moved.URL.Scheme, moved.URL.Host = r.URL.Host, e.to.Scheme, e.to.Host
	answer, err := e.by.RoundTrip(moved)
	if answer != nil {
		answer.Request = r
	}
	return answer, err
}
