package web

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The parts of a Config by which answers are measured.
const (
	ofPublic   = "public"
	ofAPI      = "api"
	ofPages    = "pages"
	ofVisitors = "visitors"
	ofHooks    = "hooks"
	ofAgents   = "agents"
	ofBoard    = "board" // with all that people look at
)

// AnswerMetrics measure how long requests wait for the first byte of their answer. They are a collector: the caller registers it. A nil
// AnswerMetrics measures nothing.
type AnswerMetrics struct{ *prometheus.HistogramVec }

// NewAnswerMetrics makes metrics that stand at zero, each part included.
func NewAnswerMetrics() *AnswerMetrics {
	m := &AnswerMetrics{prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "deskbell_http_answer_seconds",
		Help:    "How long requests by HTTP waited for the first byte of their answer, that of a stream too, by what they asked: public, api, pages, visitors, hooks, agents or board.",
		Buckets: []float64{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10},
	}, []string{"of"})}
	for _, of := range []string{ofPublic, ofAPI, ofPages, ofVisitors, ofHooks, ofAgents, ofBoard} {
		m.WithLabelValues(of)
	}
	return m
}

func (m *AnswerMetrics) took(of string, d time.Duration) {
	if m != nil && of != "" {
		m.WithLabelValues(of).Observe(d.Seconds())
	}
}

// part notes of which part of a Config a handler is.
func part(of string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if line, ok := r.Context().Value(requestLogKey{}).(*requestLog); ok {
			line.of = of
		}
		h.ServeHTTP(w, r)
	})
}
