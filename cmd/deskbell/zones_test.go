package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/view"
)

// oldZones is a directory of the built-in zones under another version, in which Vancouver still turns its clocks back in winter,
// as it did up to 2025.
func oldZones(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"Etc/UTC", "Europe/Paris", "America/Los_Angeles", "America/Vancouver"} {
		from := name
		if name == "America/Vancouver" {
			from = "America/Los_Angeles"
		}
		writeFile(t, filepath.Join(dir, name), builtInZone(t, from))
	}
	if err := os.Symlink("Etc/UTC", filepath.Join(dir, "UTC")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "tzdata.zi"), "# version "+version+"\n")
	return dir
}

// builtInZone is a file of the built-in zones.
func builtInZone(t *testing.T, name string) string {
	t.Helper()
	archive, err := zip.OpenReader(filepath.Join(root, "domain", "hours", "zones", "zones.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	f, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// zoned is a Redis with workers whose time zones differ. Their clocks begin at half past eight in the morning of a winter's day
// in Vancouver by old rules, and half past nine by new ones.
type zoned struct {
	online
	offset time.Duration
}

const (
	vancouver      = "properties: {shop: {time_zone: America/Vancouver, schedule: daily 9-17}}"
	vancouverClock = "2026-11-26T16:30:00Z"
)

func newZoned(t *testing.T) zoned {
	t.Helper()
	at, err := time.Parse(time.RFC3339, vancouverClock)
	if err != nil {
		t.Fatal(err)
	}
	z := zoned{newOnline(t), time.Until(at)}
	z.apply(vancouver)
	return z
}

// worker starts one, with the built-in zones where dir is empty.
func (z zoned) worker(dir string, flags ...string) listening {
	z.Helper()
	addr := fmt.Sprintf("127.0.0.1:%d", redistest.FreePort(z.T))
	env := []string{"REDIS_URL=" + z.server.URL(), "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_ZONEINFO=" + dir}
	return listening{start(z.T, z.offset, env, append([]string{"worker", "--listen", addr}, flags...)...), "http://" + addr}
}

// shop is the state that a worker decided on last.
func (z zoned) shop() view.PropertyStatus {
	z.Helper()
	got := z.run(vancouverClock, "", "status", "--json")
	var p view.PropertyStatus
	if err := json.NewDecoder(strings.NewReader(got.stdout)).Decode(&p); err != nil {
		z.Fatalf("%v: %+v", err, got)
	}
	return p
}

// becomes waits until the shop is "online until 00:00", and the given number of actions have left.
func (z zoned) becomes(want string, actions int64) {
	z.Helper()
	var got string
	defer func() {
		if z.Failed() {
			z.Logf("the shop is %s; want %s, %d actions", got, want, actions)
		}
	}()
	rdb := z.server.Client(z.T)
	redistest.Wait(z.T, "the shop is "+want, func() bool {
		sent, err := rdb.XLen(z.Context(), definition.DefaultStream).Result()
		w := z.shop().Widget
		got = fmt.Sprintf("%s until %s, %d actions, %v", w.Status, w.Until.UTC().Format("15:04"), sent, err)
		return got == fmt.Sprintf("%s, %d actions, <nil>", want, actions)
	})
}

// TestTwoVersionsOfZonesNeverFlipAWidgetToAndFro: the worker with old rules leaves decisions to the one with new rules as long as
// that lives, and then decides again.
func TestTwoVersionsOfZonesNeverFlipAWidgetToAndFro(t *testing.T) {
	t.Parallel()
	z := newZoned(t)
	dir := oldZones(t, "2025z")
	old := z.worker(dir)
	z.becomes("offline until 17:00", 1)
	old.answers("/readyz", response{200, `{"status":"ok","time_zones":{"version":"2025z"}}` + "\n"})

	fresh := z.worker("") // wakes all at once, and moves the boundary
	old.says("another worker has newer time zones", "newest="+zones.Version())
	fresh.says("woken for other time zones")
	z.becomes("online until 00:00", 2)
	old.answers("/readyz", response{200, `{"status":"ok","time_zones":{"version":"2025z","newest":"` + zones.Version() + `","standing_by":true}}` + "\n"})
	if metrics := old.get("/metrics", "").body; !strings.Contains(metrics, `deskbell_zones_info{version="2025z"} 1`) ||
		!strings.Contains(metrics, "deskbell_zones_standing_by 1") || !strings.Contains(metrics, "deskbell_zones_outdated 1") {
		t.Errorf("metrics:\n%s", metrics)
	}

	late := z.worker(dir) // its start asks for a reconciliation of everything, and it decides nothing
	late.says("another worker has newer time zones", "worker started")
	// An edit wakes the shop, and is decided on by the rules of the new one.
	z.apply(strings.Replace(vancouver, "daily 9-17", "daily 9-18", 1))
	z.becomes("online until 01:00", 3)
	late.stop()

	fresh.kill() // so its sign of life counts until it ends
	old.says("no worker has newer time zones any more")
	z.becomes("offline until 17:00", 4)
	old.answers("/readyz", response{200, `{"status":"ok","time_zones":{"version":"2025z"}}` + "\n"})

	writeFile(t, filepath.Join(dir, "tzdata.zi"), "# version 2026a\n")
	old.says("restart to use them", "replaced_by=2026a")
	old.answers("/readyz", response{200, `{"status":"ok","time_zones":{"version":"2025z","replaced_by":"2026a"}}` + "\n"})
	old.stop()
}

// TestZonesReplacedUnderOneVersionAreNoticed: a file is replaced while a worker runs, and the directory still names the version
// that it has in use. A worker with the new file wakes all, as with a new version.
func TestZonesReplacedUnderOneVersionAreNoticed(t *testing.T) {
	t.Parallel()
	z := newZoned(t)
	dir := oldZones(t, "2025z")
	old := z.worker(dir)
	z.becomes("offline until 17:00", 1)
	writeFile(t, filepath.Join(dir, "America", "Vancouver"), builtInZone(t, "America/Vancouver"))
	old.says("restart to use them", `replaced_by="2025z with other rules"`)
	old.answers("/readyz", response{200, `{"status":"ok","time_zones":{"version":"2025z","replaced_by":"2025z with other rules"}}` + "\n"})
	old.stop()
	fresh := z.worker(dir)
	fresh.says("woken for other time zones")
	z.becomes("online until 00:00", 2)
	fresh.answers("/readyz", response{200, `{"status":"ok","time_zones":{"version":"2025z"}}` + "\n"})
	fresh.stop()
}

func TestAWorkerMayInsistOnOldZones(t *testing.T) {
	t.Parallel()
	z := newZoned(t)
	fresh := z.worker("")
	z.becomes("online until 00:00", 1)
	old := z.worker(oldZones(t, "2025z"), "--allow-old-zones")
	old.says("another process has newer time zones", "worker started")
	old.stop()
	fresh.stop()
}

func TestADirectoryThatIsNoZoneinfoIsAFault(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		p := start(t, 0, []string{"DESKBELL_ZONEINFO=" + dir}, "version")
		p.says("DESKBELL_ZONEINFO="+dir, "reading the time zone database")
		if err := p.cmd.Wait(); err == nil {
			t.Errorf("it goes on:\n%s", p.out)
		}
	}
	p := start(t, 0, []string{"DESKBELL_ZONEINFO=" + oldZones(t, "2030a")}, "version")
	p.says("time zones 2030a")
	_ = p.cmd.Wait()
}

// The line at start names the zone of schedules that name none.
func TestTheLogNamesTheMachinesZone(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := logrus.New()
	log.SetOutput(&out)
	log.SetFormatter(new(logrus.JSONFormatter))
	logZones(log, config.Env{TimeZone: time.UTC})
	if !strings.Contains(out.String(), `"default":"UTC"`) {
		t.Error(out.String())
	}
}
