package web

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often somebody may ask: on average in a second, and at once.
const (
	usageRate, usageBurst = 100, 200
	guessRate, guessBurst = 0.2, 10
)

// limitedAtOnce bounds the memory of a limiter: the limits of so many are kept for
// sure, and of twice as many at most.
const limitedAtOnce = 10_000

// limiter limits the rate of each of many.
type limiter struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu           sync.Mutex
	recent, past map[string]*rate.Limiter // past is forgotten when recent is full
}

func newLimiter(r rate.Limit, burst int, now func() time.Time) *limiter {
	return &limiter{rate: r, burst: burst, now: now, recent: make(map[string]*rate.Limiter)}
}

// allow counts one request of somebody; false: it is one too many.
func (l *limiter) allow(who string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, ok := l.recent[who]
	if !ok {
		if one, ok = l.past[who]; !ok {
			one = rate.NewLimiter(l.rate, l.burst)
		}
		if len(l.recent) >= limitedAtOnce {
			l.past, l.recent = l.recent, make(map[string]*rate.Limiter)
		}
		l.recent[who] = one
	}
	return one.AllowN(l.now(), 1)
}

// address is the sender of a request. Of IPv6, it is the /64, which a household has to itself.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap(); ip.Is6() {
		prefix, _ := ip.WithZone("").Prefix(64) // 64 bits are there
		return prefix.String()
	}
	return ip.String()
}
