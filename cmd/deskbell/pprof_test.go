package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	logtest "github.com/sirupsen/logrus/hooks/test"
)

func TestProfilesAreForThisMachineAlone(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct{ address, want string }{
		{":6060", `--pprof ":6060": others than this machine would reach it, and profiles show what is in memory: listen on 127.0.0.1`},
		{"0.0.0.0:6060", "others than this machine would reach it"},
		{"[::]:6060", "others than this machine would reach it"},
		{"192.0.2.1:6060", "others than this machine would reach it"},
		{"worker.example:6060", "others than this machine would reach it"},
		{"6060", `--pprof "6060": it is not host:port`},
		{taken.Addr().String(), "give each process an address of its own"},
	} {
		for _, command := range []string{"worker", "web"} {
			got := testBundle{env: map[string]string{"REDIS_URL": "redis://127.0.0.1:1"}}.run(t, command, "--pprof", c.address)
			if got.code != 1 || !strings.Contains(got.stderr, c.want) {
				t.Errorf("%s %s: code %d, want %q in %s", command, c.address, got.code, c.want, got.stderr)
			}
		}
	}
}

func TestProfilesAreAnswered(t *testing.T) {
	t.Parallel()
	log, logged := logtest.NewNullLogger()
	stop, err := profiles{Pprof: "127.0.0.1:0"}.serve(log)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	address := fmt.Sprint(logged.LastEntry().Data["address"])
	ask := func(path, host, proxy string) (status int, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		if proxy != "" {
			r.Header.Set("X-Forwarded-For", proxy)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode, string(text)
	}
	for _, c := range []struct {
		path, host, proxy string
		status            int
		want              string
	}{
		{"/debug/pprof/", "", "", 200, "heap"},
		{"/debug/pprof/goroutine?debug=1", "localhost:6060", "", 200, `(?m)^goroutine profile: total \d+`},
		{"/debug/pprof/cmdline", "", "", 200, "deskbell"},
		{"/debug/pprof/heap", "evil.example", "", 403, "for localhost alone"}, // a page whose site has had its name point to this machine
		{"/debug/pprof/heap", "", "192.0.2.1", 403, "for localhost alone"},
		{"/debug/pprof/nothing", "", "", 404, "Unknown profile"},
		{"/metrics", "", "", 404, ""},
	} {
		if status, body := ask(c.path, c.host, c.proxy); status != c.status || !regexp.MustCompile(c.want).MatchString(body) {
			t.Errorf("%s as %q by %q: %d %.200s", c.path, c.host, c.proxy, status, body)
		}
	}
}
