package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// toNextMinute is an offset with which a minute begins at a beat of the workers' cron, in 20 to 25 seconds: a busy machine
// takes a while to start a process, which has to see the minute before, too.
func toNextMinute() time.Duration {
	beat := time.Now().Truncate(5 * time.Second).Add(25 * time.Second)
	return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Sub(beat)
}

func TestUpShowsAFlipAndANotice(t *testing.T) {
	t.Parallel()
	p := start(t, toNextMinute(), []string{"DESKBELL_TIME_ZONE=UTC", "REDIS_URL=", "DESKBELL_DEFINITIONS=", "LOG_LEVEL="}, "up")
	p.says("using an embedded Redis", `using a sample with the properties "demo" and "kiosk"`, "/demo", "from 09:00 on, every three minutes",
		"widget kiosk is offline (offline_form, weekly) until Mon 23 Nov 09:00:00, then online",
		"widget kiosk is online (chat, weekly) until Mon 23 Nov 09:01:00, then away",
		"agent lea is online (weekly) until Mon 23 Nov 09:01:00, then offline",
		"notice to lea: your hours have started, until Mon 23 Nov 09:01:00")
	p.stop()
	for _, line := range []string{"board at http://127.0.0.1:", "widget kiosk is online", "notice to lea"} {
		if n := strings.Count(p.out.String(), line); n != 1 {
			t.Errorf("%q comes %d times in\n%s", line, n, p.out)
		}
	}
	if strings.Contains(p.out.String(), "warning") || strings.Contains(p.out.String(), "error") {
		t.Errorf("it complains:\n%s", p.out)
	}
}

// TestTheSampleFitsAnyNight: also one on which the clocks are turned, or at whose end there is
// another day.
func TestTheSampleFitsAnyNight(t *testing.T) {
	t.Parallel()
	for zone, nights := range map[string][]string{
		"UTC":                 {"2026-12-31", "2028-02-28", "2028-02-29"},
		"Europe/Berlin":       {"2026-10-24", "2027-03-27"}, // at 03:00, at 02:00
		"America/Havana":      {"2026-10-31", "2027-03-13"}, // at 01:00, at midnight
		"Australia/Lord_Howe": {"2026-04-04", "2026-10-03"}, // by half an hour
	} {
		location, err := zones.Load(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, night := range nights {
			from, err := time.ParseInLocation("2006-01-02 15:04:05", night+" 21:00:30", location)
			if err != nil {
				t.Fatal(err)
			}
			for now := from; now.Before(from.Add(8 * time.Hour)); now = now.Add(7 * time.Minute) {
				defs, err := config.ReadDefinitions("the sample", []byte(sample(now)))
				if err != nil {
					t.Fatalf("%s: %v", now, err)
				}
				for name, in := range map[string]definition.Schedule{"kiosk": defs.Properties["kiosk"].Schedule, "lea": defs.Agents["lea"].Schedule} {
					var spec hours.Spec
					if err := spec.UnmarshalJSON(in.InPlace); err != nil {
						t.Fatal(err)
					}
					schedule, err := spec.Compile(location)
					if err != nil {
						t.Fatal(err)
					}
					if is := schedule.At(now); is.Open || !is.Until.Equal(nextMinute(now)) {
						t.Fatalf("%s: %s is open: %t, until %s", now, name, is.Open, is.Until)
					}
				}
			}
		}
	}
}

func TestUpTakesDefinitions(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("properties:\n  mine: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, 0, []string{"REDIS_URL=", "DESKBELL_DEFINITIONS=" + file}, "up")
	p.says("definitions applied", "widget mine is online")
	p.stop()

	missing := start(t, 0, []string{"REDIS_URL=", "DESKBELL_DEFINITIONS=" + file + ".not"}, "up")
	if err := missing.cmd.Wait(); err == nil {
		t.Error("without its file, it ends well")
	}
	missing.says("there is no such file")
}

// secret is that of webhooks in these tests.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// hooked are definitions with a log, a webhook that wants little, and a property that names only one of them.
func hooked(t *testing.T, url string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "hooked.yaml")
	text := "properties: {acme: {schedule: 24/7, destinations: [crm]}, beta: {schedule: 24/7}}\n" +
		"destinations: {crm: {type: webhook, url: '" + url + "', secret_env: CRM_SECRET}, mine: {type: log}, few: {type: log, actions: [note.add]}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestUpPrintsWhateverDestinationsAreDefined(t *testing.T) {
	t.Parallel()
	to := newReceiver(t, http.StatusNoContent)
	p := start(t, 0, []string{"REDIS_URL=", "CRM_SECRET=" + secret, "DESKBELL_DEFINITIONS=" + hooked(t, to.URL)}, "up")
	p.says("widget acme is online", "widget beta is online")
	redistest.Wait(t, "the webhook on this machine has both", func() bool { return len(to.ids()) == 2 })
	p.stop()
	for _, line := range []string{"widget acme is online", "widget beta is online"} {
		if n := strings.Count(p.out.String(), line); n != 1 {
			t.Errorf("%q comes %d times in\n%s", line, n, p.out)
		}
	}
}

// TestUpBeyondLoopbackKeepsAwayFromThisMachine: others may write definitions there.
func TestUpBeyondLoopbackKeepsAwayFromThisMachine(t *testing.T) {
	t.Parallel()
	to := newReceiver(t, http.StatusNoContent)
	o := newOnline(t)
	if got := o.run("", "", "keys", "add", "ops"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL(), "CRM_SECRET=" + secret, "DESKBELL_LISTEN=0.0.0.0:0", "DESKBELL_DEFINITIONS=" + hooked(t, to.URL)}, "up")
	p.says("widget acme is online", "its address is not public; to reach it, list its network in DESKBELL_ALLOW_PRIVATE")
	p.stop()
	if had := to.ids(); len(had) > 0 {
		t.Errorf("the webhook had %s", had)
	}
}

func TestUpDoesNotReplaceWhatIsThereByTheSample(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office)
	p := start(t, 0, []string{"REDIS_URL=" + o.server.URL(), "DESKBELL_DEFINITIONS="}, "up")
	if err := p.cmd.Wait(); err == nil {
		t.Error("it ends well")
	}
	p.says("the sample would replace what")
	o.expect(result{stdout: "Nothing to change.\n"}, "", office, "apply", "-")
}
