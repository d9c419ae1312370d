package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
)

// TestAnswersAreMeasuredToTheirFirstByte has an answer that begins after 20 ms and ends much later, one without a body, and a request that nothing answers.
func TestAnswersAreMeasuredToTheirFirstByte(t *testing.T) {
	t.Parallel()
	now := webtest.Monday
	pass := func(d time.Duration) { now = now.Add(d) }
	m, registry := web.NewAnswerMetrics(), prometheus.NewRegistry()
	registry.MustRegister(m)
	log, _ := logtest.NewNullLogger()
	site := web.New(web.Config{Now: func() time.Time { return now }, Log: log, Answers: m, Public: map[string]http.Handler{
		"GET /slow": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			pass(20 * time.Millisecond)
			_, _ = w.Write([]byte("a"))
			pass(time.Hour)
			_, _ = w.Write([]byte("b"))
		}),
		"GET /none": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
	}})
	for _, path := range []string{"/slow", "/none", "/nowhere"} {
		site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	}
	scraped := httptest.NewRecorder()
	web.Metrics(registry).ServeHTTP(scraped, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	for _, line := range []string{
		`deskbell_http_answer_seconds_sum{of="public"} 0.02`, `deskbell_http_answer_seconds_count{of="public"} 2`, `deskbell_http_answer_seconds_count{of="board"} 0`,
		`deskbell_http_answer_seconds_bucket{of="public",le="0.005"} 1`,
	} {
		if !strings.Contains(scraped.Body.String(), line+"\n") {
			t.Errorf("it lacks %s:\n%s", line, scraped.Body)
		}
	}
}
