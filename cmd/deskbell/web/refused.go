package web

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// The reasons to refuse a request that its status does not tell.
const (
	overKeyRate        = "key_rate"        // 429: the key has asked too often
	overLinkRate       = "link_rate"       // 429: the holders of a link to a calendar have
	tooManyGuesses     = "wrong_keys"      // 429: too many wrong keys or links came from an address
	overOwnRate        = "address_rate"    // 429: this machine without a key has asked too often, or the pages of an address have
	tooManyMisses      = "missing_ids"     // 429: too many ids that there are not came from an address
	overEdits          = "key_edits"       // 429: a key has made too many edits
	tooManyFromAddress = "address_streams" // 429: an address has as many streams open as it may
	OverQuota          = "quota"           // 429: a property or a key has sent too much by events
	tooManyBytes       = "bodies"          // 429: the bodies of the requests that are under way are too large together
	keysUnavailable    = "keys_unavailable"
)

// refusalBy is the reason of a status; empty for one that refuses nothing.
func refusalBy(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "unreadable"
	case http.StatusUnauthorized:
		return "unauthorized"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusMethodNotAllowed:
		return "method"
	case http.StatusRequestTimeout:
		return "timeout"
	case http.StatusConflict, http.StatusPreconditionFailed:
		return "conflict"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusUnsupportedMediaType:
		return "unsupported"
	case http.StatusUnprocessableEntity:
		return "invalid"
	case http.StatusTooManyRequests:
		return "too_many_streams"
	case http.StatusServiceUnavailable:
		return "unavailable"
	}
	switch {
	case status >= 500:
		return "fault"
	case status >= 400:
		return "other"
	}
	return ""
}

// RefusedMetrics count the requests that were refused. They are a collector: the caller registers it. A nil RefusedMetrics counts
// nothing.
type RefusedMetrics struct{ *prometheus.CounterVec }

// NewRefusedMetrics makes metrics that stand at zero, each reason included.
func NewRefusedMetrics() *RefusedMetrics {
	m := &RefusedMetrics{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "deskbell_http_refused_total",
		Help: "Requests by HTTP that this process has refused, by reason; those answered by 429 are key_rate, key_edits, address_rate, address_streams, link_rate, quota, wrong_keys, missing_ids, bodies and too_many_streams.",
	}, []string{"reason"})}
	for _, reason := range []string{overKeyRate, overLinkRate, tooManyGuesses, overOwnRate, tooManyMisses, tooManyBytes, overEdits, tooManyFromAddress, keysUnavailable, OverQuota} {
		m.WithLabelValues(reason)
	}
	for status := 400; status < 600; status++ {
		m.WithLabelValues(refusalBy(status))
	}
	return m
}

// count counts a request that was refused for a reason; empty: it was not refused.
func (m *RefusedMetrics) count(reason string) {
	if m != nil && reason != "" {
		m.WithLabelValues(reason).Inc()
	}
}
