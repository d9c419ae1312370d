package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4" // which merges keys as Compose does

	"github.com/deskbell/deskbell/config"
)

// packaging has what packages and images are made of. .ci/release-test tries the packages; no image is built here.
const packaging = root + "/.package"

func TestComposeKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	type service struct {
		Command         []string
		Environment     map[string]string
		Volumes, Ports  []string
		StopGracePeriod string   `yaml:"stop_grace_period"`
		ReadOnly        bool     `yaml:"read_only"`
		CapDrop         []string `yaml:"cap_drop"`
		Build           struct{ Context, Dockerfile string }
	}
	var file struct {
		Services map[string]service
		Volumes  map[string]any
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(packaging, "compose.yaml"))), &file); err != nil {
		t.Fatal(err)
	}
	redis := file.Services["redis"]
	if got := strings.Join(redis.Command, " "); got != "redis-server --appendonly yes --appendfsync everysec --maxmemory-policy noeviction" {
		t.Errorf("Redis runs as %q", got)
	}
	if _, named := file.Volumes["redis"]; !named || !slices.Equal(redis.Volumes, []string{"redis:/data"}) || len(redis.Ports) > 0 {
		t.Errorf("Redis has the volumes %v of %v, and the ports %v", redis.Volumes, file.Volumes, redis.Ports)
	}
	if len(file.Services) != 3 {
		t.Errorf("%d services", len(file.Services))
	}
	for _, name := range []string{"worker", "web"} {
		s := file.Services[name]
		env, err := config.FromEnv(func(name string) string {
			return strings.ReplaceAll(s.Environment[name], "${DESKBELL_TIME_ZONE:-UTC}", "UTC")
		})
		if err != nil || env.Redis == nil || !slices.Equal(env.Redis.Addrs, []string{"redis:6379"}) {
			t.Errorf("%s: %v of %v", name, err, s.Environment)
		}
		if err := understood(strings.Join(s.Command, " ")); err != nil {
			t.Errorf("%s runs as %v: %v", name, s.Command, err)
		}
		if grace, err := time.ParseDuration(s.StopGracePeriod); err != nil || grace <= env.StopTimeout {
			t.Errorf("%s is killed after %s, and stops within %s", name, s.StopGracePeriod, env.StopTimeout)
		}
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) {
			t.Errorf("%s may do too much", name)
		}
		if _, err := os.Stat(filepath.Join(packaging, s.Build.Context, s.Build.Dockerfile)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if web := file.Services["web"]; !slices.Equal(web.Ports, []string{"127.0.0.1:8080:8080"}) || web.Environment["DESKBELL_LISTEN"] != ":8080" {
		t.Errorf("web listens at %s, as %v", web.Environment["DESKBELL_LISTEN"], web.Ports)
	}
}

func TestTheImageHasNothingButTheProgram(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join(packaging, "Dockerfile"))
	first, last, _ := strings.Cut(text, "\nFROM scratch\n")
	if !strings.Contains(first, "CGO_ENABLED=0 go build -trimpath ") {
		t.Errorf("it is not static:\n%s", first)
	}
	if user := regexp.MustCompile(`(?m)^USER (\d+):\d+$`).FindStringSubmatch(last); len(user) == 0 || user[1] == "0" {
		t.Errorf("it runs as root:\n%s", last)
	}
	for _, instruction := range []string{"ENTRYPOINT [\"/deskbell\"]", "COPY LICENSE NOTICE /", "ca-certificates.crt /etc/ssl/certs/"} {
		if !strings.Contains(last, instruction) {
			t.Errorf("it lacks %s:\n%s", instruction, last)
		}
	}
}

// The environment file of the packages configures both services.
func TestTheEnvironmentFileIsUnderstood(t *testing.T) {
	t.Parallel()
	values := make(map[string]string)
	assignment := regexp.MustCompile(`^#?([A-Z_]+)=(.*)$`) // also one that is proposed
	for line := range strings.Lines(read(t, filepath.Join(packaging, "deskbell.env"))) {
		if found := assignment.FindStringSubmatch(strings.TrimSpace(line)); found != nil {
			values[found[1]] = found[2]
		}
	}
	env, err := config.FromEnv(func(name string) string { return values[name] })
	if err != nil || env.Redis == nil || env.TimeZone.String() != "Europe/Paris" || env.WorkerListen == "" {
		t.Errorf("%v of %v: %+v", err, values, env)
	}
	for _, name := range []string{"worker", "web"} {
		unit := read(t, filepath.Join(packaging, "deskbell-"+name+".service"))
		stop := regexp.MustCompile(`(?m)^TimeoutStopSec=(\d+)$`).FindStringSubmatch(unit)
		if len(stop) == 0 || parseDuration(t, stop[1]+"s") <= env.StopTimeout {
			t.Errorf("%s is killed after %v, and stops within %s", name, stop, env.StopTimeout)
		}
		if !strings.Contains(unit, "\nExecStart=/usr/bin/deskbell "+name+"\n") || !strings.Contains(unit, "\nType=notify\n") {
			t.Errorf("%s", unit)
		}
	}
}

func parseDuration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
