package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics answers in the formats of Prometheus. It leaves out metrics that it cannot gather.
func Metrics(from prometheus.Gatherer) http.Handler {
	return promhttp.HandlerFor(from, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4})
}

// EventMetrics count the events that came by HTTP. They are a collector: the caller registers it. A nil EventMetrics counts
// nothing.
type EventMetrics struct{ *prometheus.CounterVec }

// NewEventMetrics makes metrics that stand at zero, each result included.
func NewEventMetrics() *EventMetrics {
	m := &EventMetrics{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "deskbell_http_events_total",
		Help: "Events that came to this process by HTTP, by result: taken (and given to the workers), refused, unknown_property and unknown_agent (not defined), over_quota.",
	}, []string{"result"})}
	m.Received(0, 0, 0, 0, 0)
	return m
}

// Received counts the events of a request.
func (m *EventMetrics) Received(taken, refused, unknownProperty, unknownAgent, overQuota int) {
	if m == nil {
		return
	}
	for result, n := range map[string]int{"taken": taken, "refused": refused, "unknown_property": unknownProperty, "unknown_agent": unknownAgent, "over_quota": overQuota} {
		m.WithLabelValues(result).Add(float64(n))
	}
}

// Own answers this machine alone, and no requests that the page of another site makes through a browser here. Use it where
// there is no key.
func Own(next http.Handler) http.Handler {
	return own(next, "without a key this is for localhost alone, and not for what a proxy passes on: set DESKBELL_METRICS_KEY, and give the key")
}

// own refuses other requests than those of this machine, and says why.
func own(next http.Handler, why string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOwn(r) {
			http.Error(w, why, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Bearer asks for a bearer token, and answers 401 to requests with another one or none.
func Bearer(token string, next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token)) // of one length, for any token
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(given))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="Deskbell"`)
			http.Error(w, "give the key: Authorization: Bearer KEY", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
