package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// desk is a user with a runtime folder of their own, who has no REDIS_URL.
type desk struct {
	*testing.T
	run string
	env []string
}

func newDesk(t *testing.T) desk {
	t.Helper()
	run := runtimeDir(t)
	return desk{t, run, []string{"XDG_RUNTIME_DIR=" + run, "REDIS_URL=", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_LISTEN=127.0.0.1:0", "LOG_LEVEL=", "LOG_FORMAT="}}
}

// up starts deskbell up with definitions, and waits until it is found.
func (d desk) up(definitions string, env ...string) *proc {
	d.Helper()
	file := filepath.Join(d.TempDir(), "deskbell.yaml")
	if err := os.WriteFile(file, []byte(definitions), 0o600); err != nil {
		d.Fatal(err)
	}
	p := start(d, 0, append(append(d.env, "DESKBELL_DEFINITIONS="+file), env...), "up")
	p.says("deskbell status, close, send and others", "definitions applied")
	return p
}

// do runs a command in another process, and gives its output.
func (d desk) do(env []string, args ...string) (out string, err error) {
	d.Helper()
	p := start(d, 0, append(d.env[:len(d.env):len(d.env)], env...), args...)
	err = p.cmd.Wait()
	return p.out.String(), err
}

// shows runs a command until it prints something.
func (d desk) shows(want *regexp.Regexp, args ...string) {
	d.Helper()
	last := ""
	defer func() {
		if d.Failed() {
			d.Logf("deskbell %s prints\n%s", strings.Join(args, " "), last)
		}
	}()
	redistest.Wait(d, fmt.Sprintf("deskbell %s shows %s", args[0], want), func() bool {
		last, _ = d.do(nil, args...) // an error is in what it prints
		return want.MatchString(last)
	})
}

// socket is that of the first deskbell up.
func (d desk) socket() string { return filepath.Join(d.run, "deskbell", "up.sock") }

const shop = `
schedules: {office: {weekly: {daily: 00:00-24:00}}}
properties:
  acme: {schedule: office, agents: [lea], auto_replies: {outside: "We are closed."}}
agents: {lea: {}}
destinations: {crm: {type: webhook, url: "http://127.0.0.1:1/hook", secret_env: CRM_SECRET}}
`

func TestCommandsFindUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := d.up(shop)
	d.shows(regexp.MustCompile(`acme +online`), "status")
	for _, c := range []struct{ args, want, says string }{
		{"close acme --for 1h", "acme is closed (override) until ", "widget acme is offline (offline_form, override)"},
		{`send --type chat.requested --data {"property":"acme","visitor":"v1","chat":"c1","text":"Hello"}`, "sent 1", "message to acme/v1 (auto_reply.outside): We are closed."},
		{"deliveries list", "crm", ""},
		{"feeds link agent lea", "http://127.0.0.1:", ""},
		{"feeds list", "agent lea", ""},
		{"hours acme", "property acme", ""},
		{"hours office", "schedule office", ""},
		{"coverage", "acme", ""},
		{"keys list", "There is no key", ""},
		{"apply --dry-run testdata/office.yaml", "Would change:", ""},
		{"open acme --clear", "acme is open (weekly)", "widget acme is online (chat, weekly)"},
	} {
		args := strings.Fields(c.args)
		if args[0] == "apply" {
			args[2] = filepath.Join(d.TempDir(), "a.yaml")
			if err := os.WriteFile(args[2], []byte("properties: {beta: {}}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := d.do(nil, args...); err != nil || !strings.Contains(out, c.want) {
			t.Errorf("deskbell %s: %v\n%s", c.args, err, out)
		}
		p.says(c.says) // before the next: of a widget that is closed and opened again at once, no flip may be seen
	}
	p.stop()
	out, err := d.do(nil, "status")
	if err == nil || !strings.HasPrefix(out, "deskbell: REDIS_URL is not set: say where the Redis of the workers is, for example REDIS_URL=redis://127.0.0.1:6379/0; or start deskbell up in another terminal") {
		t.Errorf("after its end: %v\n%s", err, out)
	}
}

// TestWorkerAndWebFindUp: whoever tries Deskbell may try several of them.
func TestWorkerAndWebFindUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := d.up("properties: {acme: {}}")
	for _, command := range []string{"worker", "web"} {
		other := start(t, 0, d.env, command)
		other.says("REDIS_URL is not set: using the Redis within deskbell up (process ", command+" started")
		other.stop()
	}
	p.stop()
}

func TestCommandsFindTheRedisThatUpWasGiven(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	if err := server.Client(t).Do(t.Context(), "ACL", "SETUSER", "bell", "on", ">hunter2", "~*", "&*", "+@all").Err(); err != nil {
		t.Fatal(err)
	}
	url := strings.Replace(server.URL(), "//", "//bell:hunter2@", 1)
	d := newDesk(t)
	p := d.up(shop, "REDIS_URL="+url)
	d.shows(regexp.MustCompile(`acme +online`), "status")
	if out, err := d.do(nil, "close", "acme"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	there := desk{t, d.run, append(d.env[:len(d.env):len(d.env)], "REDIS_URL="+server.URL())}
	there.shows(regexp.MustCompile(`acme +offline .*override`), "status")
	worker := start(t, 0, d.env, "worker")
	worker.says("worker started")
	if arguments, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.cmd.Process.Pid)); runtime.GOOS == "linux" && (err != nil || strings.Contains(string(arguments), "hunter2")) {
		t.Errorf("its command line is %q (%v)", arguments, err)
	}
	server.Stop(t)
	out, err := d.do(nil, "status")
	if err == nil || !strings.Contains(out, "connecting to redis://***@"+server.Addr()+" of deskbell up (process ") {
		t.Errorf("without that Redis: %v\n%s", err, out)
	}
	for name, text := range map[string]string{"up": p.out.String(), "worker": worker.out.String(), "status": out} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s shows a secret:\n%s", name, text)
		}
	}
}

