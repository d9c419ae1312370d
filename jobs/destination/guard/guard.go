// Package guard keeps outbound calls away from private addresses: many people write
// definitions, and a URL in one of them must not reach the machine's own network. It
// checks the address that is dialled, after DNS, and so every redirect, too.
//
// A guard may let calls to this machine pass, for one who tries Deskbell with a receiver of
// their own (Guard.Loopback). That is judged by the host that the URL names, too: otherwise
// a foreign name that resolves to 127.0.0.1, or a foreign server that redirects there, would
// reach what listens on this machine.
package guard

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Guard refuses addresses. The zero value refuses all addresses that are not public.
type Guard struct {
	Allow    []netip.Prefix // private networks that may be reached all the same
	Loopback bool           // so may this machine, where the URL names it: see NamesLoopback
}

// NamesLoopback tells whether a host of a URL is this machine, without a look-up: localhost
// and the names below it (RFC 6761), 127.0.0.0/8, ::1.
func NamesLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// towards is the guard of a call to a host, as its URL names it.
func (g Guard) towards(host string) Guard {
	if !g.Loopback || !NamesLoopback(host) {
		return Guard{Allow: g.Allow}
	}
	return Guard{Allow: append(slices.Clip(g.Allow), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))}
}

// Error is returned for a refused address.
type Error struct{ Addr netip.Addr }

func (e *Error) Error() string {
	return fmt.Sprintf("the address %s is not public; to reach it, list its network in DESKBELL_ALLOW_PRIVATE", e.Addr)
}

// Check tells whether an address may be reached, whatever host leads to it; its error is an
// *Error.
func (g Guard) Check(addr netip.Addr) error {
	addr = addr.Unmap()
	for _, p := range g.Allow {
		if p.Contains(addr) {
			return nil
		}
	}
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || reserved(addr) {
		return &Error{addr}
	}
	return nil
}

// reserved tells whether an address is in a network that net/netip counts as global and
// that is not. These lead to carriers' inner networks, to clouds' metadata, or through
// a translation to an IPv4 address that was not checked (RFC 6598, 6890, 3056, 4380,
// 9637). Of IPv6, only the range handed out for the Internet (2000::/3, RFC 4291) is
// public: the other translations (RFC 6052, 8215, 7915) are outside of it.
// 168.63.129.16 is the host of a virtual machine at Azure.
func reserved(addr netip.Addr) bool {
	if addr.Is6() && !netip.MustParsePrefix("2000::/3").Contains(addr) {
		return true
	}
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	} {
		if netip.MustParsePrefix(p).Contains(addr) {
			return true
		}
	}
	return false
}

// Client is an HTTP client that dials only what the guard allows. It uses no proxy,
// which would dial in its place.
func (g Guard) Client(timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, Transport: transport{g, &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, fmt.Errorf("reading the host to dial: %w", err)
			}
			dialer := net.Dialer{Timeout: timeout, ControlContext: g.towards(host).control}
			return dialer.DialContext(ctx, network, address)
		},
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: timeout, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 4, MaxResponseHeaderBytes: 64 << 10,
	}}}
}

// transport refuses redirects to this machine from elsewhere, before a connection that is
// kept from an earlier call could carry them.
type transport struct {
	guard Guard
	*http.Transport
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.checkRedirect(r); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // as a RoundTripper must
		}
		return nil, err
	}
	return t.Transport.RoundTrip(r)
}

func (t transport) checkRedirect(r *http.Request) error {
	to := r.URL.Hostname()
	if !t.guard.Loopback || r.Response == nil || !NamesLoopback(to) || NamesLoopback(r.Response.Request.URL.Hostname()) {
		return nil
	}
	return Guard{Allow: t.guard.Allow}.CheckHost(r.Context(), to)
}

// CheckHost resolves a host and checks all its addresses, for libraries that dial by
// themselves.
func (g Guard) CheckHost(ctx context.Context, host string) error {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return fmt.Errorf("resolving the host: %w", err)
	}
	for _, addr := range addrs {
		if err := g.towards(host).Check(addr); err != nil {
			return err
		}
	}
	return nil
}

func (g Guard) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("reading the address to dial: %w", err)
	}
	return g.Check(a.Addr())
}
