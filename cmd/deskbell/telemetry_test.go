package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// listening is a worker that answers over HTTP.
type listening struct {
	*proc
	url string
}

func startListening(t *testing.T, env ...string) listening {
	t.Helper()
	addr := fmt.Sprintf("127.0.0.1:%d", redistest.FreePort(t))
	return listening{start(t, 0, append(env, "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC"), "worker", "--listen", addr), "http://" + addr}
}

type response struct {
	status int // 0: no answer
	body   string
}

func (l listening) get(path, key string) response {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, l.url+path, http.NoBody)
	if err != nil {
		l.t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return response{}
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return response{got.StatusCode, string(body)}
}

// answers waits until a path answers so.
func (l listening) answers(path string, want response) {
	l.t.Helper()
	var got response
	defer func() {
		if l.t.Failed() {
			l.t.Logf("%s: got %d %q, want %v\n%s", path, got.status, got.body, want, l.out)
		}
	}()
	redistest.Wait(l.t, path+" answers", func() bool { got = l.get(path, ""); return got == want })
}

func (l listening) ready() {
	l.t.Helper()
	l.answers("/readyz", response{200, `{"status":"ok",` + zonesInUse()})
}

func zonesInUse() string { return `"time_zones":{"version":"` + zones.Version() + `"}}` + "\n" }

func TestWorkerSaysHowItIs(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Stop(t)
	p := startListening(t, "REDIS_URL="+server.URL())
	p.answers("/healthz", response{200, "ok\n"}) // no restart brings Redis back
	p.answers("/readyz", response{503, `{"error":"the worker waits for Redis","status":"unavailable",` + zonesInUse()})
	if got := p.get("/metrics", ""); got.status != 200 || !strings.Contains(got.body, "deskbell_flips_total") || !strings.Contains(got.body, "go_goroutines") || !strings.Contains(got.body, "deskbell_build_info{go=\"go1.") {
		t.Errorf("%d %s", got.status, got.body)
	}
	server.Restart(t)
	p.ready()
	redistest.Wait(t, "it sees itself", func() bool {
		return strings.Contains(p.get("/metrics", "").body, "deskbell_workers 1\n")
	})
	const paused = "asynq:{deskbell-boundary}:paused" // as the monitor does
	if err := server.Client(t).Set(t.Context(), paused, 1, 0).Err(); err != nil {
		t.Fatal(err)
	}
	p.answers("/readyz", response{503, `{"error":"these queues are paused: deskbell-boundary","status":"unavailable",` + zonesInUse()})
	if err := server.Client(t).Del(t.Context(), paused).Err(); err != nil {
		t.Fatal(err)
	}
	p.ready()
	server.Stop(t)
	p.answers("/readyz", response{503, `{"error":"no answer from Redis","status":"unavailable",` + zonesInUse()})
	p.answers("/healthz", response{200, "ok\n"})
	redistest.Wait(t, "it says that Redis is away", func() bool {
		return strings.Contains(p.get("/metrics", "").body, "deskbell_up 0\n")
	})
	server.Restart(t)
	p.ready()
	for _, path := range []string{"/", "/metrics/x", "/debug/pprof/"} {
		if got := p.get(path, ""); got.status != 404 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	p.stop()
	if got := p.get("/healthz", ""); got.status != 0 {
		t.Errorf("it still answers: %v", got)
	}
}

// TestMetricsWithoutAKeyAreForThisMachine asks as a page whose site has had its name point to this machine.
func TestMetricsWithoutAKeyAreForThisMachine(t *testing.T) {
	t.Parallel()
	p := startListening(t, "REDIS_URL="+newOnline(t).server.URL())
	p.ready()
	for host, want := range map[string]int{"localhost:9090": 200, "evil.example:9090": 403} {
		for path, want := range map[string]int{"/metrics": want, "/healthz": 200, "/readyz": 200} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			if got.StatusCode != want {
				t.Errorf("%s as %s: %d, want %d", path, host, got.StatusCode, want)
			}
		}
	}
}

func TestWorkerAsksForTheKeyOfItsMetrics(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	const key = "a-key-of-twenty-characters"
	p := startListening(t, "REDIS_URL="+o.server.URL(), "DESKBELL_METRICS_KEY="+key)
	p.ready()
	for given, want := range map[string]int{"": 401, "another-key-of-twenty-characters": 401, key: 200} {
		if got := p.get("/metrics", given); got.status != want {
			t.Errorf("%q: %d", given, got.status)
		}
	}
	p.stop()
	if strings.Contains(p.out.String(), key) {
		t.Errorf("it shows the key:\n%s", p.out)
	}
}

func TestWorkerListensToOthersWithAKeyOnly(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, c := range []struct{ listen, env, want string }{
		{":9090", "", `listening on ":9090": others than this machine reach it, so set DESKBELL_METRICS_KEY, or listen on 127.0.0.1`},
		{"0.0.0.0:9090", "", "others than this machine reach it"},
		{"[::]:9090", "", "others than this machine reach it"},
		{"worker.example:9090", "", "others than this machine reach it"},
		{"9090", "", `listening on "9090": it is not host:port`},
		{"127.0.0.1:http", "", "it has no port from 0 to 65535"},
		{taken.Addr().String(), "", "is another worker there? Give each a port"},
		{"127.0.0.1:0", "hunter2", `DESKBELL_METRICS_KEY="***" is too short to be a secret`},
	} {
		got := testBundle{env: map[string]string{"REDIS_URL": o.server.URL(), "DESKBELL_METRICS_KEY": c.env}}.run(t, "worker", "--listen", c.listen)
		if got.code != 1 || !strings.Contains(got.stderr, c.want) || strings.Contains(got.stderr, "hunter2") {
			t.Errorf("%s: code %d, want %q in %s", c.listen, got.code, c.want, got.stderr)
		}
	}
}
