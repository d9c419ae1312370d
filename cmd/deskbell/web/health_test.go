package web_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	ok := func(context.Context) error { return nil }
	sick := func(context.Context) error { return errors.New("it is ill") }
	for _, c := range []struct {
		checks []web.Check
		status int
		body   string
	}{
		{nil, http.StatusOK, "ok\n"},
		{[]web.Check{ok, ok}, http.StatusOK, "ok\n"},
		{[]web.Check{ok, sick}, http.StatusServiceUnavailable, "it is ill\n"},
	} {
		got := ask(t, web.Health(c.checks...), "")
		if got.Code != c.status || got.Body.String() != c.body || got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%d checks: %d %q %v", len(c.checks), got.Code, got.Body, got.Header())
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	detail := func() map[string]any { return map[string]any{"time_zones": "2026f"} }
	sick := func(context.Context) error { return errors.New("it is ill") }
	tired := func(context.Context) error { return web.DegradedError("it is tired") }
	for _, c := range []struct {
		checks []web.Check
		status int
		body   string
	}{
		{nil, http.StatusOK, `{"status":"ok","time_zones":"2026f"}`},
		{[]web.Check{tired}, http.StatusOK, `{"error":"it is tired","status":"degraded","time_zones":"2026f"}`},
		{[]web.Check{tired, sick}, http.StatusServiceUnavailable, `{"error":"it is ill","status":"unavailable","time_zones":"2026f"}`},
		{[]web.Check{sick, sick}, http.StatusServiceUnavailable, `{"error":"it is ill","status":"unavailable","time_zones":"2026f"}`},
	} {
		got := ask(t, web.Ready(detail, c.checks...), "")
		if got.Code != c.status || got.Body.String() != c.body+"\n" || got.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%d checks: %d %q %v", len(c.checks), got.Code, got.Body, got.Header())
		}
	}
}

func ask(t *testing.T, h http.Handler, authorization string) *httptest.ResponseRecorder {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	h.ServeHTTP(w, r)
	return w
}

func TestRedisAnswersInTimeOrNot(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	r := jobs.Connect(server.Options())
	t.Cleanup(func() { _ = r.Close() })
	check := web.RedisAnswers(r.Client, nil)
	redistest.Wait(t, "it answers", func() bool { return check(t.Context()) == nil })
	refuses := func(why string, check web.Check) {
		t.Helper()
		redistest.Within(t, 2*time.Second, why, func() time.Duration {
			start := time.Now()
			if err := check(t.Context()); err == nil || err.Error() != "no answer from Redis" {
				t.Errorf("%s: %v", why, err)
			}
			return time.Since(start)
		})
	}
	server.Pause(t)
	refuses("it hangs", check)
	server.Resume(t)
	redistest.Wait(t, "it answers again", func() bool { return check(t.Context()) == nil })
	server.Stop(t)
	refuses("it is down", check)

	silent := jobs.Connect(redis.UniversalOptions{Addrs: []string{silence(t)}})
	t.Cleanup(func() { _ = silent.Close() })
	refuses("nobody ever accepts", web.RedisAnswers(silent.Client, nil))
}

// silence gives an address that takes connections and says nothing.
func silence(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func TestMetricsAnswerInTheFormatOfPrometheus(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	registry.MustRegister(jobs.NewMetrics())
	got := ask(t, web.Metrics(registry), "")
	if !strings.HasPrefix(got.Header().Get("Content-Type"), "text/plain; version=0.0.4") || !strings.Contains(got.Body.String(), `deskbell_flips_total{kind="widget"} 0`) {
		t.Errorf("%v\n%s", got.Header(), got.Body)
	}
}

func TestBearer(t *testing.T) {
	t.Parallel()
	const key = "twenty characters or more"
	guarded := web.Bearer(key, web.Health())
	for authorization, status := range map[string]int{
		"": 401, "Bearer": 401, "Bearer ": 401, "Bearer twenty": 401, "Basic " + key: 401, "Bearer " + key + " ": 401,
		"Bearer " + key: 200, "bearer " + key: 200,
	} {
		got := ask(t, guarded, authorization)
		if got.Code != status || (got.Header().Get("WWW-Authenticate") != "") != (status == 401) {
			t.Errorf("%q: %d %v", authorization, got.Code, got.Header())
		}
	}
}
