package main

import (
	"strings"
	"testing"
)

func TestOverride(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office)
	for _, c := range []struct {
		args, stdout, stderr string
		code                 int
	}{
		{args: "close acme", stdout: "acme is closed (override) until this is cleared.\n"},
		{args: "close acme --clear", stdout: "acme is open (weekly) until Mon 23 Nov 2026 12:00:00 CET.\n"},
		{args: "open acme --clear", stdout: "acme is open (weekly) until Mon 23 Nov 2026 12:00:00 CET.\n"},
		{args: "close acme --for 30m", stdout: "acme is closed (override) until Mon 23 Nov 2026 10:00:00 CET, then open (weekly) until Mon 23 Nov 2026 12:00:00 CET.\n"},
		{args: "close acme --until 2026-11-23T11:00", stdout: "acme is closed (override) until Mon 23 Nov 2026 11:00:00 CET, then open (weekly) until Mon 23 Nov 2026 12:00:00 CET.\n"},
		{args: "close acme --until 2026-11-23T10:00:30Z", stdout: "acme is closed (override) until Mon 23 Nov 2026 11:00:30 CET, then open (weekly) until Mon 23 Nov 2026 12:00:00 CET.\n"},
		{args: "close acme --until 2026-11-23T10:00:30.2Z", stdout: "acme is closed (override) until Mon 23 Nov 2026 11:00:31 CET, then open (weekly) until Mon 23 Nov 2026 12:00:00 CET.\n"},
		{args: "close acme --until-next", stdout: "acme is closed (override) until Mon 23 Nov 2026 12:00:00 CET, then closed (weekly) until Mon 23 Nov 2026 13:00:00 CET.\n"}, // which closes at 12 anyway
		{args: "open acme --for 30m", stdout: "acme is open (override) until Mon 23 Nov 2026 10:00:00 CET, then open (weekly) until Mon 23 Nov 2026 12:00:00 CET.\n"},         // as it would be
		{args: "open acme --until 2026-11-23T12:30", stdout: "acme is open (override) until Mon 23 Nov 2026 12:30:00 CET, then closed (weekly) until Mon 23 Nov 2026 13:00:00 CET.\n"},
		{args: "open acme", stdout: "acme is open (override) until this is cleared.\n"},

		{args: "close acme --note=two\nlines", code: 2, stderr: "--note is not one line of at most 200 characters"},
		{args: "close acme --clear --note=x", code: 2, stderr: "can't be used together"},
		{args: "close acme --department sales --for 30m", stdout: "acme/sales is closed (override) until Mon 23 Nov 2026 10:00:00 CET, then open (weekly) until Mon 23 Nov 2026 11:00:00 CET.\n"},
		{args: "open acme/sales --until 2026-11-23T20:00", stdout: "acme/sales is open (override) until Mon 23 Nov 2026 20:00:00 CET, then closed (weekly) until Tue 24 Nov 2026 09:00:00 CET.\n"},
		{args: "open acme/sales --until-next", stdout: "acme/sales is open (override) until Mon 23 Nov 2026 11:00:00 CET, then closed (weekly) until Tue 24 Nov 2026 09:00:00 CET.\n"},
		{args: "open acme/sales --clear", stdout: "acme/sales is open (weekly) until Mon 23 Nov 2026 11:00:00 CET.\n"},
		{args: "close acme --department dales", code: 1, stderr: "deskbell: finding department \"dales\" of property \"acme\": not defined (did you mean \"sales\"?)\n"},
		{args: "close acne", code: 1, stderr: "deskbell: finding property \"acne\": not defined (did you mean \"acme\"?)\n"},
		{args: "open acme/", code: 2, stderr: "deskbell: the name of the department is empty; write acme for a property, or acme/sales for a department of it\n"},
		{args: "close acme --department=", code: 2, stderr: "deskbell: the name of the department is empty;"},
		{args: "open always --clear", stdout: "always is open (always), with no change in sight.\n"},
		{args: "open nobody", code: 1, stderr: "deskbell: finding property \"nobody\": not defined\n"},
		{args: "open acme --until 2026-11-23T09:00", code: 2, stderr: "deskbell: --until: 2026-11-23T09:00 has passed\n"},
		{args: "open acme --until now", code: 2, stderr: "deskbell: --until: now has passed\n"},
		{args: "open acme --until tomorrow", code: 2, stderr: "deskbell: --until \"tomorrow\" is not a time; write 2026-03-29, 2026-03-29T09:00, 2026-03-29T09:00:00+02:00 or now\n"},
		{args: "open acme --for=-5m", code: 2, stderr: "deskbell: --for=-5m0s is too short; give a second or more, such as 30m\n"},
		{args: "open acme --for 0s", code: 2, stderr: "deskbell: --for=0s is too short; give a second or more, such as 30m\n"},
		{args: "open acme --for 500ms", code: 2, stderr: "deskbell: --for=500ms is too short; give a second or more, such as 30m\n"},
		{args: "open acme --for 4000d", code: 2, stderr: "expected duration such as 90s, 30m, 8h or 2d, and not \"4000d\""},
		{args: "open acme --for soon", code: 2, stderr: "expected duration such as 90s, 30m, 8h or 2d, and not \"soon\""},
		{args: "open acme --for 1h --until-next", code: 2, stderr: "can't be used together"},
		{args: "open acme --until-next --clear", code: 2, stderr: "can't be used together"},
		{args: "close always --until-next", code: 2, stderr: "deskbell: --until-next: the schedule of \"always\" has no next boundary; use --for or --until\n"},
		{args: "open", code: 2, stderr: "expected \"<property>\""},
	} {
		got := o.run(mondayMorning, "", strings.Split(c.args, " ")...)
		if got.code != c.code || got.stdout != c.stdout || !strings.Contains(got.stderr, c.stderr) {
			t.Errorf("%s: code %d\nstdout %swant   %sstderr %swant   %s", c.args, got.code, got.stdout, c.stdout, got.stderr, c.stderr)
		}
	}
	// The refused ones have changed nothing.
	const kept = `"override":{"open":true,"from":"2026-11-23T08:30:00Z","by":"command line"}`
	if got := o.run(mondayMorning, "", "status", "acme", "--json"); !strings.Contains(got.stdout, kept) {
		t.Errorf("the last override is not in force: %s", got.stdout)
	}
}

func TestStatusSaysWhoSetAnOverride(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply(office)
	o.expect(result{stdout: "acme is closed (override) until this is cleared.\n"}, mondayMorning, "", "close", "acme", "--note", "Fire drill")
	o.decide(mondayMorning)
	if got := o.run(mondayMorning, "", "status", "acme").stdout; !strings.Contains(got, "override by command line: Fire drill  ") {
		t.Errorf("it says\n%s", got)
	}
}