func TestUpIsFoundAgainAfterAKill(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.up("properties: {acme: {}}")
	socket := d.socket()
	first.kill()
	if _, err := os.Lstat(socket); err != nil {
		t.Fatalf("a kill leaves the socket: %v", err)
	}
	if out, err := d.do(nil, "status"); err == nil || !strings.Contains(out, "REDIS_URL is not set") {
		t.Errorf("after a kill: %v\n%s", err, out)
	}
	second := d.up("properties: {beta: {}}")
	d.shows(regexp.MustCompile(`beta +online`), "status")
	if strings.Contains(second.out.String(), "there is another") {
		t.Errorf("it takes a dead one for another:\n%s", second.out)
	}
	second.stop()
	if _, err := os.Lstat(socket); err == nil {
		t.Error("the socket stays after its end")
	}
}

func TestOfTwoUpsTheFirstIsFoundAndTheSecondSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.up("properties: {acme: {}}")
	second := d.up("properties: {beta: {}}")
	second.says(fmt.Sprintf("there is another deskbell up (process %d, http://127.0.0.1:", first.cmd.Process.Pid), "reach that one as long as it runs")
	d.shows(regexp.MustCompile(`acme +online`), "status")
	own := regexp.MustCompile(`give them (REDIS_URL=unix://\S+)`).FindStringSubmatch(second.out.String())
	if own == nil {
		t.Fatalf("it does not say how it is reached:\n%s", second.out)
	}
	if out, err := d.do(own[1:], "status"); err != nil || !strings.Contains(out, "beta") || strings.Contains(out, "acme") {
		t.Errorf("the second by its own name: %v\n%s", err, out)
	}
	first.stop()
	d.shows(regexp.MustCompile(`beta +online`), "status")
	second.stop()
}

func TestTheSocketIsTheUsersAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.up("properties: {acme: {}}")
	socket := d.socket()
	for path, want := range map[string]fs.FileMode{filepath.Dir(socket): fs.ModeDir | 0o700, socket: fs.ModeSocket | 0o600} {
		if info, err := os.Lstat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// TestAFolderThatAnotherPutThereIsRefused: up works without it, and commands tell why they do not look there.
func TestAFolderThatAnotherPutThereIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	shared, err := os.MkdirTemp("/tmp", "bell") //nolint:usetesting // a folder with a long name is no place for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(shared) })
	if err := os.Chmod(shared, fs.ModeSticky|0o777); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(shared, fmt.Sprintf("deskbell-%d", os.Geteuid()))
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	d.env = append(d.env, "XDG_RUNTIME_DIR=", "TMPDIR="+shared)
	p := start(t, 0, append(d.env, "DESKBELL_DEFINITIONS="), "up")
	p.says("will not find this from another terminal: refusing "+link, "set XDG_RUNTIME_DIR to a folder of your own", "widget demo is online")
	if out, err := d.do(nil, "status"); err == nil || !strings.Contains(out, "REDIS_URL is not set") || !strings.Contains(out, "refusing "+link) {
		t.Errorf("%v\n%s", err, out)
	}
	p.stop()
}

// TestUpIsFoundWhereTheFolderHasALongName, and not by others with other folders.
func TestUpIsFoundWhereTheFolderHasALongName(t *testing.T) {
	t.Parallel()
	var desks []desk
	t.Cleanup(func() { // where the sockets are instead
		for _, d := range desks {
			sum := sha256.Sum256([]byte(filepath.Join(d.run, strings.Repeat("x", 120), "deskbell")))
			left, _ := filepath.Glob(fmt.Sprintf("/tmp/deskbell-%d/up-%x*", os.Geteuid(), sum[:8]))
			for _, file := range left {
				_ = os.Remove(file)
			}
		}
	})
	for _, name := range []string{"acme", "beta"} {
		d := newDesk(t)
		long := filepath.Join(d.run, strings.Repeat("x", 120))
		if err := os.Mkdir(long, 0o700); err != nil {
			t.Fatal(err)
		}
		d.env = append(d.env, "XDG_RUNTIME_DIR="+long)
		d.up("properties: {" + name + ": {}}")
		desks = append(desks, d)
	}
	desks[0].shows(regexp.MustCompile(`acme +online`), "status")
	desks[1].shows(regexp.MustCompile(`beta +online`), "status")
}

func TestACommandTakesTheTimeZoneOfUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.up("properties: {acme: {schedule: {weekly: {daily: 9-17}}}}", "DESKBELL_TIME_ZONE=Asia/Kathmandu")
	for zone, want := range map[string]string{"": "Asia/Kathmandu", "Europe/Paris": "Europe/Paris"} {
		if out, err := d.do([]string{"DESKBELL_TIME_ZONE=" + zone}, "hours", "acme"); err != nil || !strings.Contains(out, want) {
			t.Errorf("%q: %v\n%s", zone, err, out)
		}
	}
}

// TestREADMEShowsCommandsBesideUp runs them as they stand there, beside the sample.
func TestREADMEShowsCommandsBesideUp(t *testing.T) {
	t.Parallel()
	bash := redistest.Program(t, "bash")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t)
	p := start(t, 0, append(d.env, "DESKBELL_DEFINITIONS="), "up")
	p.says("deskbell status, close, send and others find this", "widget demo is online")
	ran := 0
	for _, b := range blocks(t, "README.md") {
		if !strings.Contains(b.text, "cmd/deskbell status") {
			continue
		}
		for _, command := range b.commands() {
			ran++
			script := startProgram(t, bash, append(d.env, clockVariable+"=0s", "SELF="+self), "-c", strings.ReplaceAll(command, "go run ./cmd/deskbell", `"$SELF"`))
			if err := script.cmd.Wait(); err != nil {
				t.Errorf("%s: %v\n%s", command, err, script.out)
			}
		}
	}
	if ran != 4 {
		t.Errorf("%d commands ran", ran)
	}
	p.says("widget demo is offline (offline_form, override)", "to demo/v1 (")
	p.stop()
}
