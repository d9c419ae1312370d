// Package push sends notices to browsers and phones by Web Push: encrypted (RFC 8291) to the push service of the browser.
package push

import (
	"cmp"
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// defaultTimeout bounds one push.
const defaultTimeout = 10 * time.Second

// ourContact stands where nobody else is known to push services. Apple's refuses a push without any.
const ourContact = "https://github.com/deskbell/deskbell"

// Sender implements jobs.Pusher.
type Sender struct {
	guard  guard.Guard
	client *http.Client
}

// New makes a sender. A timeout of 0 is 10 s.
func New(g guard.Guard, timeout time.Duration) *Sender {
	client := g.Client(cmp.Or(timeout, defaultTimeout), guard.MostAnswer)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // it would leave the list of services
	return &Sender{g, client}
}

// services are the hosts of browsers' push services; one that begins with a dot is any below it.
func services() []string {
	return []string{
		"fcm.googleapis.com",         // Chrome, Edge on Android, Opera, Samsung Internet, Brave
		".push.services.mozilla.com", // Firefox
		".push.apple.com",            // Safari
		".notify.windows.com",        // Edge
	}
}

// errBadSubscription is a fault of a subscription, and says nothing of it.
var errBadSubscription = errors.New("it is not a subscription of a browser")

// Check tells whether a subscription is one to which can be pushed: at a known push service, or on this machine where the guard
// lets that pass; and with keys that are keys.
func (s *Sender) Check(p deliver.Push) error {
	u, err := url.Parse(p.Endpoint)
	if err != nil || u.User != nil || len(p.Endpoint) > 2048 {
		return errBadSubscription
	}
	if !s.mayReach(u) {
		return fmt.Errorf("%q is not the push service of a browser that is known here", u.Host)
	}
	public, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.P256dh, "="))
	if err != nil {
		return errBadSubscription
	}
	if _, err := ecdh.P256().NewPublicKey(public); err != nil {
		return errBadSubscription
	}
	if auth, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.Auth, "=")); err != nil || len(auth) != 16 {
		return errBadSubscription
	}
	return nil
}

func (s *Sender) mayReach(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	if guard.NamesLoopback(host) {
		return (u.Scheme == "http" || u.Scheme == "https") && (s.guard.Loopback || s.guard.Check(netip.MustParseAddr("127.0.0.1")) == nil)
	}
	return u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && slices.ContainsFunc(services(), func(known string) bool {
		return host == known || known[0] == '.' && strings.HasSuffix(host, known)
	})
}

// Push sends one notice, with high urgency. The error is deliver.ErrUnsubscribed where the push service has the subscription no longer, and
// has deliver.ErrNoAnswer in it where there was no answer in time. It shows no more of the subscription than the host of its
// push service.
func (s *Sender) Push(ctx context.Context, p deliver.Push) error {
	if err := s.Check(p); err != nil {
		return fmt.Errorf("pushing: %w", err)
	}
	answer, err := webpush.SendNotificationWithContext(ctx, p.Body, &webpush.Subscription{
		Endpoint: p.Endpoint, Keys: webpush.Keys{Auth: p.Auth, P256dh: p.P256dh},
	}, &webpush.Options{
		HTTPClient: s.client, Subscriber: cmp.Or(p.Contact, ourContact), Topic: p.Topic, TTL: int(p.TTL / time.Second), Urgency: webpush.UrgencyHigh,
		VAPIDPublicKey: p.PublicKey, VAPIDPrivateKey: p.PrivateKey,
	})
	host := Service(p.Endpoint)
	if err != nil {
		return fmt.Errorf("pushing by %s: %w", host, kind(err))
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // so that the connection can be used again
	switch code := answer.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return fmt.Errorf("pushing by %s: %w", host, deliver.ErrUnsubscribed)
	case code < 200 || code > 299:
		return fmt.Errorf("pushing by %s: it answered %d %s", host, code, http.StatusText(code))
	}
	return nil
}

// Service is the host of a subscription's push service, which is no secret.
func Service(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "a push service"
	}
	return u.Hostname()
}

var errUnreachable = errors.New("it could not be reached")

// kind is an error without its parts that may be secret: that of a request has its address.
func kind(err error) error {
	if no := guard.NoAddress(err); no != nil {
		return no
	}
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, webpush.ErrMaxPadExceeded):
		return webpush.ErrMaxPadExceeded
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return guard.WithDetail(deliver.ErrNoAnswer, err)
	default:
		return guard.WithDetail(errUnreachable, err)
	}
}

// Contact is a server for push services, by the host under which its page is reached: Apple's refuses names that are not of the
// Internet, and addresses. Empty: there is none.
func Contact(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(host)
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || !strings.Contains(host, ".") {
		return ""
	}
	for _, reserved := range []string{"localhost", "local", "internal", "test", "invalid", "example", "example.com", "example.net", "example.org", "arpa", "onion"} {
		if host == reserved || strings.HasSuffix(host, "."+reserved) {
			return ""
		}
	}
	if u, err := url.Parse("https://" + host); err != nil || u.Host != host {
		return ""
	}
	return "https://" + host
}
