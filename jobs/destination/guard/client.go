package guard

import (
	"context"
	"net"
	"net/http"
	"time"
)

// MostAnswer is how many bytes of an answer are read where nobody needs more.
const MostAnswer = 64 << 10

// Client is an HTTP client that dials only what the guard allows. It uses no proxy, which would dial in its place. Each
// call with its redirects, from the look-up of the host to the end of the body, may take timeout; a body may have most bytes, and gives
// ErrTooLong behind them. Nothing is unpacked.
func (g Guard) Client(timeout time.Duration, most int64) *http.Client {
	return &http.Client{Timeout: timeout, Transport: &transport{
		guard: g, most: most, near: g.dialling(timeout), far: Guard{Allow: g.Allow}.dialling(timeout),
	}}
}

func (g Guard) dialling(timeout time.Duration) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			return g.Dial(ctx, network, address)
		},
		ForceAttemptHTTP2: true, DisableCompression: true,
		TLSHandshakeTimeout: timeout, IdleConnTimeout: time.Minute, MaxIdleConns: 100, MaxIdleConnsPerHost: 4, MaxResponseHeaderBytes: MostAnswer,
	}
}

// transport bounds answers, and sees to it that no redirect leads to this machine from elsewhere.
type transport struct {
	guard Guard
	most  int64
	near  *http.Transport
	far   *http.Transport // whose connections, kept ones included, lead to this machine only where it is listed
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	by := t.near
	if t.guard.Loopback && fromElsewhere(r) {
		by = t.far
	}
	answer, err := by.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		*bounded
		closer
	}{&bounded{answer.Body, t.most}, answer.Body}
	return answer, nil
}

type closer interface{ Close() error }

// CloseIdleConnections is for the method of http.Client.
func (t *transport) CloseIdleConnections() {
	t.near.CloseIdleConnections()
	t.far.CloseIdleConnections()
}

// fromElsewhere tells whether another machine had a part in the redirects that led to a request.
func fromElsewhere(r *http.Request) bool {
	for by := r.Response; by != nil; by = by.Request.Response {
		if !NamesLoopback(by.Request.URL.Hostname()) {
			return true
		}
	}
	return false
}
