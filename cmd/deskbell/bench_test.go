package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestBenchBoundaries(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL(), "DESKBELL_STOP_TIMEOUT=1s"}, "bench", "boundaries", "--properties", "200", "--json")
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, p.out)
	}
	_, object, _ := strings.Cut(p.out.String(), "{")
	var figures map[string]float64
	if err := json.NewDecoder(strings.NewReader("{" + object)).Decode(&figures); err != nil {
		t.Fatalf("%v in\n%s", err, p.out)
	}
	want := []string{
		"flips_per_second", "lag_ms_p50", "lag_ms_p99", "last_commit_seconds", "plain_flips_per_second", "properties", "ratio",
		"redis_bytes_per_property", "worker_rss_bytes",
	}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures))); diff != "" {
		t.Error(diff)
	}
	for name, n := range figures {
		if n <= 0 || name == "properties" && n != 200 {
			t.Errorf("%s is %v", name, n)
		}
	}
	if keys := o.server.Client(t).DBSize(t.Context()).Val(); keys != 0 {
		t.Errorf("it leaves %d keys", keys)
	}
}

func TestBenchRefusesARedisThatHoldsSomething(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office)
	got := o.run("", "", "bench", "boundaries", "--properties", "200")
	if got.code != 1 || !strings.Contains(got.stderr, "a benchmark needs a Redis of its own, for it ends with FLUSHDB") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
	o.expect(result{stdout: "Nothing to change.\n"}, "", office, "apply", "-")
	another := start(t, 0, []string{"REDIS_URL=" + strings.TrimSuffix(o.server.URL(), "0") + "1"}, "bench", "boundaries", "--properties", "200")
	if err := another.cmd.Wait(); err == nil || !strings.Contains(another.out.String(), "has other databases in use") {
		t.Errorf("beside another database: %v, %s", err, another.out)
	}
	if got := o.run("", "", "bench", "boundaries", "--properties", "9"); got.code != 2 || !strings.Contains(got.stderr, "10 to 5000000 are allowed") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
}
