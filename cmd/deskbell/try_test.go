package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/engine"
)

// Look at each of these: cat testdata/try_*.golden
func TestTryDrawsWhatAVisitorWouldSee(t *testing.T) {
	t.Parallel()
	const pricing = "acme --page https://acme.example/pricing"
	for _, c := range []struct{ name, env, args string }{
		{name: "in_hours", args: pricing + " --at 2026-11-23T10:00 --visitor country=GB --visitor custom.plan=pro --visitor name=Ann"},
		{name: "outside_hours", args: pricing},
		{name: "just_before_closing", args: pricing + " --at 2026-11-23T16:59:50"},
		{name: "in_colour", args: pricing + " --at 2026-11-23T10:00 --visitor country=GB --colour=always"},
		{name: "in_ascii", args: pricing + " --at 2026-11-23T10:00", env: "LC_ALL=C"},
		{name: "without_a_page", args: "acme --at 2026-11-23T09:00:00+01:00"},
		{name: "without_triggers", args: "quiet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name, value, _ := strings.Cut(c.env, "=")
			b := testBundle{env: map[string]string{name: value}}
			got := b.run(t, append([]string{"try", "--definitions", "testdata/try.yaml"}, strings.Fields(c.args)...)...)
			if got.code != 0 || got.stderr != "" {
				t.Fatalf("code %d, stderr:\n%s", got.code, got.stderr)
			}
			golden(t, "try_"+c.name, got.stdout)
		})
	}
}

func TestTryAsksRedisAndAFileAlike(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	definitions, err := os.ReadFile("testdata/try.yaml")
	if err != nil {
		t.Fatal(err)
	}
	o.apply(string(definitions))
	o.decide(mondayMorning)
	const at = "2026-11-23T09:10:00Z"
	args := []string{"try", "acme", "--page", "https://acme.example/pricing", "--visitor", `{"country":"GB","custom":{"plan":"team"}}`}
	live, file := o.run(at, "", args...), testBundle{at: at}.run(t, append(args, "--definitions", "testdata/try.yaml")...)
	if live != file || live.code != 0 {
		t.Errorf("from Redis: %+v\nfrom the file: %+v", live, file)
	}
	var trial engine.Trial
	if err := json.Unmarshal([]byte(o.run(at, "", append(args, "--json")...).stdout), &trial); err != nil {
		t.Fatal(err)
	}
	if len(trial.Triggers) != 6 || trial.Widget.Status != "online" {
		t.Errorf("%+v", trial)
	}
	o.run(at, "", "close", "acme")
	if got := o.run(at, "", args...); !strings.HasPrefix(got.stdout, "acme is offline (offline_form, override)") {
		t.Errorf("closed by hand, it shows:\n%s", got.stdout)
	}
	o.expect(result{code: 1, stderr: "deskbell: finding property \"acne\": not defined (did you mean \"acme\"?)\n"}, at, "", "try", "acne")
}

func TestTryWarnsOfATextThatIsNoURL(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "try", "--definitions", "testdata/try.yaml", "acme", "--page", "acme.example/pricing")
	if want := `--page "acme.example/pricing" is no URL`; got.code != 0 || !strings.Contains(got.stderr, want) {
		t.Errorf("code %d, stderr %q", got.code, got.stderr)
	}
}

func TestTryPlaysTheEventsOfAgents(t *testing.T) {
	t.Parallel()
	b := testBundle{}
	const alone = `agents: {lea: {online_when: logged_in, idle: {after: 30m, to: offline}}}
properties: {acme: {agents: [lea], triggers: []}}`
	file := filepath.Join(t.TempDir(), "alone.yaml")
	if err := os.WriteFile(file, []byte(alone), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"try", "acme", "--definitions", file, "--events", "testdata/cookbook/forgot.jsonl"}
	for at, want := range map[string]string{
		"2026-11-23T07:59:59Z": "acme is away", "2026-11-23T08:00:00Z": "acme is online", "2026-11-23T08:40:00Z": "acme is away",
		"2026-11-23T09:30:00Z": "acme is online", "2026-11-23T10:00:00Z": "acme is away",
	} {
		if got := b.run(t, append(args, "--at", at)...); got.code != 0 || !strings.HasPrefix(got.stdout, want) {
			t.Errorf("at %s: %+v", at, got)
		}
	}
}

func TestTryRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"acne", 2, `testdata/try.yaml holds no property "acne"; there is: acme, quiet`},
		{"acme --at later", 2, `--at "later" is not a time`},
		{"acme --visitor GB", 2, "--visitor GB is no attribute; write NAME=VALUE, such as country=GB, or a JSON object"},
		{"acme --visitor {country", 2, "--visitor {country is not JSON"},
		{"acme --visitor contry=GB", 2, `--visitor contry: "contry" is not a key`},
		{"acme --visitor previous_visits=few", 2, `--visitor previous_visits: "few" is not a number`},
		{"acme --definitions testdata/none.yaml", 1, "there is no such file"},
	} {
		got := testBundle{}.run(t, append([]string{"try", "--definitions", "testdata/try.yaml"}, strings.Fields(c.args)...)...)
		if got.code != c.code || got.stdout != "" || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", c.args, got.code, got.stdout, got.stderr)
		}
	}
	if got := (testBundle{}).run(t, "try", "acme"); got.code != 1 || !strings.Contains(got.stderr, "REDIS_URL is not set") {
		t.Errorf("without a Redis: %+v", got)
	}
}
