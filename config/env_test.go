package config_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deskbell/deskbell/config"
)

func env(values map[string]string) func(string) string {
	return func(name string) string {
		if name == "TZ" {
			return "UTC" // whatever the machine has
		}
		return values[name]
	}
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	paris, err := zones.Load("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	byDefault := config.Env{
		Definitions: "deskbell.yaml", TimeZone: time.UTC, Shards: 64, Partitions: 1, Concurrency: 2 * runtime.GOMAXPROCS(0),
		SweepBatch: 500, StopTimeout: 20 * time.Second, EventRate: 2000, KeyEventRate: 10_000, NewVisitors: 100_000, Messages: 100_000, KeyEdits: 6000, AddressStreams: 1000, KeepVisitors: 7 * 24 * time.Hour, Waiting: 1_000_000, WaitingMB: 512, WaitingAllMB: 1024, LogLevel: "info", LogFormat: "auto",
	}
	for _, c := range []struct {
		name   string
		values map[string]string
		want   config.Env
	}{
		{"nothing set", nil, byDefault},
		{"empty counts as not set", map[string]string{"DESKBELL_SHARDS": "", "LOG_LEVEL": "  "}, byDefault},
		{"all set", map[string]string{
			"REDIS_URL": "redis://:secret@db:6380/2", "DESKBELL_DEFINITIONS": "/etc/d.yaml", "DESKBELL_TIME_ZONE": "Europe/Paris", "DESKBELL_SHARDS": "4096",
			"DESKBELL_PARTITIONS": "4096", "DESKBELL_CONCURRENCY": "3", "DESKBELL_SWEEP_BATCH": " 2000 ", "DESKBELL_STOP_TIMEOUT": "1m30s",
			"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "DESKBELL_LISTEN": "[::1]:80", "PORT": "5000",
			"DESKBELL_EVENT_RATE": "8", "DESKBELL_KEY_EVENT_RATE": "9", "DESKBELL_NEW_VISITORS": "10", "DESKBELL_WAITING_MESSAGES": "11", "DESKBELL_KEY_EDITS": "12", "DESKBELL_ADDRESS_STREAMS": "13", "DESKBELL_KEEP_VISITORS": "1d12h", "DESKBELL_WAITING_ACTIONS": "5", "DESKBELL_WAITING_MB": "6", "DESKBELL_WAITING_ALL_MB": "7",
			"DESKBELL_WORKER_LISTEN": "[::1]:9090", "DESKBELL_METRICS_KEY": "twenty-characters-at-least",
		}, config.Env{
			RedisName: "redis://***@db:6380/2", Definitions: "/etc/d.yaml", TimeZone: paris, Shards: 4096, Partitions: 4096, Concurrency: 3,
			SweepBatch: 2000, StopTimeout: 90 * time.Second, EventRate: 8, KeyEventRate: 9, NewVisitors: 10, Messages: 11, KeyEdits: 12, AddressStreams: 13, KeepVisitors: 36 * time.Hour, Waiting: 5, WaitingMB: 6, WaitingAllMB: 7, LogLevel: "debug", LogFormat: "json",
			Listen: "[::1]:80", Port: 5000, WorkerListen: "[::1]:9090", MetricsKey: "twenty-characters-at-least",
		}},
	} {
		got, err := config.FromEnv(env(c.values))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if (got.Redis != nil) != (c.values["REDIS_URL"] != "") {
			t.Errorf("%s: Redis is %v", c.name, got.Redis)
		}
		same := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
		if diff := cmp.Diff(c.want, got, same, cmpopts.IgnoreFields(config.Env{}, "Redis")); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestFromEnvAnswersEveryFault(t *testing.T) {
	t.Parallel()
	_, err := config.FromEnv(env(map[string]string{
		"REDIS_URL": "redis://user:hunter2@db:port", "DESKBELL_TIME_ZONE": "local", "DESKBELL_SHARDS": "0", "DESKBELL_PARTITIONS": "100",
		"DESKBELL_CONCURRENCY": "many", "DESKBELL_SWEEP_BATCH": "2001", "DESKBELL_STOP_TIMEOUT": "20", "LOG_LEVEL": "loud", "LOG_FORMAT": "xml",
		"DESKBELL_LISTEN": "8080", "PORT": "0", "DESKBELL_WORKER_LISTEN": "9090", "DESKBELL_METRICS_KEY": "hunter2",
	}))
	want := []string{
		`REDIS_URL="redis://***" has no valid host:port, or its password has characters (/ ? # @ : %) that need percent-encoding; allowed: redis://, `,
		`DESKBELL_TIME_ZONE="local" is another time zone on every machine; allowed: an IANA name such as Europe/Paris or UTC`,
		`DESKBELL_SHARDS="0" is out of range; allowed: 1 to 4096`,
		`DESKBELL_PARTITIONS="100" is more than the 64 shards; allowed: 1 to 4096`,
		`DESKBELL_CONCURRENCY="many" is not a whole number; allowed: 1 to 10000`,
		`DESKBELL_SWEEP_BATCH="2001" is out of range; allowed: 1 to 2000`,
		`DESKBELL_STOP_TIMEOUT="20" is not a duration; allowed: 1s to 10m`,
		`DESKBELL_LISTEN="8080" is not host:port; allowed: host:port`,
		`PORT="0" is out of range; allowed: 1 to 65535`,
		`DESKBELL_WORKER_LISTEN="9090" is not host:port; allowed: host:port, such as 127.0.0.1:9090`,
		`DESKBELL_METRICS_KEY="***" is too short to be a secret; allowed: at least 20 characters, none of them a space`,
		`LOG_LEVEL="loud" is not one of them; allowed: error, warn, info, debug, trace`,
		`LOG_FORMAT="xml" is not one of them; allowed: auto, text, json`,
	}
	var faults config.EnvError
	if !errors.As(err, &faults) || len(faults) != len(want) {
		t.Fatal(err)
	}
	for i, line := range strings.Split(err.Error(), "\n") {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("got %s\nwant %s", line, want[i])
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("shows the password")
	}
	for _, keep := range []string{"30m", "31d", "a week"} {
		if _, err := config.FromEnv(env(map[string]string{"DESKBELL_KEEP_VISITORS": keep})); err == nil {
			t.Errorf("accepted to keep visitors for %s", keep)
		}
	}
	if _, err := config.FromEnv(env(map[string]string{"DESKBELL_STOP_TIMEOUT": "1h"})); err == nil {
		t.Error("accepted an hour")
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, v := range config.Variables() {
		if v.Default == "" || v.Allowed == "" || !strings.HasSuffix(v.Doc, ".") || seen[v.Name] {
			t.Errorf("%+v", v)
		}
		seen[v.Name] = true
	}
}
