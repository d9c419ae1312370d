package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/bench"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestBenchBoundaries(t *testing.T) {
	t.Parallel()
	figures := benchmark(t, "boundaries", "--properties", "200", "--rounds", "1")
	want := []string{
		"flips_per_second", "lag_ms_p50", "lag_ms_p99", "last_commit_seconds", "plain_flips_per_second", "properties", "ratio",
		"redis_bytes_per_property", "redis_cpu_us_per_flip", "rounds", "worker_cpu_us_per_flip", "worker_rss_bytes",
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
	want := []string{
		"batch_per_second", "batch_redis_cpu_us", "batch_worker_cpu_us", "empty_handler_per_second", "events", "ratio_batch", "ratio_single", "rounds",
		"single_per_second", "single_redis_cpu_us", "single_worker_cpu_us",
	}
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

func TestBenchSoak(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL()}, "bench", "soak", "--for", "2s", "--rate", "50", "--json")
	if err := p.cmd.Wait(); err != nil && !strings.Contains(p.out.String(), "deskbell: not flat: ") { // so short a soak says nothing
		t.Fatalf("%v\n%s", err, p.out)
	}
	_, object, _ := strings.Cut(p.out.String(), "{")
	var figures bench.SoakFigures
	if err := json.NewDecoder(strings.NewReader("{" + object)).Decode(&figures); err != nil {
		t.Fatalf("%v in\n%s", err, p.out)
	}
	want := []string{"redis_bytes", "redis_keys", "web_goroutines", "web_rss_bytes", "worker_goroutines", "worker_rss_bytes"}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures.Trends))); diff != "" {
		t.Error(diff)
	}
	for name, trend := range figures.Trends {
		if trend.Median <= 0 {
			t.Errorf("%s: %+v", name, trend)
		}
	}
	if figures.Events < 50 || figures.Webhooks == 0 || figures.IDs > int64(figures.Events) || figures.Machine.AOF != "no" {
		t.Errorf("%+v", figures)
	}
	for name := range figures.Trends {
		figures.Trends[name] = bench.Trend{Median: 1, Flat: true}
	}
	if err := figures.Verdict(); err != nil {
		t.Errorf("of what is flat: %v", err)
	}
	figures.IDs = int64(figures.Events) + 1
	figures.Trends["redis_keys"] = bench.Trend{Median: 1, Rise: 0.5}
	if err := figures.Verdict(); err == nil || !strings.HasSuffix(err.Error(), fmt.Sprintf("redis_keys by 50.0 %%, ids of events: %d of %d", figures.IDs, figures.Events)) {
		t.Errorf("of what grows: %v", err)
	}
}

func TestBenchFaults(t *testing.T) {
	t.Parallel()
	redistest.Program(t, "redis-server")
	length, kills := redistest.Storm(t, "25s", "10s"), redistest.Storm(t, 12, 4)
	p := start(t, 0, []string{"TMPDIR=" + t.TempDir()}, "bench", "faults", "--for", length, "--kills", fmt.Sprint(kills), "--json")
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, p.out)
	}
	_, object, _ := strings.Cut(p.out.String(), "{")
	var figures bench.FaultFigures
	if err := json.NewDecoder(strings.NewReader("{" + object)).Decode(&figures); err != nil {
		t.Fatalf("%v in\n%s", err, p.out)
	}
	var table strings.Builder
	if err := figures.Table(&table); err != nil || figures.Kills != kills || figures.Seed == 0 || len(figures.Recovery) == 0 || figures.Machine.Cores < 1 {
		t.Errorf("%v: %+v", err, figures)
	}
	t.Logf("\n%s", &table)
}

func TestACampaignThatIsStoppedLeavesNothing(t *testing.T) {
	t.Parallel()
	redistest.Program(t, "redis-server")
	dir := t.TempDir()
	p := start(t, 0, []string{"TMPDIR=" + dir}, "bench", "faults", "--for", "1m", "--kills", "20")
	redistest.Wait(t, "it has begun", func() bool { return strings.Contains(p.out.String(), "seed ") })
	if err := p.terminate().cmd.Wait(); err == nil || !strings.Contains(p.out.String(), "deskbell: stopped: ") || !strings.Contains(p.out.String(), " of 20 kills and ") {
		t.Errorf("%v: %s", err, p.out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v (%v)", left, err)
	}
	if got := (testBundle{}).run(t, "bench", "faults", "--kills", "601"); got.code != 2 || !strings.Contains(got.stderr, "1 to 600 kills") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
}

func TestABenchmarkThatIsStoppedSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL()}, "bench", "triggers", "--messages", "100")
	redistest.Wait(t, "it has begun", func() bool { return strings.Contains(p.out.String(), "round 1 of 5") })
	if err := p.terminate().cmd.Wait(); err == nil || !strings.Contains(p.out.String(), "deskbell: stopped: 0 of 5 rounds were done") || strings.Contains(p.out.String(), "canceled") {
		t.Errorf("%v: %s", err, p.out)
	}
	if keys := o.server.Client(t).DBSize(t.Context()).Val(); keys != 0 {
		t.Errorf("it leaves %d keys", keys)
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
	figures := benchmark(t, "triggers", "--messages", "100", "--rounds", "1")
	want := []string{"at_once_ms_p50", "at_once_ms_p99", "early", "late_ms_max", "late_ms_p50", "late_ms_p99", "messages", "redis_cpu_us_per_message", "rounds", "worker_cpu_us_per_message"}
	if diff := gocmp.Diff(want, slices.Sorted(maps.Keys(figures))); diff != "" || figures["messages"] != 100 || figures["early"] != 0 {
		t.Errorf("%v\n%s", figures, diff)
	}
}

// checkUse checks what Redis did for each unit: all commands by their names, scripts among them.
func checkUse(t *testing.T, of string, value any) {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var use bench.RedisUse
	if err := json.Unmarshal(body, &use); err != nil {
		t.Fatal(err)
	}
	sum, scripts := 0.0, 0.0
	for _, c := range use.Commands {
		sum += c.Calls
		if c.Name == "evalsha" {
			scripts = c.Calls
		}
	}
	if math.Abs(sum-use.Calls) > 1e-6 || scripts <= 0 || scripts >= sum {
		t.Errorf("%s: %s", of, body)
	}
}

// benchmark runs one on a Redis of its own, which it must leave empty, and gives the
// figures, without the machine. None may be zero, except the number of early messages, and what processors spent on too little.
func benchmark(t *testing.T, args ...string) map[string]float64 {
	t.Helper()
	o := newOnline(t)
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL(), "DESKBELL_STOP_TIMEOUT=1s"}, append(append([]string{"bench"}, args...), "--json")...)
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, p.out)
	}
	_, object, _ := strings.Cut(p.out.String(), "{")
	var all map[string]any
	if err := json.NewDecoder(strings.NewReader("{" + object)).Decode(&all); err != nil {
		t.Fatalf("%v in\n%s", err, p.out)
	}
	figures := make(map[string]float64)
	for name, value := range all {
		n, is := value.(float64)
		switch {
		case is:
			figures[name] = n
		case strings.HasSuffix(name, "commands"):
			checkUse(t, name, value)
		case name != "machine":
			t.Errorf("%s is no number: %v", name, value)
		}
		if is && n <= 0 && name != "early" && !strings.Contains(name, "_cpu_us") {
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
