// Package guard keeps outbound calls away from private addresses: many people write
// definitions, and a URL in one of them must not reach the machine's own network. It
// checks the address that is dialled, after DNS, and so every redirect, too.
//
// A guard may let calls to this machine pass, for one who tries Deskbell with a receiver of
// their own (Guard.Loopback). That is judged by the host that the URL names, too: otherwise
// a foreign name that resolves to 127.0.0.1, or a foreign server that redirects there, would
// reach what listens on this machine.
//
// It bounds the answers, too. A receiver may answer without an end, slowly, or with a few bytes that unpack to
// many: Client and Bounded read so many bytes and no more, and unpack nothing.
package guard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
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
type Error struct {
	Addr netip.Addr
	Host string // that led to it; empty: the address was checked alone
}

const notPublic = "its address is not public; to reach it, list its network in DESKBELL_ALLOW_PRIVATE"

// Error does not name the address: it is shown to the people who wrote the URL, and would tell them where an inner name leads to. Where a
// name was looked up, they are shown Reason, which does not tell either that the name leads somewhere.
func (*Error) Error() string { return notPublic }

// Detail names the address, and the host that led to it, for the log.
func (e *Error) Detail() string {
	if e.Host == "" || e.Host == e.Addr.String() {
		return "the address " + e.Addr.String() + " is not public"
	}
	return fmt.Sprintf("the address %s of the host %q is not public", e.Addr, e.Host)
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
		return &Error{Addr: addr}
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

// Dial connects to a host and a port. The address that is dialled is the one that is checked: a name that leads elsewhere when it is
// looked up again leads nowhere new.
func (g Guard) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("reading the host to dial: %w", err)
	}
	dialer := net.Dialer{ControlContext: func(_ context.Context, _, found string, _ syscall.RawConn) error {
		return g.towards(host).check(host, found)
	}}
	return dialer.DialContext(ctx, network, address)
}

// check tells whether an address with a port may be reached, to which a host leads.
func (g Guard) check(host, address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("reading the address to dial: %w", err)
	}
	err = g.Check(a.Addr())
	if refused := (*Error)(nil); errors.As(err, &refused) {
		refused.Host = host
	}
	return err
}
