package main

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// get asks a running deskbell, and gives the status and the body; 0: no answer.
func get(t testing.TB, url, key string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(body)
}

func TestWebServesAndTakesKeysWhileItRuns(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office)
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_LISTEN="}
	address := fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
	p := start(t, 0, env, "web", "--listen", address)
	p.says("everybody on it may see and change everything", "web started")
	if code, body := get(t, "http://"+address+"/v1/properties/acme", ""); code != 200 || !strings.Contains(body, "ACME shop") {
		t.Errorf("%d %s", code, body)
	}

	secret := strings.TrimSpace(o.run("", "", "keys", "add", "ci", "--property", "acme").stdout)
	redistest.Wait(t, "a key is asked for", func() bool { code, _ := get(t, "http://"+address+"/v1/properties/acme", ""); return code == 401 })
	if code, body := get(t, "http://"+address+"/v1/properties/acme", secret); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	if got := o.run("", "", "keys", "list"); strings.Contains(got.stdout, secret) || !strings.Contains(got.stdout, "ci    read and change  acme        2026-11-21 10:00 UTC  agents lea, tom; schedules office\n") {
		t.Errorf("listed:\n%s", got.stdout)
	}
	const last = "That was the last key. Nobody is let in now, not on this machine either: deskbell keys add NAME makes another, and deskbell keys open --yes lets this machine in without one.\n"
	o.expect(result{stdout: "Revoked ci. It is dead within five seconds.\n", stderr: last}, "", "", "keys", "revoke", "ci")
	redistest.Wait(t, "nobody is let in", func() bool { code, _ := get(t, "http://"+address+"/v1/properties/acme", ""); return code == 403 })
	o.run("", "", "keys", "open", "--yes")
	redistest.Wait(t, "this machine is let in", func() bool { code, _ := get(t, "http://"+address+"/v1/properties/acme", ""); return code == 200 })
	o.run("", "", "keys", "add", "other")
	redistest.Wait(t, "the key is dead", func() bool { code, _ := get(t, "http://"+address+"/v1/properties/acme", secret); return code == 401 })
	p.stop()
	p.says("web stopped")
	if strings.Contains(p.out.String(), secret) {
		t.Error("the key is logged")
	}
}

func TestWebBeyondThisMachineNeedsAKey(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	port := redistest.FreePort(t)
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_LISTEN=", fmt.Sprint("PORT=", port)}
	for _, args := range [][]string{{"web"}, {"web", "--listen", fmt.Sprint(":", port)}, {"web", "--listen", fmt.Sprint("0.0.0.0:", port)}} {
		p := start(t, 0, env, args...)
		if err := p.cmd.Wait(); err == nil {
			t.Errorf("%v: without a key, it ends well", args)
		}
		p.says("there is no key: run deskbell keys add NAME first")
	}
	secret := strings.TrimSpace(o.run("", "", "keys", "add", "ci").stdout)
	p := start(t, 0, env, "web")
	p.says("web started")
	if code, body := get(t, fmt.Sprintf("http://127.0.0.1:%d/v1/properties", port), secret); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	p.stop()
}

