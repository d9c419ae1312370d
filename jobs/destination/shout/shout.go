// Package shout sends notices by the notification services that shoutrrr knows:
// ntfy, Slack, Telegram, e-mail and many more, each named by a URL.
package shout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// defaultTimeout bounds one notice.
const defaultTimeout = 10 * time.Second

// Notifier implements jobs.Notifier.
type Notifier struct {
	Guard   guard.Guard
	Timeout time.Duration // of one notice; 0: 10 s
}

// Notify sends a text. A service URL is a secret, and a service's own error may have
// secrets, too: an error here only names the service and the kind of the failure.
func (n Notifier) Notify(ctx context.Context, serviceURL, title, text string) error {
	scheme, _, isURL := strings.Cut(serviceURL, "://")
	if !isURL || strings.ContainsFunc(scheme, unfit) { // it may be a secret in the wrong place
		return fmt.Errorf("sending by a service: %w", errBadURL)
	}
	scheme = strings.ToLower(scheme) // as the router reads it
	if err := n.send(ctx, scheme, serviceURL, title, text); err != nil {
		return fmt.Errorf("sending by %s: %w", scheme, kind(err))
	}
	return nil
}

// unfit tells whether a character is in no scheme of a URL.
func unfit(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+-.", r))
}

func (n Notifier) send(ctx context.Context, scheme, serviceURL, title, text string) error {
	timeout := cmp.Or(n.Timeout, defaultTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := router.NewWithOptions(nil, types.SenderOptions{HTTPClient: n.Guard.Client(timeout), Timeout: timeout})
	if err != nil {
		return err
	}
	if scheme == "smtp" { // dials by itself
		u, err := url.Parse(serviceURL)
		if err != nil {
			return errBadURL
		}
		if err := n.Guard.CheckHost(ctx, u.Hostname()); err != nil {
			return err
		}
	} else if !guarded(scheme) {
		return errUnguarded
	}
	service, err := r.Locate(serviceURL)
	if err != nil {
		return errBadURL
	}
	if _, ok := service.(types.HTTPClientSetter); !ok && scheme != "smtp" {
		return errUnguarded
	}
	p, err := rehearse(scheme, serviceURL)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- perform(service, p.text(title, text), p.params(title)) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

var (
	errBadURL     = errors.New("its URL is not one that the service understands")
	errUnguarded  = errors.New("the service cannot be kept from private addresses and is not supported")
	errIncomplete = errors.New("its URL lacks a part without which the service sends nothing")
	errRefused    = errors.New("it could not be reached, or refused the notice")
)

// guarded tells whether the service of a scheme dials nothing before it gets our HTTP
// client: matrix logs in while it is being made, mqtt and logger do not speak HTTP.
func guarded(scheme string) bool {
	name, _, _ := strings.Cut(scheme, "+")
	switch name {
	case "matrix", "mqtt", "mqtts", "logger", "xmpp":
		return false
	}
	return true
}

// kind is an error without its parts that may be secret.
func kind(err error) error {
	var refused *guard.Error
	var network net.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, errBadURL), errors.Is(err, errUnguarded), errors.Is(err, errIncomplete):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return deliver.ErrNoAnswer
	case errors.Is(err, context.Canceled):
		return context.Canceled
	default:
		return errRefused
	}
}
