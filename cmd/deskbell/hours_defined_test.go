package main

import (
	"strings"
	"testing"
)

func TestHoursOfDefinitions(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	if got := o.run(mondayMorning, "", "hours", "acme"); got.code != 1 || !strings.HasSuffix(got.stderr, "; nothing is defined\n") {
		t.Errorf("%+v", got)
	}
	o.apply(strings.Replace(office, "  lea: {", "  acme: {schedule: daily 0-1}\n  lea: {leave: [{on: 2026-11-24}], ", 1))
	redis := strings.Split(strings.TrimPrefix(o.server.URL(), "redis://"), "/")[0]
	for _, c := range []struct {
		args, stdout, stderr string
		code                 int
	}{
		{args: "office --add 4h", stdout: "2026-11-23T14:30:00+01:00\n"},
		{args: "schedule office --add 4h", stdout: "2026-11-23T14:30:00+01:00\n"},
		{args: "property acme --add 4h", stdout: "2026-11-23T14:30:00+01:00\n"},
		{args: "acme/sales --add 4h", stdout: "2026-11-25T09:30:00+01:00\n"},
		{args: "acme/support --add 4h", stdout: "2026-11-23T14:30:00+01:00\n"}, // it has the property's hours
		{args: "always --add 4h", stdout: "2026-11-23T18:15:00+05:45\n"},
		{args: "lea --add 8h", stdout: "2026-11-25T09:30:00+01:00\n"}, // after a day of leave
		{args: "agent acme --add 1h", stdout: "2026-11-24T01:00:00Z\n"},
		{args: "tom --json --to 2026-11-28T09:30", stdout: `{"at":"2026-11-23T08:30:00Z","local":"2026-11-23T08:30:00Z","open":false,"reason":"weekly"}` + "\n" +
			`{"at":"2026-11-28T09:00:00Z","local":"2026-11-28T09:00:00Z","open":true,"reason":"weekly"}` + "\n"},

		{args: "acme", code: 2, stderr: "deskbell: acme is the name of several definitions; write one of: agent acme, property acme\n"},
		{args: "offce", code: 1, stderr: "deskbell: offce is no file, and no schedule, property, department (acme/sales) or agent in redis://" + redis + "; there is: acme, always, lea, office, tom (did you mean \"office\"?)\n"},
		{args: "property office", code: 1, stderr: "there is: acme, always, lea, office, tom"},
		{args: "acme/none", code: 1, stderr: "there is: acme"},
		{args: "office --schedule office", code: 2, stderr: "deskbell: --schedule names a schedule of a file, and there is no file office\n"},
		{args: "office.yaml", code: 1, stderr: "deskbell: reading office.yaml: there is no such file; give the path of one, or - for standard input\n"},
	} {
		got := o.run(mondayMorning, "", append([]string{"hours"}, strings.Fields(c.args)...)...)
		if got.code != c.code || got.stdout != c.stdout || !strings.Contains(got.stderr, c.stderr) {
			t.Errorf("%s: code %d\nstdout %swant   %sstderr %swant   %s", c.args, got.code, got.stdout, c.stdout, got.stderr, c.stderr)
		}
	}
	if got := o.run(mondayMorning, "", "close", "acme", "--for", "1h"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	golden(t, "hours_of_a_closed_property", o.run(mondayMorning, "", "hours", "property", "acme").stdout)
	for name, want := range map[string]string{ // open from half past ten
		"property acme": "2026-11-23T10:30:30+01:00\n", "acme/sales": "2026-11-23T10:30:30+01:00\n", "acme/support": "2026-11-23T10:30:30+01:00\n", "office": "2026-11-23T09:30:30+01:00\n",
	} {
		if got := o.run(mondayMorning, "", append([]string{"hours", "--add", "30s"}, strings.Fields(name)...)...); got.stdout != want {
			t.Errorf("%s while acme is closed: %+v", name, got)
		}
	}
}

func TestHoursOfADefinitionNeedsRedis(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "hours", "office")
	if got.code != 1 || !strings.HasPrefix(got.stderr, "deskbell: reading office: there is no such file; for the name of a definition, REDIS_URL is not set: say where") {
		t.Errorf("%+v", got)
	}
}