func TestKeysAreAskedForAsTheyShould(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.expect(result{stdout: "There is no key: deskbell keys add NAME\n"}, "", "", "keys", "list")
	if got := o.run("", "", "keys", "add", "ci", "--read-only"); got.code != 0 || !regexp.MustCompile(`^dbk_ci_[\w-]{43}\n$`).MatchString(got.stdout) || got.stderr != "Keep it now: it is not shown again.\n" {
		t.Errorf("%+v", got)
	}
	o.apply(office)
	got := o.run("", "", "keys", "add", "staff", "--property", "acme", "--property", "acmee")
	if got.code != 0 || strings.Contains(got.stderr, `"acme"`) || !strings.Contains(got.stderr, `There is no property "acmee" yet: this key may define it. If that is a slip, run deskbell keys revoke staff, and add another.`) {
		t.Errorf("%+v", got)
	}
	for args, want := range map[string]result{
		"keys add ci":                   {code: 1, stderr: "deskbell: adding key \"ci\": a key of this name exists: revoke it, or take another name\n"},
		"keys revoke none":              {code: 1, stderr: "deskbell: finding key \"none\": not defined\n"},
		"keys add":                      {code: 2, stderr: "deskbell: keys add: give the name of the key to add, change or revoke, and none to list or to open\n"},
		"keys list ci":                  {code: 2, stderr: "deskbell: keys list: give the name of the key to add, change or revoke, and none to list or to open\n"},
		"keys add x --agents lea":       {code: 2, stderr: "deskbell: keys add: --agents, --schedules and --destinations are for keys add with --property\n"},
		"keys revoke ci --yes":          {code: 2, stderr: "deskbell: keys revoke: --yes is for keys open\n"},
		"keys open":                     {code: 2, stderr: "deskbell: keys open: from then on everybody on this machine may see and change everything without a key, and so may everybody whom a proxy here lets through; if that is meant, add --yes\n"},
		"keys open --yes":               {code: 1, stderr: "deskbell: opening to this machine: there are keys, and with them it needs one: run deskbell keys list, and revoke them first\n"},
		"keys revoke ci --read-only":    {code: 2, stderr: "deskbell: keys revoke: --read-only and --property are for keys add and keys change\n"},
		"keys change none --rate 5":     {code: 1, stderr: "deskbell: finding key \"none\": not defined\n"},
		"keys change staff":             {code: 2, stderr: "deskbell: keys change: give what changes: --property, --agents, --schedules, --destinations, --origin, --rate or --read-only\n"},
		"keys change ci --agents x":     {code: 1, stderr: "deskbell: changing key \"ci\": a key of all properties may name everything: agents, schedules and destinations are for keys of some properties\n"},
		"keys change ci --read-only":    {stdout: "Changed ci within five seconds. Its properties: all. It may name: all. It may only read.\n"},
		"keys change ci --no-read-only": {stdout: "Changed ci within five seconds. Its properties: all. It may name: all.\n"},
		"keys change staff --property acme --agents= --rate 5": {
			stdout: "Changed staff within five seconds. Its properties: acme. It may name: schedules office.\n",
		},
	} {
		o.expect(want, "", "", strings.Fields(args)...)
	}
}

// TestTheStateDirectoryKeepsThatThereWereKeys empties Redis while nothing runs that would remember it.
func TestTheStateDirectoryKeepsThatThereWereKeys(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	dir, address := filepath.Join(t.TempDir(), "state"), fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
	env := []string{"REDIS_URL=" + o.server.URL(), "LOG_FORMAT=text", "DESKBELL_STATE_DIR=" + dir, "DESKBELL_LISTEN=" + address}
	o.run("", "", "keys", "add", "ci")
	p := start(t, 0, env, "web") // it finds the key, and keeps that there was one
	p.says("web started")
	p.stop()
	if err := o.server.Client(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	p = start(t, 0, env, "web")
	p.says("there were keys, and there is none now", "web started")
	if code, body := get(t, "http://"+address+"/v1/properties", ""); code != 403 {
		t.Errorf("%d %s", code, body)
	}
	o.run("", "", "keys", "open", "--yes")
	redistest.Wait(t, "this machine is let in", func() bool { code, _ := get(t, "http://"+address+"/v1/properties", ""); return code == 200 })
	p.stop()
	p = start(t, 0, env, "web")
	p.says("everybody on it may see and change everything", "web started")
	p.stop()
}

func TestUpServesWhereItIsFree(t *testing.T) {
	t.Parallel()
	address := fmt.Sprint("127.0.0.1:", redistest.FreePort(t))
	env := []string{"DESKBELL_TIME_ZONE=UTC", "REDIS_URL=", "DESKBELL_DEFINITIONS=", "LOG_LEVEL=", "PORT=1", "DESKBELL_LISTEN=" + address}
	first := start(t, 0, env, "up")
	first.says("board at http://" + address)
	second := start(t, 0, env, "up")
	second.says(address+" is taken by another program: taking a free port", "board at http://127.0.0.1:")
	url := regexp.MustCompile(`board at (http://\S+)`).FindStringSubmatch(second.out.String())[1]
	for _, at := range []string{"http://" + address, url} {
		redistest.Wait(t, "it serves", func() bool {
			code, body := get(t, at+"/v1/properties", "")
			return code == 200 && strings.Contains(body, "demo")
		})
	}
	second.stop()
	first.stop()
}
