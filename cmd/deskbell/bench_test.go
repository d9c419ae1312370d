package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/bench"
)

func TestBenchBoundaries(t *testing.T) {
	t.Parallel()
	figures := benchmark(t, "boundaries", "--properties", "200")
	want := []string{
		"flips_per_second", "lag_ms_p50", "lag_ms_p99", "last_commit_seconds", "plain_flips_per_second", "properties", "ratio",
		"redis_bytes_per_property", "worker_rss_bytes",
	}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures))); diff != "" || figures["properties"] != 200 {
		t.Errorf("%v\n%s", figures, diff)
	}
}

func TestBenchAgents(t *testing.T) {
	t.Parallel()
	figures := benchmark(t, "agents", "--agents", "50", "--within", "1s")
	want := []string{
		"agent_ms_p50", "agent_ms_p99", "agents", "commands_per_login", "commands_per_second", "department_ms_p50", "department_ms_p99", "flips", "seconds",
	}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures))); diff != "" || figures["agents"] != 50 || figures["flips"] != 50+50+5 {
		t.Errorf("%v\n%s", figures, diff)
	}
}

func TestBenchEvents(t *testing.T) {
	t.Parallel()
	figures := benchmark(t, "events", "--events", "200", "--rounds", "1")
	want := []string{"batch_per_second", "empty_handler_per_second", "events", "ratio_batch", "ratio_single", "single_per_second"}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures))); diff != "" || figures["events"] != 200 {
		t.Errorf("%v\n%s", figures, diff)
	}
}

func TestBenchReaders(t *testing.T) {
	t.Parallel()
	figures := benchmark(t, "readers", "--readers", "100")
	want := []string{"fanout_ms_last", "fanout_ms_p50", "fanout_readers", "open_seconds", "readers", "server_rss_bytes", "states_per_second"}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures))); diff != "" || figures["readers"] != 100 || figures["fanout_readers"] != 50 {
		t.Errorf("%v\n%s", figures, diff)
	}
}

func TestBenchLatency(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL()}, "bench", "latency", "message", "override", "--samples", "2", "--json")
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, p.out)
	}
	_, object, _ := strings.Cut(p.out.String(), "{")
	var figures bench.LatencyFigures
	if err := json.NewDecoder(strings.NewReader("{" + object)).Decode(&figures); err != nil {
		t.Fatalf("%v in\n%s", err, p.out)
	}
	var names []string
	for _, r := range figures.Rows {
		names = append(names, r.Name)
		if r.Unit != "ms" || r.N != 2 || r.Min <= 0 || r.Min > r.P50 || r.P50 > r.P90 || r.P90 > r.P99 || r.P99 > r.Max || r.Mean > r.Max {
			t.Errorf("%+v", r)
		}
	}
	want := []string{"event posted → the visit's stream", "event posted → webhook", "override → stream of the property", "override → webhook"}
	if diff := gocmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if m := figures.Machine; m.Cores < 1 || m.AOF != "everysec" || !strings.HasPrefix(m.Redis, "7.") && !strings.HasPrefix(m.Redis, "8.") {
		t.Errorf("%+v", m)
	}
	if keys := o.server.Client(t).DBSize(t.Context()).Val(); keys != 0 {
		t.Errorf("it leaves %d keys", keys)
	}
	var table strings.Builder
	if err := figures.Table(&table); err != nil || strings.Count(table.String(), "\n") != 1+len(want)+1 {
		t.Errorf("%v\n%s", err, &table)
	}
}

func TestBenchLatencyKnowsItsRows(t *testing.T) {
	t.Parallel()
	for _, name := range bench.Latencies() {
		if !strings.Contains((*benchLatencyCmd)(nil).Help(), "\n    "+name+" ") {
			t.Errorf("its help leaves out %s", name)
		}
	}
	got := testBundle{}.run(t, "bench", "latency", "mesage")
	if got.code != 2 || !strings.Contains(got.stderr, `"mesage" is no row; allowed: `) || !strings.Contains(got.stderr, "did you mean") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
}

func TestBenchTriggers(t *testing.T) {
	t.Parallel()
	figures := benchmark(t, "triggers", "--messages", "100")
	want := []string{"at_once_ms_p50", "at_once_ms_p99", "early", "late_ms_max", "late_ms_p50", "late_ms_p99", "messages"}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures))); diff != "" || figures["messages"] != 100 || figures["early"] != 0 {
		t.Errorf("%v\n%s", figures, diff)
	}
}

// benchmark runs one on a Redis of its own, which it must leave empty, and gives the
// figures. None may be zero, except the number of early messages.
func benchmark(t *testing.T, args ...string) map[string]float64 {
	t.Helper()
	o := newOnline(t)
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL(), "DESKBELL_STOP_TIMEOUT=1s"}, append(append([]string{"bench"}, args...), "--json")...)
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, p.out)
	}
	_, object, _ := strings.Cut(p.out.String(), "{")
	var figures map[string]float64
	if err := json.NewDecoder(strings.NewReader("{" + object)).Decode(&figures); err != nil {
		t.Fatalf("%v in\n%s", err, p.out)
	}
	for name, n := range figures {
		if n <= 0 && name != "early" {
			t.Errorf("%s is %v", name, n)
		}
	}
	if keys := o.server.Client(t).DBSize(t.Context()).Val(); keys != 0 {
		t.Errorf("it leaves %d keys", keys)
	}
	return figures
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
	if got := o.run("", "", "bench", "readers", "--readers", "1"); got.code != 2 || !strings.Contains(got.stderr, "2 to 20000 are allowed") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
	if got := o.run("", "", "bench", "triggers", "--messages", "99"); got.code != 2 || !strings.Contains(got.stderr, "100 to 100000 are allowed") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
	if got := o.run("", "", "bench", "agents", "--agents", "9"); got.code != 2 || !strings.Contains(got.stderr, "10 to 100000 agents within an hour are allowed") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
	if err := bench.EnoughFiles(1 << 40); err == nil || !strings.Contains(err.Error(), "raise the limit by ulimit -Hn") {
		t.Errorf("too few files: %v", err)
	}
}
