package main

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

// patient is a Redis and its patients: processes that gave a sign of life.
type patient struct {
	online
	env map[string]string
}

func newPatient(t *testing.T, settings ...redistest.Setting) patient {
	t.Helper()
	o := online{t, redistest.Start(t, settings...)}
	return patient{o, map[string]string{"REDIS_URL": o.server.URL(), "DESKBELL_LISTEN": "127.0.0.1:0"}}
}

// beats gives a sign of life of a worker, which lasts for the test.
func (p patient) beats(b store.Beat) {
	p.Helper()
	db, err := redisstore.Open(p.Context(), p.server.Client(p.T), redisstore.Layout{Shards: 64, Partitions: 1})
	if err != nil {
		p.Fatal(err)
	}
	if _, _, err := db.Beat(p.Context(), b, time.Hour); err != nil {
		p.Fatal(err)
	}
}

// says checks the exit status and that lines of the findings match.
func (p patient) says(code int, lines ...string) {
	p.Helper()
	got := testBundle{env: p.env}.run(p.T, "doctor")
	for _, line := range lines {
		if !regexp.MustCompile(`(?m)^` + line).MatchString(got.stdout) {
			p.Errorf("no line like %q in\n%s", line, got.stdout)
		}
	}
	if got.code != code {
		p.Errorf("code %d, %s\n%s", got.code, got.stderr, got.stdout)
	}
}

func worker(name, rules string) store.Beat {
	return store.Beat{Process: name, Name: name, Role: store.RoleDecides, Zones: rules, TimeZone: "UTC", Clock: "right"}
}

func TestDoctorOfWhatIsWell(t *testing.T) {
	t.Parallel()
	p := newPatient(t, redistest.AOF)
	p.apply(office)
	p.beats(worker("one", zones.Version()))
	p.beats(worker("two", zones.Version()))
	p.says(0,
		`ok +environment +every variable can be read`, `ok +time zone +UTC`, `ok +zone rules +`+zones.Version()+`, built in`, `ok +port of web +127.0.0.1:0 is free`,
		`ok +Redis +redis://127.0.0.1:\d+ answers, and takes writes`, `ok +version +\d`, `ok +append-only file +everysec`, `ok +eviction +noeviction`,
		`ok +clock`, `ok +workers +2 run`, `ok +queues +none is paused`, `ok +definitions`, `ok +destinations +0, all are well`, `ok +deliveries +nothing was given up`,
		`ok +keys +none: everybody on this machine`)
	got := testBundle{env: p.env}.run(t, "doctor", "--json")
	for line := range strings.Lines(got.stdout) {
		var f finding
		if err := json.Unmarshal([]byte(line), &f); err != nil || f.State != isWell || f.Check == "" || f.Says == "" || f.Do != "" {
			t.Errorf("%v: %s", err, line)
		}
	}
}

func TestDoctorOfWhatIsNotWell(t *testing.T) {
	t.Parallel()
	p := newPatient(t, "maxmemory-policy allkeys-lru")
	p.says(1, `fault +append-only file +Redis keeps no append-only file`, ` +do: set appendonly yes`, `fault +eviction +Redis drops keys`, ` +do: set maxmemory-policy noeviction`,
		`fault +workers +none runs`, ` +do: start deskbell worker`, `warning +definitions`)

	newer, off := worker("newer", "9999z"), worker("off", zones.Version())
	off.Clock, off.Ahead, off.TimeZone = "wrong", -7, "Europe/Paris"
	p.beats(newer)
	p.beats(off)
	rdb := p.server.Client(t)
	if err := rdb.SAdd(t.Context(), "asynq:queues", "deskbell-boundary").Err(); err != nil {
		t.Fatal(err)
	}
	if err := rdb.Set(t.Context(), "asynq:{deskbell-boundary}:paused", 1, 0).Err(); err != nil {
		t.Fatal(err)
	}
	other := httptest.NewServer(nil)
	defer other.Close()
	p.env["DESKBELL_LISTEN"] = other.Listener.Addr().String()
	p.says(1, `warning +port of web +127.0.0.1:\d+ is taken by another program`, `warning +zone rules +workers have 9999z`,
		`fault +workers +the clock of off is 7.0 s behind: decides nothing`, `warning +processes +processes have different DESKBELL_TIME_ZONE`,
		`fault +queues +paused, so that nothing there is done: deskbell-boundary`)

	if got := p.run("", "destinations: {crm: {type: log}}", "apply", "-"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	if got := p.run("", "", "deliveries", "pause", "crm"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	p.says(1, `warning +destinations +crm is paused by command line, since .*: its actions wait, and are given up after 12 hours`, ` +do: deskbell deliveries resume crm`)

	p.env["DESKBELL_LISTEN"] = "0.0.0.0:0"
	p.says(1, `fault +keys +none, and other machines may reach 0.0.0.0:0`)
	if got := p.run("", "", "keys", "add", "ci"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	p.says(1, `ok +keys +1`)
}

func TestDoctorWithoutRedisAndEnvironment(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.server.Stop(t)
	p.says(1, `fault +Redis +connecting to redis://`, ` +do: start Redis, or correct REDIS_URL`)
	p.env["REDIS_URL"] = ""
	p.says(1, `fault +Redis +REDIS_URL is not set, and no deskbell up runs here`)
	p.env["DESKBELL_SHARDS"], p.env["DESKBELL_LISTEN"] = "0", "nowhere"
	p.says(1, `fault +environment +DESKBELL_SHARDS="0"`, `fault +environment +DESKBELL_LISTEN="nowhere"`)
}
