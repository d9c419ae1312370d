package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/redisstore"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
)

const office = `
schedules:
  office: {time_zone: Europe/Paris, weekly: {mon-fri: "09:00-12:00, 13:00-18:00"}}
properties:
  acme:
    name: ACME shop
    time_zone: Europe/Paris
    schedule: office
    agents: [lea, tom]
    departments: {sales: {schedule: mon-fri 9-11}, support: {agents: [tom]}}
  always: {time_zone: Asia/Kathmandu}
agents:
  lea: {name: Léa, schedule: {time_zone: Europe/Paris, weekly: {mon-fri: "09:00-17:00"}}}
  tom: {schedule: sat 9-10}
`

// mondayMorning is 09:30 in Paris.
const mondayMorning = "2026-11-23T08:30:00Z"

// online is a Redis of the test's own, and command lines that use it.
type online struct {
	*testing.T
	server *redistest.Server
}

func newOnline(t *testing.T) online {
	t.Helper()
	return online{t, redistest.Start(t)}
}

// run carries out a command line at an instant.
func (o online) run(at, stdin string, args ...string) result {
	o.Helper()
	return testBundle{at: at, stdin: stdin, env: map[string]string{"REDIS_URL": o.server.URL()}}.run(o.T, args...)
}

// expect is run, and fails the test unless the result is this one.
func (o online) expect(want result, at, stdin string, args ...string) {
	o.Helper()
	if diff := gocmp.Diff(want, o.run(at, stdin, args...), gocmp.AllowUnexported(result{})); diff != "" {
		o.Errorf("deskbell %s (-want +got):\n%s", strings.Join(args, " "), diff)
	}
}

// apply defines, and must work.
func (o online) apply(definitions string) {
	o.Helper()
	if got := o.run(mondayMorning, definitions, "apply", "-"); got.code != 0 {
		o.Fatalf("applying: %s", got.stderr)
	}
}

// decide does a worker's work at an instant.
func (o online) decide(at string) {
	o.Helper()
	instant, err := time.Parse(time.RFC3339, at)
	if err != nil {
		o.Fatal(err)
	}
	ctx := context.Background()
	db, err := redisstore.Open(ctx, o.server.Client(o.T), redisstore.Layout{Shards: 64, Partitions: 1})
	if err != nil {
		o.Fatal(err)
	}
	decider := engine.NewDecider(db, time.UTC)
	for shard := range db.Shards() {
		claim, err := db.Claim(ctx, shard, store.Lease{Holder: "test", For: time.Minute}, instant, 100)
		if err != nil {
			o.Fatal(err)
		}
		out, err := decider.Decide(ctx, claim.Records, instant)
		if err != nil {
			o.Fatal(err)
		}
		if lost, err := db.Commit(ctx, engine.Written(out.Changes)); err != nil || len(lost) > 0 {
			o.Fatal(lost, err)
		}
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	const plan = "+ schedule office added\n+ agent lea added\n+ agent tom added\n+ property acme added\n+ property always added\n"
	for range 2 { // the first writes nothing
		o.expect(result{stdout: plan + "Would change: 5 added. Nothing was written.\n"}, "", office, "apply", "--dry-run", "-")
	}
	o.expect(result{stdout: plan + "Applied: 5 added.\n"}, "", office, "apply", "-")
	o.expect(result{stdout: "Nothing to change.\n"}, "", office, "apply", "-")
	o.expect(result{stdout: "Nothing to change.\n"}, "", office, "apply", "--dry-run", "-")

	changed := strings.Replace(strings.Replace(office, "18:00", "19:00", 1), "  always: {time_zone: Asia/Kathmandu}\n", "", 1)
	file := filepath.Join(t.TempDir(), "deskbell.yaml")
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	o.expect(result{stdout: "~ schedule office changed\n- property always removed\nApplied: 1 changed, 1 removed.\n"}, "", "", "apply", file)

	busted := strings.Replace(changed, "agents: [lea, tom]", "agents: [lae]", 1) + "nonsense: {}\n"
	got := o.run("", busted, "apply", "-")
	for _, want := range []string{`"lae" is not the name of an agent`, `did you mean "lea"?`, `"nonsense" is not a`, "stdin:9:"} {
		if got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, want) {
			t.Errorf("code %d, stdout %q, no %q in\n%s", got.code, got.stdout, want, got.stderr)
		}
	}
	o.expect(result{stdout: "Nothing to change.\n"}, "", changed, "apply", "-")
}

func TestToolsSayWhatTheyNeed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Stop(t)
	secret := strings.Replace(server.URL(), "//", "//user:hunter2@", 1)
	for _, args := range [][]string{{"apply", "-"}, {"status"}, {"open", "acme"}, {"close", "acme"}, {"bench", "boundaries"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			got := testBundle{stdin: office}.run(t, args...)
			if got.code != 1 || !strings.HasPrefix(got.stderr, "deskbell: REDIS_URL is not set: ") {
				t.Errorf("without REDIS_URL: code %d, %s", got.code, got.stderr)
			}
		})
	}
	got := testBundle{env: map[string]string{"REDIS_URL": secret}}.run(t, "status")
	why := regexp.MustCompile(`no answer within 5s \((dial tcp|context deadline exceeded)`) // where the machine is too busy to dial
	if got.code != 1 || !why.MatchString(got.stderr) || !strings.Contains(got.stderr, "is it up, and REDIS_URL right?") || strings.Contains(got.stderr, "hunter2") {
		t.Errorf("without Redis: code %d, %s", got.code, got.stderr)
	}
	got = testBundle{env: map[string]string{"REDIS_URL": "ftp://hunter2@x", "DESKBELL_SHARDS": "0"}}.run(t, "worker")
	if got.code != 1 || !strings.Contains(got.stderr, "REDIS_URL=") || !strings.Contains(got.stderr, "DESKBELL_SHARDS=") || strings.Contains(got.stderr, "hunter2") {
		t.Errorf("a wrong environment: code %d, %s", got.code, got.stderr)
	}
}
