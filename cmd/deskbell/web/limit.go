package web

import (
	"cmp"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// quota is how often somebody may ask.
type quota struct {
	perSecond rate.Limit // on average
	burst     int        // at once
}

// DefaultRate is how many requests a second a key may make that has no rate of its own, and this machine while no key exists.
const DefaultRate = 2000

// DefaultEdits is how many edits a minute a key may make, and this machine while no key exists. Each is written into Redis and decided on by
// workers, which costs far more than a question.
const DefaultEdits = 6000

// tooManyEdits refuses an edit of somebody who has made too many; nil: it is none, or may be made.
func (s *server) tooManyEdits(r *http.Request, who string) *refusal {
	switch r.Method {
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return nil
	}
	n := cmp.Or(s.Edits, DefaultEdits)
	wait := s.usage.wait("edits of "+who, quota{rate.Limit(n) / 60, n})
	if wait == 0 {
		return nil
	}
	return &refusal{http.StatusTooManyRequests, fmt.Sprintf("too many edits: %d a minute are allowed (DESKBELL_KEY_EDITS sets it): wait a moment", n), wait, overEdits}
}

// guessQuota is of wrong keys and links from one address.
func guessQuota() quota { return quota{0.2, 10} }

// linkQuota is of all holders of one link.
func linkQuota() quota { return quota{100, 200} }

// quotaOf is that of so many requests a second, in this process: the requests of a whole second may come at once. 0 is
// the server's own.
func (s *server) quotaOf(perSecond int) quota {
	n := cmp.Or(perSecond, s.Rate, DefaultRate)
	return quota{rate.Limit(n), n}
}

// limitedAtOnce bounds the memory of a limiter: the limits of so many are kept for
// sure, and of twice as many at most.
const limitedAtOnce = 10_000

// limiter limits the rate of each of many.
type limiter struct {
	now func() time.Time

	mu           sync.Mutex
	recent, past map[string]*rate.Limiter // past is forgotten when recent is full
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, recent: make(map[string]*rate.Limiter)}
}

// wait counts one request of somebody, and answers 0; or it counts none, and answers how long they have to wait for the next.
func (l *limiter) wait(who string, q quota) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	asked := l.of(who, q).ReserveN(now, 1)
	left := asked.DelayFrom(now)
	if left > 0 {
		asked.CancelAt(now)
	}
	return left
}

// until is wait that counts nothing.
func (l *limiter) until(who string, q quota) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	lacks := 1 - l.of(who, q).TokensAt(now)
	return max(0, time.Duration(lacks/float64(q.perSecond)*float64(time.Second)))
}

// of is the limit of somebody. Call it under the lock.
func (l *limiter) of(who string, q quota) *rate.Limiter {
	one, ok := l.recent[who]
	if ok && one.Limit() == q.perSecond {
		return one
	}
	if one = l.past[who]; one == nil || one.Limit() != q.perSecond { // nobody's yet, or of a key that was made anew
		one = rate.NewLimiter(q.perSecond, q.burst)
	}
	if len(l.recent) >= limitedAtOnce {
		l.past, l.recent = l.recent, make(map[string]*rate.Limiter)
	}
	l.recent[who] = one
	return one
}

// Asker is who sends a request, for bounds of each: a key, or the address where there is none.
func Asker(r *http.Request) string {
	if name := Caller(r.Context()).Name; name != "" {
		return "key " + name
	}
	return address(r)
}

// Misses limit how often one address may ask for an id that leads nowhere. Each such question costs a look into Redis, and anybody
// may ask. The zero value is not usable.
type Misses struct{ l *limiter }

// NewMisses makes them.
func NewMisses(now func() time.Time) *Misses { return &Misses{newLimiter(now)} }

// missQuota is of one address. A proxy in front has one for everybody behind it.
func missQuota() quota { return quota{50, 500} }

// Missed counts a request that led nowhere.
func (m *Misses) Missed(r *http.Request) { m.l.wait(address(r), missQuota()) }

// Refused answers a request of an address that has missed too often lately, and tells whether it did.
func (m *Misses) Refused(w http.ResponseWriter, r *http.Request) bool {
	wait := m.l.until(address(r), missQuota())
	if wait > 0 {
		refusedFor(r, tooManyMisses)
		tooMany(w, wait, "too many requests from this address were for ids that there are not: wait a moment")
	}
	return wait > 0
}

// tooMany answers 429, and says when to try again.
func tooMany(w http.ResponseWriter, wait time.Duration, detail string) {
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
	Problem(w, http.StatusTooManyRequests, detail)
}

// address is the sender of a request. Of IPv6, it is the /64, which a household has to itself. It is that of the connection: a
// header such as X-Forwarded-For is anybody's word.
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
