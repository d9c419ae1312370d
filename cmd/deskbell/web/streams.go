package web

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// DefaultStreams is how many public streams one address may have open in a process: many people may share an address, and twenty such
// addresses may take all that there are.
const DefaultStreams = 1000

// Streams bounds how many public streams one address has open at once, in all handlers together. An address of this machine or of a private
// network has no bound: a proxy in front is there, with all streams that come through it. It has to bound them itself, since Deskbell
// trusts no header that names somebody else.
type Streams struct {
	each int

	mu   sync.Mutex
	open map[string]int // by address
}

// NewStreams bounds those of each address; 0 is DefaultStreams.
func NewStreams(each int) *Streams {
	return &Streams{each: cmp.Or(each, DefaultStreams), open: make(map[string]int)}
}

// AtMost bounds the readers of a handler, too, of all addresses together.
func (s *Streams) AtMost(most int64, read http.HandlerFunc) http.HandlerFunc {
	var readers atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		from := address(r)
		if !s.begin(from, isNear(r)) {
			refusedFor(r, tooManyFromAddress)
			w.Header().Set("Retry-After", "30")
			Problem(w, http.StatusTooManyRequests, fmt.Sprintf("%d streams are open from this address, and no more are allowed: close some (DESKBELL_ADDRESS_STREAMS sets how many)", s.each))
			return
		}
		defer s.end(from)
		defer readers.Add(-1)
		if readers.Add(1) > most {
			w.Header().Set("Retry-After", "30")
			Problem(w, http.StatusServiceUnavailable, "this server has as many readers of streams as it can hold: try again later")
			return
		}
		read(w, r)
	}
}

// Metrics is how many are open. It is a collector: the caller registers it.
func (s *Streams) Metrics() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "deskbell_http_streams", Help: "Streams of widgets, pages and visits that are open in this process.",
	}, func() (n float64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, open := range s.open {
			n += float64(open)
		}
		return n
	})
}

func (s *Streams) begin(from string, unbounded bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[from] >= s.each && !unbounded {
		return false
	}
	s.open[from]++
	return true
}

func (s *Streams) end(from string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[from]--; s.open[from] <= 0 {
		delete(s.open, from)
	}
}

// isNear tells whether a request comes from this machine, or from a private network.
func isNear(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	ip = ip.Unmap().WithZone("")
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}
